// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { UNKNOWN, type Value } from "./template.js";

/** A type as the provider schema spells it: `"string"`, `["set", "string"]`, `["object", { name: "string" }]`. */
export type AttributeType = string | readonly [string, AttributeType] | ObjectType;

type ObjectType = readonly ["object", Readonly<Record<string, AttributeType>>];

/** What a provider says of one attribute. */
export interface AttributeSchema {
  readonly type: AttributeType;
  readonly required?: boolean;
  readonly optional?: boolean;
  readonly computed?: boolean;
  readonly sensitive?: boolean;
  /** Whether the state never holds it. */
  readonly write_only?: boolean;
}

/** The attributes of one block. */
export type AttributeSchemas = Readonly<Record<string, AttributeSchema>>;

interface BlockSchema {
  readonly block: { readonly attributes?: AttributeSchemas };
}

/** What `terraform providers schema -json` prints, or the part of it that is needed. */
export interface ProviderSchemas {
  readonly provider_schemas: Readonly<
    Record<
      string,
      {
        readonly provider?: BlockSchema;
        readonly resource_schemas?: Readonly<Record<string, BlockSchema>>;
        readonly data_source_schemas?: Readonly<Record<string, BlockSchema>>;
      }
    >
  >;
}

/** A block's attributes by name. */
export type Attributes = Readonly<Record<string, Value>>;

/** Reads one schema file, or every `.json` file of a folder, as one. */
export function loadSchemas(path: string): ProviderSchemas {
  const files = statSync(path).isDirectory()
    ? readdirSync(path)
        .filter((name) => name.endsWith(".json"))
        .map((name) => join(path, name))
    : [path];
  if (files.length === 0) throw new Error(`no provider schema in ${path}: expected .json files`);
  const schemas = files.map((file) => JSON.parse(readFileSync(file, "utf8")) as ProviderSchemas);
  return { provider_schemas: Object.assign({}, ...schemas.map(({ provider_schemas }) => provider_schemas)) };
}

/** The attributes of a provider's own block, by the provider's source address (`spacelift-io/spacelift`). */
export function providerAttributes(schemas: ProviderSchemas, source: string): AttributeSchemas {
  return providerOf(schemas, source).provider?.block.attributes ?? {};
}

/** The attributes of a resource type. @throws when the provider has no such type. */
export function resourceAttributes(schemas: ProviderSchemas, source: string, type: string): AttributeSchemas {
  const block = providerOf(schemas, source).resource_schemas?.[type]?.block;
  if (block === undefined) throw new Error(`provider ${source} has no resource type ${type} in the given schema`);
  return block.attributes ?? {};
}

/** The attributes of a data source. @throws when the provider has no such type. */
export function dataAttributes(schemas: ProviderSchemas, source: string, type: string): AttributeSchemas {
  const block = providerOf(schemas, source).data_source_schemas?.[type]?.block;
  if (block === undefined) throw new Error(`provider ${source} has no data source ${type} in the given schema`);
  return block.attributes ?? {};
}

function providerOf(schemas: ProviderSchemas, source: string) {
  // The key begins with the registry's host, which differs between Terraform and OpenTofu.
  const key = Object.keys(schemas.provider_schemas).find((name) => name === source || name.endsWith(`/${source}`));
  const provider = key === undefined ? undefined : schemas.provider_schemas[key];
  if (provider === undefined) throw new Error(`the given schema has no provider ${source}`);
  return provider;
}

/**
 * The attributes of a block with their types, null for those not given.
 *
 * @throws when an attribute does not exist, only the provider sets it, a required one is missing, or a value cannot
 * have the attribute's type.
 */
export function conform(schema: AttributeSchemas, given: Attributes): Attributes {
  for (const name of Object.keys(given)) {
    const attribute = schema[name];
    if (attribute === undefined) {
      throw new Error(`there is no attribute ${name}; known are ${Object.keys(schema).sort().join(", ")}`);
    }
    // The older provider framework marks `id` as optional, but refuses it all the same.
    if (name === "id" || (attribute.required !== true && attribute.optional !== true)) {
      throw new Error(`attribute ${name} is set by the provider and cannot be given`);
    }
  }
  const conformed = Object.entries(schema).map(([name, { type, required }]): [string, Value] => {
    const value = convert(name, type, given[name] ?? null);
    if (value === null && required === true) throw new Error(`attribute ${name} is required`);
    return [name, value];
  });
  return Object.fromEntries(conformed);
}

/** A value with the type asked for, by Terraform's conversions. @throws when there is none. */
export function convert(name: string, type: AttributeType, value: Value): Value {
  if (value === null || value === UNKNOWN) return value;
  const mismatch = () => new Error(`attribute ${name} must be ${typeName(type)}, but ${show(value)} was given`);
  if (isObject(type)) throw new Error(`attribute ${name} has objects, which this loader does not know`);
  if (typeof type !== "string") {
    const [collection, elementType] = type;
    if (collection === "map") {
      if (typeof value !== "object" || Array.isArray(value)) throw mismatch();
      const members = Object.entries(value).map(([key, element]): [string, Value] => [
        key,
        convert(name, elementType, element as Value),
      ]);
      if (members.some(([, element]) => element === null)) throw new Error(`attribute ${name} must not contain null`);
      return Object.fromEntries(members);
    }
    if (collection !== "list" && collection !== "set") {
      throw new Error(`attribute ${name} has type ${typeName(type)}, which this loader does not know`);
    }
    if (!Array.isArray(value)) throw mismatch();
    const elements = value.map((element: Value) => convert(name, elementType, element));
    if (elements.includes(null)) throw new Error(`attribute ${name} must not contain null`);
    // Terraform keeps sets of strings sorted; one with unknown elements has no order yet.
    if (collection === "list" || elements.includes(UNKNOWN)) return elements;
    return [...new Set(elements)].sort();
  }
  switch (type) {
    case "string":
      if (typeof value === "object") throw mismatch();
      return String(value);
    case "number":
      if (typeof value === "number") return value;
      if (typeof value !== "string" || value.trim() === "" || !Number.isFinite(Number(value))) throw mismatch();
      return Number(value);
    case "bool":
      if (typeof value === "boolean") return value;
      if (value !== "true" && value !== "false") throw mismatch();
      return value === "true";
    default:
      throw new Error(`attribute ${name} has type ${type}, which this loader does not know`);
  }
}

function isObject(type: AttributeType): type is ObjectType {
  return typeof type !== "string" && type[0] === "object";
}

function typeName(type: AttributeType): string {
  if (isObject(type)) return "object";
  return typeof type === "string" ? type : `${type[0]} of ${typeName(type[1])}`;
}

/** The kind of a value, not the value: it may be a secret. */
function show(value: Value): string {
  return Array.isArray(value) ? "a list" : typeof value === "object" ? "an object" : `a ${typeof value}`;
}
