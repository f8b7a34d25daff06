// SPDX-License-Identifier: Apache-2.0
// What each output of `spacetail render` says, in one form.
import { parse as parseHcl } from "@cdktf/hcl2json";
import { parse as parseYaml } from "yaml";
import { labelFromName } from "../../contract/wire/labels.js";

/** A variable of a context. */
export interface ReadVariable {
  readonly value: unknown;
  readonly secret: unknown;
}

/** A file of a context, with its text. */
export interface ReadFile {
  readonly content: string;
  readonly secret: unknown;
}

/** A context. Members that an output has no place for are missing. */
export interface Reading {
  readonly name?: unknown;
  readonly description?: unknown;
  readonly spaceId?: unknown;
  readonly labels?: unknown;
  readonly hooks: Readonly<Record<string, unknown>>;
  readonly variables: Readonly<Record<string, ReadVariable>>;
  readonly files?: Readonly<Record<string, ReadFile>>;
  readonly attachments?: readonly object[];
  readonly runnerImage?: unknown;
}

/** What users give for what is not in the output, by the name that is asked for. */
export type Inputs = Readonly<Record<string, string>>;

/** Placeholder for an attribute of a resource. */
export const REFERENCE = "REFERENCE";

/** Attributes of resources by their names. */
export type Resources = Readonly<Record<string, Readonly<Record<string, Attributes>>>>;
type Attributes = Readonly<Record<string, unknown>>;

/** A Terraform module as JSON: as it is written, with its expressions. */
export interface ModuleJson {
  readonly resource: Readonly<Record<string, Readonly<Record<string, readonly Attributes[]>>>>;
  readonly variable: Readonly<Record<string, readonly Attributes[]>>;
  readonly output: Readonly<Record<string, readonly Attributes[]>>;
  readonly locals?: readonly Attributes[];
  readonly terraform: readonly Attributes[];
}

/** Reads the text of a Terraform module. */
export async function moduleJson(text: string): Promise<ModuleJson> {
  return (await parseHcl("main.tf", text)) as unknown as ModuleJson;
}

/** The resources of a module with the values of all that is known, by type and name. */
export async function readResources(text: string, inputs: Inputs): Promise<Resources> {
  const module = await moduleJson(text);
  const value = valuesIn(module, inputs);
  return mapMembers(module.resource, (byName) =>
    mapMembers(byName, ([{ lifecycle, ...attributes } = {}]) => mapMembers(attributes, value)),
  );
}

/** What a Terraform module says of its context, as `inputs` are given for its variables. */
export async function readModule(text: string, inputs: Inputs): Promise<Reading> {
  const module = await moduleJson(text);
  const [output] = module.output.runner_image ?? [];
  const runnerImage = output === undefined ? undefined : valuesIn(module, inputs)(output.value);
  return { ...readingOf(await readResources(text, inputs)), runnerImage };
}

/** What resources of Spacelift's provider, whose values are known, say of their context. */
export function readingOf(resources: Resources): Reading {
  const { tailnet: context = {} } = { tailnet: Object.values(resources.spacelift_context ?? {})[0] };
  const variables = Object.values(resources.spacelift_environment_variable ?? {});
  const files = Object.values(resources.spacelift_mounted_file ?? {});
  const attachments = Object.values(resources.spacelift_context_attachment ?? {});
  return {
    name: context.name,
    description: context.description ?? undefined,
    spaceId: context.space_id ?? undefined,
    labels: context.labels,
    hooks: hooksOf(context),
    variables: Object.fromEntries(
      variables.map(({ name, value, value_wo = value, write_only }) => [name, { value: value_wo, secret: write_only }]),
    ),
    files: Object.fromEntries(
      files.map(({ relative_path, content, content_wo = content, write_only }) => [
        relative_path,
        { content: Buffer.from(String(content_wo), "base64").toString("utf8"), secret: write_only },
      ]),
    ),
    attachments: attachments
      .map(({ stack_id, module_id, priority }) => ({ stack_id, module_id, priority }))
      // They have no order.
      .sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b))),
  };
}

