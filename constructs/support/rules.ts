// SPDX-License-Identifier: Apache-2.0
// The contract's rules, which know of no engine, for values that may be tokens.
import { Token } from "cdktf";
import {
  type Rule as AnyRule,
  extraLabels as anyExtraLabels,
  notEmpty as anyNotEmpty,
  oneLine as anyOneLine,
  reachableFrom as anyReachableFrom,
  secretText as anySecretText,
  tags as anyTags,
  text,
} from "../../contract/context/rules.js";
import type { Given } from "./literal.js";

/**
 * A rule for a property: says what the value must be, reading on from the property's name, or answers null if the value
 * is that. Values that are not given, and tokens, whose text nobody knows yet, keep every rule.
 */
export type Rule<T> = (value: T | undefined) => string | null;

/** A token as the contract's rules take values that are not known yet. Messages quote the token. */
class Unknown {
  constructor(private readonly token: unknown) {}

  public toJSON(): unknown {
    return this.token;
  }
}

/** A value with objects for the tokens in it, as the contract's rules want it. */
export function withoutTokens(value: unknown): unknown {
  if (Token.isUnresolved(value)) return new Unknown(value);
  return Array.isArray(value) ? value.map(withoutTokens) : value;
}

/** The members of an object, each {@link withoutTokens}. */
export function settled<T extends object>(values: T): Given<{ [K in keyof T]: T[K] | Exclude<object, T[K]> }> {
  const copy = { ...values } as Record<string, unknown>;
  for (const name of Object.keys(copy)) copy[name] = withoutTokens(copy[name]);
  return copy as ReturnType<typeof settled<T>>;
}

/** A rule of the contract. */
export function known<T>(rule: AnyRule): Rule<T> {
  return (value) => rule(withoutTokens(value));
}

/** The rule that `problem` states for text that is known. */
export function knownText(problem: (text: string) => string | null): Rule<string> {
  return known(text(problem));
}

/** The same rule for a property that must be given. Compilers see to that, but not every caller has one. */
export function required<T>(rule: Rule<T>): Rule<T> {
  return (value) => (value === undefined ? "must be given" : rule(value));
}

export const notEmpty: Rule<string> = known(anyNotEmpty);
export const oneLine: Rule<string> = known(anyOneLine);
export const secretText: Rule<string> = known(anySecretText);
export const tagList: Rule<readonly string[]> = known(anyTags);

/**
 * Labels for the context besides the one that attaches it. A token for a whole list cannot take that one: Terraform's
 * functions could join them, but CDKTF does not escape quotes in the arguments of functions.
 */
export const extraLabels: Rule<readonly string[]> = (labels) => {
  if (Token.isUnresolved(labels)) return "must be a list of labels, not a token for a whole list";
  return anyExtraLabels(withoutTokens(labels));
};

/** The id of a space whose stacks a context in another space can reach, as far as the ids tell. */
export function reachableFrom(contextSpace: string | undefined): Rule<string> {
  return known(anyReachableFrom(withoutTokens(contextSpace) as string | object | undefined));
}
