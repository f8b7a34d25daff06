// SPDX-License-Identifier: Apache-2.0
import { Fn, Token } from "cdktf";
import { escapeTemplate } from "./escape.js";

/** `T` with its undefined members optional, as resources want them: they may be absent, but not undefined. */
export type Given<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Attributes of a resource that Terraform takes literally, whatever text they hold. Tokens are still resolved. */
export function literally<T extends object>(attributes: T): Given<T> {
  const copy = { ...attributes } as Record<string, unknown>;
  for (const name of Object.keys(copy)) copy[name] = literal(copy[name]);
  return copy as Given<T>;
}

/** The same attributes. Resources, and our own constructs, take one that is undefined for one that is absent. */
export function given<T extends object>(attributes: T): Given<T> {
  return attributes as Given<T>;
}

/** A list as one text. The elements of a list that is a token are known to Terraform alone. */
export function joined(values: string[], separator: string): string {
  return Token.isUnresolved(values) ? Fn.join(separator, values) : values.join(separator);
}

/** One such attribute. */
export function literal<T>(value: T): T {
  if (typeof value === "string") return escapeTemplate(value) as T;
  return Array.isArray(value) && !Token.isUnresolved(value) ? (value.map((one) => literal(one)) as T) : value;
}