/** What a `.spacelift/config.yml` says of the runs of a stack. @param inputs secret variables of the stack */
export function readConfigYml(text: string, stack: string, inputs: Inputs): Reading {
  const { stack_defaults, stacks } = parseYaml(text);
  const settings = { ...stack_defaults, ...stacks?.[stack] };
  const [, names = ""] = /^# Each stack also needs these secret variables: (.*)\.$/m.exec(text) ?? [];
  const secrets = names === "" ? [] : names.split(", ");
  return {
    hooks: hooksOf(settings),
    variables: Object.fromEntries([
      ...Object.entries(settings.environment ?? {}).map(([name, value]) => [name, { value, secret: false }]),
      ...secrets.map((name) => [name, { value: inputs[name], secret: true }]),
    ]),
    runnerImage: settings.runner_image,
  };
}

interface ManifestVariable {
  readonly key: string;
  readonly value?: string;
  readonly value_from_parameter?: string;
  readonly sensitive: boolean;
}

interface ManifestFile {
  readonly path: string;
  readonly content: string;
  readonly sensitive: boolean;
}

/** What the manifest of a plugin says of its context, as `inputs` are given for its parameters. */
export function readManifest(text: string, inputs: Inputs): Reading {
  const { contexts } = parseYaml(text);
  const [{ name_prefix, description, labels = [], env = [], mounted_files = [], hooks }] = contexts;
  return {
    name: name_prefix,
    description,
    labels,
    hooks,
    variables: Object.fromEntries(
      (env as ManifestVariable[]).map(({ key, value, value_from_parameter, sensitive }) => [
        key,
        { value: value ?? inputs[value_from_parameter ?? ""], secret: sensitive },
      ]),
    ),
    files: Object.fromEntries(
      (mounted_files as ManifestFile[]).map(({ path, content, sensitive }) => [
        path.replace("/mnt/workspace/", ""),
        { content, secret: sensitive },
      ]),
    ),
  };
}

function hooksOf(settings: Attributes): Record<string, unknown> {
  return Object.fromEntries(Object.entries(settings).filter(([name]) => /^(before|after)_/.test(name)));
}

function mapMembers<T, U>(members: Readonly<Record<string, T>>, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [name, map(value)]));
}

/** Knows the few expressions that a module has. @throws on any other, so that none is taken for text */
function valuesIn({ variable, locals }: ModuleJson, inputs: Inputs): (value: unknown) => unknown {
  const named = (name: string): unknown => {
    if (inputs[name] !== undefined) return inputs[name];
    const [declared] = variable[name] ?? [];
    if (declared === undefined || !("default" in declared)) throw new Error(`no value for ${name}`);
    return known(declared.default);
  };
  const expression = (text: string): unknown => {
    const [, kind, name = ""] = /^(var|local)\.(\w+)$/.exec(text) ?? [];
    if (kind === "var") return named(name);
    if (text === "local.stack_label") return named("stack_label") ?? labelFromName(String(named("name")));
    if (kind === "local") return known(locals?.[0]?.[name]);
    if (/^(spacelift|tailscale)_\w+\.\w+\.(id|key)$/.test(text)) return REFERENCE;
    const [, encoded] = /^base64encode\(var\.(\w+)\)$/.exec(text) ?? [];
    if (encoded !== undefined) return Buffer.from(String(named(encoded)), "utf8").toString("base64");
    const [, list] = /^concat\((\[.*\]), var\.labels\)$/.exec(text) ?? [];
    if (list === undefined) throw new Error(`unknown expression ${text}`);
    const attach: string[] = JSON.parse(list);
    const attached = attach.map((one) =>
      one.replace(`\${local.stack_label}`, () => String(expression("local.stack_label"))),
    );
    return [...attached, ...(named("labels") as string[])];
  };
  const known = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(known);
    if (typeof value === "object" && value !== null) return mapMembers(value as Attributes, known);
    if (typeof value !== "string") return value;
    const [, prefix] = /^([\w-]+)\$\{var\.name\}$/.exec(value) ?? [];
    if (prefix !== undefined) return `${prefix}${named("name")}`;
    const [, inner] = /^\$\{([\s\S]*)\}$/.exec(value) ?? [];
    return inner === undefined ? textOf(value) : expression(inner);
  };
  return known;
}

/** A text as Terraform takes it, in which nothing may be filled in. */
export function textOf(template: string): string {
  const rest = template.replace(/([$%])\1\{/g, "");
  if (/[$%]\{/.test(rest)) throw new Error(`${template} is not plain text`);
  return template.replace(/([$%])\1\{/g, "$1{");
}
