// SPDX-License-Identifier: Apache-2.0
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are Terraform's templates, not JavaScript's.
import { DeployError, reasonOf } from "./errors.js";
import type { Attributes } from "./provider-schema.js";
import { type Reference, referencesIn, type Value } from "./template.js";

/** One `resource` block. */
export interface ResourceBlock {
  /** `<type>.<name>` */
  readonly address: string;
  readonly type: string;
  readonly attributes: Attributes;
  /** The addresses it needs: named by its references and its `depends_on`. */
  readonly dependencies: ReadonlySet<string>;
  /** Attributes that later applies leave as they are. */
  readonly ignoreChanges: readonly string[] | "all";
  /** Whether a replacement would have to be made before the resource goes. */
  readonly createBeforeDestroy: boolean;
}

/** One `data` block. */
export interface DataBlock {
  /** `data.<type>.<name>` */
  readonly address: string;
  readonly type: string;
  readonly attributes: Attributes;
}

/** One `variable` block. */
export interface VariableBlock {
  readonly type: string;
  readonly sensitive: boolean;
  /** Undefined when a value must be given. */
  readonly default: Value | undefined;
}

/** One `output` block. */
export interface OutputBlock {
  readonly value: Value;
  readonly sensitive: boolean;
}

/** What a synthesized `cdk.tf.json` asks for. */
export interface Configuration {
  /** Source addresses of the required providers by local name. */
  readonly sources: ReadonlyMap<string, string>;
  /** Provider blocks by local name. */
  readonly providers: ReadonlyMap<string, Attributes>;
  readonly variables: ReadonlyMap<string, VariableBlock>;
  readonly data: readonly DataBlock[];
  readonly resources: readonly ResourceBlock[];
  readonly outputs: ReadonlyMap<string, OutputBlock>;
}

type Json = { readonly [key: string]: Value };

const SECTIONS = ["terraform", "provider", "variable", "data", "resource", "output"];

/**
 * Reads Terraform's JSON syntax as CDKTF synthesizes it.
 *
 * @throws {@link DeployError} on sections and arguments this loader does not know, so that nothing is left out silently.
 */
export function readConfiguration(stackJson: string | object): Configuration {
  const root = section(typeof stackJson === "string" ? parseJson(stackJson) : stackJson, "configuration");
  for (const name of Object.keys(root)) {
    if (!SECTIONS.includes(name)) {
      throw new DeployError(name, `this loader knows only the sections ${SECTIONS.join(", ")}`);
    }
  }
  return {
    sources: readSources(root),
    providers: new Map(entries(root, "provider").map(([name, block]) => [name, onlyBlock(name, block)])),
    variables: new Map(entries(root, "variable").map(([name, block]) => [name, readVariable(name, block)])),
    data: entries(root, "data").flatMap(([type, blocks]) =>
      Object.entries(section(blocks, type)).map(([name, block]) => readData(type, name, block)),
    ),
    resources: entries(root, "resource").flatMap(([type, blocks]) =>
      Object.entries(section(blocks, type)).map(([name, block]) => readResource(type, name, block)),
    ),
    outputs: new Map(entries(root, "output").map(([name, block]) => [name, readOutput(name, block)])),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DeployError("configuration", `is not JSON: ${reasonOf(error)}`, { cause: error });
  }
}

function readSources(root: Json): ReadonlyMap<string, string> {
  const terraform = section(root.terraform ?? {}, "terraform");
  return new Map(
    entries(terraform, "required_providers").map(([name, block]) => {
      const { source } = section(block, `required_providers.${name}`);
      if (typeof source !== "string") throw new DeployError(`required_providers.${name}`, "source is missing");
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

function readVariable(name: string, block: Value): VariableBlock {
  const address = `variable.${name}`;
  const { type, sensitive, default: standard, description, nullable, ...others } = section(block, address);
  refuseOthers(address, others);
  return { type: typeof type === "string" ? type : "any", sensitive: sensitive === true, default: standard };
}

function readOutput(name: string, block: Value): OutputBlock {
  const address = `output.${name}`;
  const { value, sensitive, description, ...others } = section(block, address);
  refuseOthers(address, others);
  if (value === undefined) throw new DeployError(address, "value is missing");
  return { value, sensitive: sensitive === true };
}

function readResource(type: string, name: string, block: Value): ResourceBlock {
  const address = `${type}.${name}`;
  const { depends_on: dependsOn = [], lifecycle = {}, ...attributes } = section(block, address);
  refuseMetaArguments(address, attributes);
  const { create_before_destroy: first, ignore_changes: ignored = [], ...others } = section(lifecycle, address);
  for (const argument of Object.keys(others)) {
    throw new DeployError(address, `the lifecycle argument ${argument} is not known here`);
  }
  if (!Array.isArray(dependsOn)) throw new DeployError(address, "depends_on must be a list of addresses");
  const referred = references(address, attributes).filter(({ of }) => of !== "var");
  return {
    address,
    type,
    attributes,
    dependencies: new Set([...dependsOn.map(String), ...referred.map(({ of }) => of)]),
    ignoreChanges: ignored === "all" ? "all" : [ignored].flat().map(String),
    createBeforeDestroy: first === true,
  };
}

function readData(type: string, name: string, block: Value): DataBlock {
  const address = `data.${type}.${name}`;
  const attributes = section(block, address);
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
export function references(address: string, value: Value): readonly Reference[] {
  try {
    return referencesIn(value);
  } catch (error) {
    throw new DeployError(address, reasonOf(error), { cause: error });
  }
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
