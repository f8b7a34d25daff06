// SPDX-License-Identifier: Apache-2.0
import { Fn, Token } from "cdktf";
import { escapeTemplate } from "../../contract/escape.js";

/** `T` with its undefined members optional, as resources want them: they may be absent, but not undefined. */
export type Given<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/**
 * Attributes of a resource that Terraform takes literally, whatever text they hold. Tokens are still resolved, and
 * members that are undefined are left out.
 */
export function literally<T extends object>(attributes: T): Given<T> {
  const entries = Object.entries(given(attributes));
  return Object.fromEntries(entries.map(([name, value]) => [name, literal(value)])) as Given<T>;
}

/** Attributes without those that are undefined. */
export function given<T extends object>(attributes: T): Given<T> {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined)) as Given<T>;
}

/** A list as one text. The elements of a list that is a token are known to Terraform alone. */
export function joined(values: string[], separator: string): string {
  return Token.isUnresolved(values) ? Fn.join(separator, values) : values.join(separator);
}

function literal(value: unknown): unknown {
  if (typeof value === "string") return escapeTemplate(value);
  return Array.isArray(value) && !Token.isUnresolved(value) ? value.map(literal) : value;
}
