// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Manifest } from "./manifest.js";

type Schema = Readonly<
  Record<string, { readonly required?: boolean; readonly optional?: boolean; readonly type: unknown }>
>;

const SCHEMAS = join(__dirname, "../../constructs/bindings/schema");

/** What the committed provider schemas say of each resource type's attributes. */
function attributeSchemas(): Record<string, Schema> {
  const types: Record<string, Schema> = {};
  for (const file of readdirSync(SCHEMAS)) {
    const { provider_schemas } = JSON.parse(readFileSync(join(SCHEMAS, file), "utf8"));
    for (const provider of Object.values<{ resource_schemas: object }>(provider_schemas)) {
      for (const [type, { block }] of Object.entries(provider.resource_schemas)) types[type] = block.attributes;
    }
  }
  return types;
}

/** Everything in which the resources of a configuration do not fit the schemas. */
export function misfits(manifest: Pick<Manifest, "resource">): string[] {
  const schemas = attributeSchemas();
  return Object.entries(manifest.resource).flatMap(([type, resources]) => {
    const schema = schemas[type];
    if (schema === undefined) return [`${type} is unknown`];
    return Object.values(resources).flatMap((attributes) => {
      const required = Object.keys(schema).filter((name) => schema[name]?.required === true);
      return [
        ...required.filter((name) => attributes[name] === undefined).map((name) => `${type}.${name} is missing`),
        ...Object.entries(attributes).flatMap(([name, value]) => misfit(`${type}.${name}`, schema[name], value)),
      ];
    });
  });
}

function misfit(name: string, attribute: Schema[string] | undefined, value: unknown): string[] {
  if (attribute === undefined) return [`${name} is unknown`];
  if (attribute.required !== true && attribute.optional !== true) return [`${name} is the provider's to set`];
  const type = Array.isArray(value) ? "list" : typeof value;
  const [kind] = [attribute.type].flat();
  const wanted = { string: "string", bool: "boolean", number: "number", map: "object" }[String(kind)] ?? "list";
  return type === wanted ? [] : [`${name} must be a ${wanted}, not a ${type}`];
}
