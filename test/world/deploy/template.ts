// SPDX-License-Identifier: Apache-2.0
import { evaluateTemplate, type LookUp, referencesOfTemplate } from "./expression/evaluate.js";
import { Parser } from "./expression/parser.js";
import type { Reference, Template, Value } from "./expression/value.js";

export type { LookUp } from "./expression/evaluate.js";
export { type Reference, type Template, UNKNOWN, type Value } from "./expression/value.js";

/**
 * Takes a string apart the way Terraform reads strings of its JSON syntax; see `Parser`.
 *
 * @throws on every interpolation that is not known here, and on directives: what this loader cannot evaluate must not
 * pass through as text.
 */
export function parseTemplate(text: string): Template {
  return new Parser(text).template();
}

/** Every reference in a value, however deep, in keys too. @throws like {@link parseTemplate}. */
export function referencesIn(value: Value): readonly Reference[] {
  if (typeof value === "string") return referencesOfTemplate(parseTemplate(value));
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (typeof value === "object" && value !== null) return Object.entries(value).flat().flatMap(referencesIn);
  return [];
}

/**
 * Evaluates every string in a value, keys included; see {@link evaluateTemplate}.
 *
 * @throws like {@link parseTemplate} and {@link evaluateTemplate}.
 */
export function evaluate(value: Value, lookUp: LookUp): Value {
  if (typeof value === "string") return evaluateTemplate(parseTemplate(value), lookUp);
  if (Array.isArray(value)) return value.map((element: Value) => evaluate(element, lookUp));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, element]) => [evaluateKey(key, lookUp), evaluate(element, lookUp)]),
    );
  }
  return value;
}

function evaluateKey(text: string, lookUp: LookUp): string {
  const key = evaluate(text, lookUp);
  if (typeof key !== "string") throw new Error(`the key ${text} is not known, or no string`);
  return key;
}
