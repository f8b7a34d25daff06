// SPDX-License-Identifier: Apache-2.0
import type { Option } from "../../contract/index.js";

/** Names of members and indexes on the way to a value. */
export type Way = readonly (string | number)[];

/** A value that may be known later, and its row. */
export interface Leaf {
  readonly way: Way;
  readonly option: Option;
  /** The members beside it, itself among them. */
  readonly siblings: Readonly<Record<string, unknown>>;
}

/** The values among arguments that may be known later: texts and the like, lists, and their elements. */
export function leavesOf(options: readonly Option[], args: unknown, way: Way = []): Leaf[] {
  if (!isObject(args)) return [];
  return options.flatMap((option): Leaf[] => {
    const value = args[option.name];
    const inner = [...way, option.name];
    const leaf = (more: Way = []) => ({ way: [...inner, ...more], option, siblings: args });
    if (value === undefined) return [];
    switch (option.kind) {
      case "object":
        return leavesOf(option.members ?? [], value, inner);
      case "objects":
        return listOf(value).flatMap((one, at) => leavesOf(option.members ?? [], one, [...inner, at]));
      case "map":
        if (option.known === "always" || !isObject(value)) return [];
        return Object.keys(value).map((name) => leaf([name]));
      default:
        if (option.known === "always") return [];
        return [leaf(), ...listOf(value).map((_, at) => leaf([at]))];
    }
  });
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
