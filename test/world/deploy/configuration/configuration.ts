// SPDX-License-Identifier: Apache-2.0
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are Terraform's templates, not JavaScript's.
import { DeployError, reasonOf } from "../errors.js";
import { type Reference, referencesIn, type Value } from "../template.js";
import type {
  Configuration,
  DataBlock,
  ModuleCall,
  OutputBlock,
  ResourceBlock,
  Validation,
  VariableBlock,
} from "./blocks.js";
import { type Leaf, leavesOf } from "./leaves.js";

type Json = { readonly [key: string]: Value };

const SECTIONS = ["terraform", "provider", "variable", "locals", "data", "resource", "module", "output"];

/** What `terraform` blocks may say; a backend is for those who keep the state elsewhere. */
const SETTINGS = ["required_version", "required_providers", "backend"];

/** Local modules by their `source`, each as {@link readConfiguration} takes it. */
export type Modules = Readonly<Record<string, string | object>>;

/**
 * Reads Terraform's JSON syntax, as CDKTF synthesizes it or as HCL becomes it.
 *
 * @param modules the local modules that it calls, which cannot call others
 * @throws {@link DeployError} on sections and arguments this loader does not know, so that nothing is left out
 * silently.
 */
export function readConfiguration(stackJson: string | object, modules: Modules = {}): Configuration {
  const root = readModule(stackJson, "");
  const called = entries(only("configuration", stackJson), "module").map(([name, block]) =>
    readCall(`module.${name}`, block, modules),
  );
  const resources = [...root.resources, ...called.flatMap(([, { configuration }]) => configuration.resources)];
  const configuration = { ...root, resources, modules: new Map(called) };
  return { ...configuration, resources: resources.map((block) => withDependencies(configuration, block)) };
}

function readModule(stackJson: string | object, scope: string): Configuration {
  const root = only("configuration", stackJson);
  for (const name of Object.keys(root)) {
    if (!SECTIONS.includes(name)) {
      throw new DeployError(`${scope}${name}`, `this loader knows only the sections ${SECTIONS.join(", ")}`);
    }
  }
  return {
    sources: readSources(root, scope),
    providers: new Map(entries(root, "provider").map(([name, block]) => [name, onlyBlock(name, block)])),
    variables: new Map(entries(root, "variable").map(([name, block]) => [name, readVariable(scope, name, block)])),
    locals: only(`${scope}locals`, root.locals ?? {}),
    data: entries(root, "data").flatMap(([type, blocks]) =>
      Object.entries(section(blocks, type)).map(([name, block]) => readData(type, name, block)),
    ),
    resources: entries(root, "resource").flatMap(([type, blocks]) =>
      Object.entries(section(blocks, type)).map(([name, block]) => readResource(scope, type, name, block)),
    ),
    modules: new Map(),
    outputs: new Map(entries(root, "output").map(([name, block]) => [name, readOutput(scope, name, block)])),
  };
}

function readCall(address: string, block: Value, modules: Modules): [string, ModuleCall] {
  const { source, ...given } = only(address, block);
  for (const argument of ["count", "for_each", "providers", "depends_on", "version"]) {
    if (argument in given) throw new DeployError(address, `the argument ${argument} is not known here`);
  }
  const called = typeof source === "string" ? modules[source] : undefined;
  if (called === undefined) throw new DeployError(address, `the source ${String(source)} is no local module`);
  if ("module" in only("configuration", called)) throw new DeployError(address, "modules in it are not known here");
  const configuration = readModule(called, `${address}.`);
  if (configuration.providers.size > 0) throw new DeployError(address, "providers in it are not known here");
  if (configuration.data.length > 0) throw new DeployError(address, "data in it are not known here");
  for (const name of Object.keys(given)) {
    if (!configuration.variables.has(name)) throw new DeployError(address, `it has no variable ${name}`);
  }
  return [address, { arguments: given, configuration }];
}

/** With what the block needs besides what its `depends_on` names. */
function withDependencies(configuration: Configuration, block: ResourceBlock): ResourceBlock {
  const { address, scope, attributes, dependencies } = block;
  const named = [...dependencies].flatMap((needed) =>
    configuration.modules.has(needed)
      ? configuration.resources.filter((one) => one.scope === `${needed}.`).map((one) => one.address)
      : [needed],
  );
  const referred = leaves(address, configuration, scope, attributes).flatMap((leaf) =>
    leaf.kind === "attribute" ? [leaf.address] : [],
  );
  return { ...block, dependencies: new Set([...named, ...referred]) };
}

/** Like {@link leavesOf}. @throws {@link DeployError} with the address when a string cannot be read. */
export function leaves(address: string, configuration: Configuration, scope: string, value: Value): readonly Leaf[] {
  try {
    return leavesOf(configuration, scope, value);
  } catch (error) {
    throw new DeployError(address, reasonOf(error), { cause: error });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DeployError("configuration", `is not JSON: ${reasonOf(error)}`, { cause: error });
  }
}

