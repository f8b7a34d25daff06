// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { join } from "node:path";

export interface Attribute {
  readonly type: unknown;
  readonly required?: boolean;
  readonly computed?: boolean;
  readonly optional?: boolean;
  readonly sensitive?: boolean;
}

interface Owner {
  readonly block: { readonly attributes: Readonly<Record<string, Attribute>> };
}

interface Schema {
  readonly provider: Owner;
  readonly resource_schemas: Readonly<Record<string, Owner>>;
}

/** The attributes of a resource, or of the provider itself, by Terraform's names. */
export function schemaOf(provider: string, resource?: string): Readonly<Record<string, Attribute>> {
  const file = join(__dirname, `../../constructs/bindings/schema/${provider}.json`);
  const [schema] = Object.values<Schema>(JSON.parse(readFileSync(file, "utf8")).provider_schemas);
  const owner = resource === undefined ? schema?.provider : schema?.resource_schemas[resource];
  if (owner === undefined) throw new Error(`no schema of ${resource ?? provider}`);
  return owner.block.attributes;
}

/**
 * The name that Pulumi's bridge gives an attribute: camel case, and plural for lists and sets. It knows plurals of
 * English; these are the ones that are needed here.
 */
export function pulumiName(attribute: string, { type }: Attribute): string {
  const name = attribute.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  if (!Array.isArray(type) || type[0] === "map" || name.endsWith("s")) return name;
  return /[^aeiou]y$/.test(name) ? `${name.slice(0, -1)}ies` : `${name}s`;
}
