// SPDX-License-Identifier: Apache-2.0
import type { Configuration, DataBlock, ResourceBlock } from "./configuration/blocks.js";
import { leaves } from "./configuration/configuration.js";
import type { Leaf } from "./configuration/leaves.js";
import { checkVariables, type LookUps, lookUpIn } from "./configuration/names.js";
import { DATA_SOURCES, type DataSource } from "./data-sources/index.js";
import { DeployError, reasonOf } from "./errors.js";
import { creationOrder } from "./order.js";
import {
  type AttributeSchemas,
  type Attributes,
  conform,
  dataAttributes,
  type ProviderSchemas,
  providerAttributes,
  resourceAttributes,
} from "./provider-schema.js";
import { RESOURCE_TYPES } from "./resources/index.js";
import type { ResourceType } from "./resources/resource-type.js";
import { evaluate, type LookUp, UNKNOWN, type Value } from "./template.js";

/** The only providers this loader speaks for, by local name. */
const SOURCES: Readonly<Record<string, string>> = {
  spacelift: "spacelift-io/spacelift",
  tailscale: "tailscale/tailscale",
};

/** A resource that was checked and can be created. */
export interface PlannedResource {
  readonly block: ResourceBlock;
  readonly type: ResourceType;
  readonly schema: AttributeSchemas;
}

/** A data source that was checked and can be read. */
export interface PlannedData {
  readonly address: string;
  readonly type: DataSource;
  readonly attributes: Attributes;
}

/** Everything of a configuration that can be checked before anything is created. */
export interface Plan {
  readonly data: readonly PlannedData[];
  /** In the order to create them. */
  readonly resources: readonly PlannedResource[];
  /** Provider blocks by local name. */
  readonly providers: ReadonlyMap<string, Attributes>;
  /** Looks references up, those to resources and data in the states that it gets. */
  readonly lookUpIn: (states: ReadonlyMap<string, Attributes>) => LookUps;
}

/**
 * Checks a configuration against the providers' schemas and rules, without contacting anything.
 *
 * @throws {@link DeployError} with the address of what Terraform or its provider would refuse.
 */
export function plan(
  configuration: Configuration,
  schemas: ProviderSchemas,
  given: Readonly<Record<string, Value>>,
): Plan {
  const states = new Map<string, Attributes>();
  const lookUps = lookUpIn(configuration, given, states);
  checkVariables({ ...configuration, modules: new Map() }, given, lookUps);
  const data = configuration.data.map((block) => {
    const { address } = block;
    const schema = at(address, () => dataSchemaOf(block, configuration, schemas));
    const attributes = at(address, () => conform(schema, evaluateAll(block.attributes, lookUps(""))));
    states.set(address, withUnknowns(schema, attributes));
    return { address, type: DATA_SOURCES[block.type] as DataSource, attributes };
  });
  const resources = creationOrder(configuration.resources, new Set(states.keys())).map((block): PlannedResource => {
    const [type, schema] = at(block.address, () => typeOf(block, configuration, schemas));
    return { block, type, schema };
  });
  for (const resource of resources) {
    states.set(resource.block.address, withUnknowns(resource.schema, settle(resource, lookUps)));
  }
  // Variables of modules may be given what is only known now.
  checkVariables(configuration, given, lookUps);
  refuseEphemeral(configuration, resources);
  checkOutputs(configuration, resources, lookUps(""));
  const providers = [...configuration.providers].map(([name, block]): [string, Attributes] => {
    const schema = at(`provider.${name}`, () => providerAttributes(schemas, sourceOf(name, configuration)));
    return [
      name,
      at(`provider.${name}`, () => conform(schema, evaluateAll(block, lookUpIn(configuration, given, new Map())("")))),
    ];
  });
  return { data, resources, providers: new Map(providers), lookUpIn: (of) => lookUpIn(configuration, given, of) };
}

/**
 * A resource's attributes, evaluated, typed, with its provider's defaults, and checked.
 *
 * @throws {@link DeployError} if something does not fit, or a precondition does not hold
 */
export function settle({ block, type, schema }: PlannedResource, lookUps: LookUps): Attributes {
  return at(block.address, () => {
    const attributes = { ...conform(schema, evaluateAll(block.attributes, lookUps(block.scope))) };
    for (const [name, value] of Object.entries(type.defaults)) attributes[name] ??= value;
    for (const { condition, message } of block.preconditions) {
      const met = evaluate(condition, lookUps(block.scope));
      if (met !== UNKNOWN && met !== true) throw new Error(String(evaluate(message, lookUps(block.scope))));
    }
    type.check(attributes);
    return attributes;
  });
}