function readSources(root: Json, scope: string): ReadonlyMap<string, string> {
  const terraform = only(`${scope}terraform`, root.terraform ?? {});
  for (const name of Object.keys(terraform)) {
    if (!SETTINGS.includes(name)) throw new DeployError(`${scope}terraform`, `the setting ${name} is not known here`);
  }
  const required = only(`${scope}required_providers`, terraform.required_providers ?? {});
  return new Map(
    Object.entries(required).map(([name, block]) => {
      const address = `${scope}required_providers.${name}`;
      const { source, version, ...others } = section(block, address);
      refuseOthers(address, others);
      if (typeof source !== "string") throw new DeployError(address, "source is missing");
      return [name, source];
    }),
  );
}

/** A provider block. CDKTF writes a list of them, because there may be one for every alias. */
function onlyBlock(name: string, blocks: Value): Json {
  const address = `provider.${name}`;
  const list = Array.isArray(blocks) ? blocks : [blocks];
  const block = section(list[0] ?? {}, address);
  if (list.length > 1 || "alias" in block) throw new DeployError(address, "provider aliases are not known here");
  return block;
}

function readVariable(scope: string, name: string, given: Value): VariableBlock {
  const address = `${scope}variable.${name}`;
  const block = only(address, given);
  const { type, sensitive, ephemeral, nullable, default: standard, description, validation = [], ...others } = block;
  refuseOthers(address, others);
  return {
    type: typeof type === "string" ? bare(type) : "any",
    sensitive: sensitive === true,
    ephemeral: ephemeral === true,
    nullable: nullable !== false,
    default: standard,
    validations: readConditions(address, "a validation", validation),
  };
}

function readConditions(address: string, what: string, blocks: Value): readonly Validation[] {
  return [blocks].flat().map((block) => {
    const { condition, error_message: message, ...others } = section(block, address);
    refuseOthers(address, others);
    if (condition === undefined || message === undefined) {
      throw new DeployError(address, `${what} needs condition and error_message`);
    }
    return { condition, message };
  });
}

function readOutput(scope: string, name: string, block: Value): OutputBlock {
  const address = `${scope}output.${name}`;
  const { value, sensitive, description, ...others } = only(address, block);
  refuseOthers(address, others);
  if (value === undefined) throw new DeployError(address, "value is missing");
  return { value, sensitive: sensitive === true };
}

function readResource(scope: string, type: string, name: string, block: Value): ResourceBlock {
  const address = `${scope}${type}.${name}`;
  const { depends_on: dependsOn = [], lifecycle = {}, ...attributes } = only(address, block);
  refuseMetaArguments(address, attributes);
  const {
    create_before_destroy: first,
    ignore_changes: ignored = [],
    precondition = [],
    ...others
  } = only(address, lifecycle);
  for (const argument of Object.keys(others)) {
    throw new DeployError(address, `the lifecycle argument ${argument} is not known here`);
  }
  if (!Array.isArray(dependsOn)) throw new DeployError(address, "depends_on must be a list of addresses");
  const names = [ignored].flat().map((one) => bare(String(one)));
  return {
    address,
    scope,
    type,
    attributes,
    dependencies: new Set(dependsOn.map((needed) => scope + bare(String(needed)))),
    ignoreChanges: names.includes("all") ? "all" : names,
    createBeforeDestroy: first === true,
    preconditions: readConditions(address, "a precondition", precondition),
  };
}

function readData(type: string, name: string, block: Value): DataBlock {
  const address = `data.${type}.${name}`;
  const attributes = only(address, block);
  refuseMetaArguments(address, attributes);
  const [reference] = references(address, attributes).filter(({ of }) => of !== "var");
  if (reference !== undefined) {
    throw new DeployError(address, `refers to ${reference.of}; data that depend on something are not known here`);
  }
  return { address, type, attributes };
}

function refuseMetaArguments(address: string, attributes: Json): void {
  for (const argument of ["count", "for_each", "provider", "provisioner", "connection"]) {
    if (argument in attributes) throw new DeployError(address, `the argument ${argument} is not known here`);
  }
}

/** Every reference in a value. @throws {@link DeployError} with the address when a string cannot be read. */
function references(address: string, value: Value): readonly Reference[] {
  try {
    return referencesIn(value);
  } catch (error) {
    throw new DeployError(address, reasonOf(error), { cause: error });
  }
}

/** The one block there is, which the syntax allows to stand in a list by itself. */
function only(address: string, value: unknown): Json {
  const given = typeof value === "string" && address === "configuration" ? parseJson(value) : value;
  if (Array.isArray(given) && given.length > 1) throw new DeployError(address, "is there more than once");
  return section(Array.isArray(given) ? given[0] : given, address);
}

/** A name that HCL's syntax makes an interpolation, where Terraform wants a name. */
function bare(text: string): string {
  return /^\$\{(.*)\}$/s.exec(text)?.[1]?.trim() ?? text;
}

function entries(parent: Json, name: string): readonly [string, Value][] {
  return Object.entries(section(parent[name] ?? {}, name));
}

/** An object without its `//` comment. */
function section(value: Value | unknown, address: string): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new DeployError(address, "must be an object");
  }
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== "//"));
}

function refuseOthers(address: string, others: Json): void {
  const [name] = Object.keys(others);
  if (name !== undefined) throw new DeployError(address, `the argument ${name} is not known here`);
}
