// SPDX-License-Identifier: Apache-2.0
import type { Configuration, DataBlock, ResourceBlock, VariableBlock } from "./configuration.js";
import { references } from "./configuration.js";
import { DATA_SOURCES, type DataSource } from "./data-sources/index.js";
import { DeployError, reasonOf } from "./errors.js";
import { creationOrder } from "./order.js";
import {
  type AttributeSchemas,
  type Attributes,
  conform,
  convert,
  dataAttributes,
  type ProviderSchemas,
  providerAttributes,
  resourceAttributes,
} from "./provider-schema.js";
import { RESOURCE_TYPES } from "./resources/index.js";
import type { ResourceType } from "./resources/resource-type.js";
import { evaluate, type Reference, UNKNOWN, type Value } from "./template.js";

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
  readonly variables: ReadonlyMap<string, Value>;
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
  const variables = settleVariables(configuration.variables, given);
  const states = new Map<string, Attributes>();
  const lookUp = lookUpIn(variables, states);
  const data = configuration.data.map((block) => {
    const { address } = block;
    const schema = at(address, () => dataSchemaOf(block, configuration, schemas));
    const attributes = at(address, () => conform(schema, evaluateAll(block.attributes, lookUp)));
    states.set(address, withUnknowns(schema, attributes));
    return { address, type: DATA_SOURCES[block.type] as DataSource, attributes };
  });
  const resources = creationOrder(configuration.resources, new Set(states.keys())).map((block): PlannedResource => {
    const [type, schema] = at(block.address, () => typeOf(block, configuration, schemas));
    return { block, type, schema };
  });
  for (const resource of resources) {
    states.set(resource.block.address, withUnknowns(resource.schema, settle(resource, lookUp)));
  }
  checkOutputs(configuration, resources, lookUp);
  const providers = [...configuration.providers].map(([name, block]): [string, Attributes] => {
    const schema = at(`provider.${name}`, () => providerAttributes(schemas, sourceOf(name, configuration)));
    return [name, at(`provider.${name}`, () => conform(schema, evaluateAll(block, lookUpIn(variables, new Map()))))];
  });
  return { data, resources, providers: new Map(providers), variables };
}

/** A resource's attributes, evaluated, typed, with its provider's defaults, and checked. @throws {@link DeployError} */
export function settle({ block, type, schema }: PlannedResource, lookUp: (reference: Reference) => Value): Attributes {
  return at(block.address, () => {
    const attributes = { ...conform(schema, evaluateAll(block.attributes, lookUp)) };
    for (const [name, value] of Object.entries(type.defaults)) attributes[name] ??= value;
    type.check(attributes);
    return attributes;
  });
}

/** Looks references up in the variables and in the resources' states. The lookup throws what Terraform would. */
export function lookUpIn(
  variables: ReadonlyMap<string, Value>,
  states: ReadonlyMap<string, Attributes>,
): (reference: Reference) => Value {
  return ({ of, attribute }) => {
    if (of === "var") {
      const value = variables.get(attribute);
      if (value === undefined) throw new Error(`refers to var.${attribute}, which is not declared`);
      return value;
    }
    const state = states.get(of);
    if (state === undefined) throw new Error(`refers to ${of}, which is not declared`);
    const value = state[attribute];
    if (value === undefined) throw new Error(`refers to ${of}.${attribute}, but ${of} has no such attribute`);
    return value;
  };
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
  { type }: ResourceBlock,
  configuration: Configuration,
  schemas: ProviderSchemas,
): [ResourceType, AttributeSchemas] {
  // Terraform finds the provider of a resource by the first word of its type.
  const source = sourceOf(type.split("_")[0] ?? "", configuration);
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

function settleVariables(
  blocks: ReadonlyMap<string, VariableBlock>,
  given: Readonly<Record<string, Value>>,
): ReadonlyMap<string, Value> {
  for (const name of Object.keys(given)) {
    if (!blocks.has(name)) throw new DeployError(`variable.${name}`, "a value was given, but it is not declared");
  }
  return new Map(
    [...blocks].map(([name, { type, default: standard }]) => {
      const settleOne = () => convertVariable(name, type, given[name] ?? evaluateDefault(standard));
      return [name, at(`variable.${name}`, settleOne)];
    }),
  );
}

function evaluateDefault(standard: Value | undefined): Value {
  if (standard === undefined) throw new Error("has no default, and no value was given");
  return evaluate(standard, ({ of, attribute }) => {
    throw new Error(`a default cannot refer to ${of}.${attribute}`);
  });
}

function convertVariable(name: string, type: string, value: Value): Value {
  if (type === "any") return value;
  const [, collection, element] = /^(list|set)\((string|number|bool)\)$/.exec(type) ?? [];
  return convert(name, collection === undefined || element === undefined ? type : [collection, element], value);
}

function evaluateAll(attributes: Attributes, lookUp: (reference: Reference) => Value): Attributes {
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

function checkOutputs(
  { outputs, variables }: Configuration,
  resources: readonly PlannedResource[],
  lookUp: (reference: Reference) => Value,
): void {
  const schemas = new Map(resources.map(({ block, schema }) => [block.address, schema]));
  const isSensitive = ({ of, attribute }: Reference) =>
    of === "var" ? variables.get(attribute)?.sensitive : schemas.get(of)?.[attribute]?.sensitive;
  for (const [name, { value, sensitive }] of outputs) {
    const address = `output.${name}`;
    const secret = references(address, value).find(isSensitive);
    at(address, () => evaluate(value, lookUp));
    if (secret !== undefined && !sensitive) {
      throw new DeployError(address, `holds the sensitive ${secret.of}.${secret.attribute}; mark it as sensitive`);
    }
  }
}
