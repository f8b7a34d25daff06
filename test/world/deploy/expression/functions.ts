// SPDX-License-Identifier: Apache-2.0
import type { Value } from "./value.js";

/** Terraform's functions that are known here, but for `can`, which is not given values. */
export const FUNCTIONS: Readonly<Record<string, (...args: readonly Value[]) => Value>> = {
  alltrue: (list) => elements(list).every((one) => one === true || one === "true"),
  anytrue: (list) => elements(list).some((one) => one === true || one === "true"),
  base64encode: (text) => Buffer.from(string(text)).toString("base64"),
  coalesce: (...values) =>
    values.find((one) => one !== null && one !== "") ?? fail("coalesce finds nothing that is neither null nor empty"),
  compact: (list) => elements(list).filter((one) => one !== null && one !== ""),
  concat: (...lists) => lists.flatMap(elements),
  contains: (list, wanted) => elements(list).includes(wanted as Value),
  distinct: (list) => [...new Set(elements(list))],
  endswith: (text, end) => string(text).endsWith(string(end)),
  join: (separator, ...lists) => lists.flatMap(elements).map(string).join(string(separator)),
  jsonencode: (value) =>
    // As Go does it, for pages that the JSON might be put into.
    JSON.stringify(sorted(value as Value)).replace(
      /[<>&\u2028\u2029]/g,
      (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`,
    ),
  length: (value) =>
    typeof value === "string"
      ? [...value].length
      : typeof value === "object"
        ? Object.keys(value ?? {}).length
        : fail(),
  lower: (text) => string(text).toLowerCase(),
  nonsensitive: (value) => value as Value,
  regex: (pattern, text) => {
    // What the two dialects share is all that is used.
    const found = new RegExp(string(pattern), "u").exec(string(text));
    if (found === null) throw new Error("the pattern of regex was not found");
    return found.length > 1 ? found.slice(1) : found[0];
  },
  replace: (text, what, by) => {
    // Between slashes it is a pattern. What stands in its place may name groups, which is not used.
    const [, pattern] = /^\/(.*)\/$/.exec(string(what)) ?? [];
    if (string(by).includes("$")) fail("replace with groups is not known");
    return string(text).replaceAll(pattern === undefined ? string(what) : new RegExp(pattern, "gu"), string(by));
  },
  sensitive: (value) => value as Value,
  sort: (list) => elements(list).map(string).sort(),
  split: (separator, text) => string(text).split(string(separator)),
  startswith: (text, start) => string(text).startsWith(string(start)),
  tolist: (list) => elements(list),
  toset: (list) => [...new Set(elements(list))].sort(),
  tostring: (value) => (value === null ? null : string(value)),
  trim: (text, chars) => {
    const letters = [...string(text)];
    const others = letters.flatMap((letter, i) => (string(chars).includes(letter) ? [] : [i]));
    return letters.slice(others[0] ?? 0, (others.at(-1) ?? -1) + 1).join("");
  },
  trimspace: (text) => string(text).trim(),
};

/** With the members of objects in the order of their names, as Terraform has them. */
function sorted(value: Value): Value {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, member]) => [key, sorted(member)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function elements(value: Value | undefined): readonly Value[] {
  return Array.isArray(value) ? value : fail();
}

function string(value: Value | undefined): string {
  return ["string", "number", "boolean"].includes(typeof value) ? String(value) : fail();
}

function fail(why = "an argument has a type that the function does not take"): never {
  throw new Error(why);
}
