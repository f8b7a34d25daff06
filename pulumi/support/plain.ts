// SPDX-License-Identifier: Apache-2.0
// Rules for arguments that cannot wait to be known. Compilers see to most of them, but programs in JavaScript have none.
import { isPending, isPlain } from "./inputs.js";

/** What is wrong with an argument that must be plain in all its parts, or null. */
export function plainProblem(property: string, value: unknown): string | null {
  return isPlain(value) ? null : `${property} must be plain, and not an output`;
}

/** What is wrong with an argument whose members must be seen, or null. They may be outputs themselves. */
export function structureProblem(property: string, value: unknown): string | null {
  return isPending(value) ? `${property} must not be an output itself, though what it holds may be` : null;
}

/**
 * What is wrong with a list of objects, which must be seen; null for each rule that is kept.
 *
 * @param plainMembers members of each object that must be plain
 */
export function* listProblems(
  property: string,
  values: unknown,
  plainMembers: readonly string[],
): Generator<string | null> {
  if (values === undefined) return;
  yield structureProblem(property, values);
  if (!Array.isArray(values)) return yield `${property} must be a list of objects`;
  for (const value of values) {
    yield isPending(value) ? `${property} must be a list of objects, not of outputs` : null;
    yield typeof value === "object" && value !== null ? null : `${property} must be a list of objects`;
    for (const member of plainMembers) yield plainProblem(`${property}.${member}`, value[member]);
  }
}
