// SPDX-License-Identifier: Apache-2.0
// What rules about several options see of values: the known ones.
import { Unknown } from "./engine.js";

type Members = Readonly<Record<string, unknown>>;

/** A text that is known; undefined otherwise. */
export function knownText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** The texts of a list that are known; undefined if not even the list is. */
export function knownTexts(value: unknown): string[] | undefined {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : undefined;
}

/** The texts of a list that is known in all its parts; undefined otherwise. */
export function allTexts(value: unknown): string[] | undefined {
  return Array.isArray(value) && value.every((one) => typeof one === "string") ? value : undefined;
}

/** True for an object that is known, at least in which members it has. */
export function isKnownObject(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !Unknown.is(value);
}

/** The members of an object that is known; none otherwise. */
export function knownMembers(value: unknown): Members {
  return isKnownObject(value) ? value : {};
}

/** The objects of a list that are known, with their places. */
export function knownObjects(value: unknown): { readonly at: number; readonly members: Members }[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((one, at) => (isKnownObject(one) ? [{ at, members: one }] : []));
}

/** Those of some objects for which a text, if they have one, is the same as for an earlier one. */
export function repeated<T>(objects: readonly T[], textOf: (one: T) => string | undefined): T[] {
  const seen = new Set<string>();
  return objects.filter((one) => {
    const text = textOf(one);
    if (text === undefined) return false;
    const isRepeated = seen.has(text);
    seen.add(text);
    return isRepeated;
  });
}
