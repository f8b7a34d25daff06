// SPDX-License-Identifier: Apache-2.0
import { Fn, Token } from "cdktf";
import { escapeTemplate } from "./escape.js";

/** `T` whose members that may be undefined are optional, as resources require it. */
export type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Attributes of a resource that Terraform takes literally, whatever text they contain. Tokens are still resolved. */
export function literally<T extends object>(attributes: T): Defined<T> {
  const literals: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(attributes)) literals[name] = literal(value);
  return literals as Defined<T>;
}

/** The same attributes: at run time, undefined ones are as good as absent to resources and to our constructs. */
export function defined<T extends object>(attributes: T): Defined<T> {
  return attributes as Defined<T>;
}

/** One such attribute. */
export function literal<T>(value: T): T {
  if (typeof value === "string") return escapeTemplate(value) as T;
  return Array.isArray(value) && !Token.isUnresolved(value) ? (value.map((one) => literal(one)) as T) : value;
}

/** A copy of a list. A token is left as it is: to JavaScript it may be a string or an object. */
export function copied<T>(values: readonly T[]): T[] {
  return Token.isUnresolved(values) ? (values as T[]) : [...values];
}

/** A list as one text. The elements of a list that is a token are known to Terraform alone. */
export function joined(values: string[], separator: string): string {
  return Token.isUnresolved(values) ? Fn.join(separator, values) : values.join(separator);
}

/** A list whose order means nothing, sorted where it is known, so that another order is no change. */
export function joinedSet(values: string[], separator: string): string {
  const isKnown = !Token.isUnresolved(values) && !values.some((one) => Token.isUnresolved(one));
  return joined(isKnown ? [...values].sort() : values, separator);
}
