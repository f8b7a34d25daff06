// SPDX-License-Identifier: Apache-2.0
// What rules about several options see of values: the known ones.

/** A text that is known; undefined otherwise. */
export function knownText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** The texts of a list that are known; undefined if not even the list is. */
export function knownTexts(value: unknown): string[] | undefined {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : undefined;
}

/** An object that is known; an empty one otherwise. */
export function knownMembers(value: unknown): Readonly<Record<string, unknown>> {
  const isKnown = typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
  return isKnown ? (value as Record<string, unknown>) : {};
}

/** The objects of a list, in their places; an empty list if it is not known. */
export function knownObjects(value: unknown): Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.map(knownMembers) : [];
}

/** Where elements stand that occur before them in the list already. */
export function repeated(values: readonly unknown[]): number[] {
  return values.flatMap((one, at) => (one !== undefined && values.indexOf(one) < at ? [at] : []));
}