/** Runs a step; what it throws gets the address it is about. */
export function at<T>(address: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    throw error instanceof DeployError ? error : new DeployError(address, reasonOf(error), { cause: error });
  }
}

function typeOf(
  { type, scope }: ResourceBlock,
  configuration: Configuration,
  schemas: ProviderSchemas,
): [ResourceType, AttributeSchemas] {
  // Terraform finds the provider of a resource by the first word of its type.
  const own = configuration.modules.get(scope.slice(0, -1))?.configuration ?? configuration;
  const source = sourceOf(type.split("_")[0] ?? "", own);
  const known = RESOURCE_TYPES[type];
  if (known === undefined) {
    throw new Error(`resource type ${type} is not known here; known are ${Object.keys(RESOURCE_TYPES).join(", ")}`);
  }
  return [known, resourceAttributes(schemas, source, type)];
}

function dataSchemaOf({ type }: DataBlock, configuration: Configuration, schemas: ProviderSchemas): AttributeSchemas {
  const source = sourceOf(type.split("_")[0] ?? "", configuration);
  if (DATA_SOURCES[type] === undefined) {
    throw new Error(`data source ${type} is not known here; known are ${Object.keys(DATA_SOURCES).join(", ")}`);
  }
  return dataAttributes(schemas, source, type);
}

function sourceOf(provider: string, { sources }: Configuration): string {
  const expected = SOURCES[provider];
  if (expected === undefined) {
    throw new Error(`provider ${provider} is not known here; known are ${Object.keys(SOURCES).join(", ")}`);
  }
  const source = sources.get(provider);
  if (source !== expected) {
    const found = source === undefined ? "is missing" : `has source ${source}`;
    throw new Error(`required_providers.${provider} ${found}; the source must be ${expected}`);
  }
  return source;
}

function evaluateAll(attributes: Attributes, lookUp: LookUp): Attributes {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, evaluate(value, lookUp)]));
}

/** The attributes as they are before the creation: what only the provider can tell is unknown. */
export function withUnknowns(schema: AttributeSchemas, attributes: Attributes): Attributes {
  return Object.fromEntries(
    Object.entries(schema).map(([name, { computed, write_only: writeOnly }]) => {
      const value = attributes[name] ?? null;
      if (writeOnly === true) return [name, null];
      return [name, value === null && computed === true ? UNKNOWN : value];
    }),
  );
}

function checkOutputs(configuration: Configuration, resources: readonly PlannedResource[], lookUp: LookUp): void {
  const schemas = new Map(resources.map(({ block, schema }) => [block.address, schema]));
  const isSensitive = (leaf: Leaf) =>
    leaf.kind === "variable" ? leaf.block.sensitive : schemas.get(leaf.address)?.[leaf.attribute]?.sensitive;
  for (const [name, { value, sensitive }] of configuration.outputs) {
    const address = `output.${name}`;
    const behind = leaves(address, configuration, "", value);
    at(address, () => evaluate(value, lookUp));
    const ephemeral = behind.find((leaf) => leaf.kind === "variable" && leaf.block.ephemeral);
    if (ephemeral !== undefined) throw new DeployError(address, `holds the ephemeral ${nameOf(ephemeral)}`);
    const secret = behind.find(isSensitive);
    if (secret !== undefined && !sensitive) {
      throw new DeployError(address, `holds the sensitive ${nameOf(secret)}; mark it as sensitive`);
    }
  }
}

/**
 * Ephemeral values go into write-only attributes, into providers, and into variables of modules that are ephemeral too;
 * nowhere else, because the state would hold them.
 */
function refuseEphemeral(configuration: Configuration, resources: readonly PlannedResource[]): void {
  const refuse = (address: string, name: string, scope: string, value: Value) => {
    const found = leaves(address, configuration, scope, value).find(
      (leaf) => leaf.kind === "variable" && leaf.block.ephemeral,
    );
    if (found !== undefined) throw new DeployError(address, `${name} cannot take the ephemeral ${nameOf(found)}`);
  };
  for (const { block, schema } of resources) {
    for (const [name, value] of Object.entries(block.attributes)) {
      if (schema[name]?.write_only !== true) refuse(block.address, `attribute ${name}`, block.scope, value);
    }
  }
  for (const [address, call] of configuration.modules) {
    for (const [name, value] of Object.entries(call.arguments)) {
      if (call.configuration.variables.get(name)?.ephemeral !== true) refuse(address, `variable ${name}`, "", value);
    }
  }
}

function nameOf(leaf: Leaf): string {
  return leaf.kind === "variable" ? leaf.name : `${leaf.address}.${leaf.attribute}`;
}
