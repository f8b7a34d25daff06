// SPDX-License-Identifier: Apache-2.0

/** The stages of a run as far as they decide which variables a phase gets. */
export type Phase = "init" | "plan" | "apply" | "perform" | "destroy";

/** An environment variable of a run. */
export interface Variable {
  readonly name: string;
  readonly value: string;
  /** Whether its value is masked in the run's log. */
  readonly secret: boolean;
}

/**
 * Merges elements that may be defined more than once, the strongest source first: the first definition of a name wins.
 * The result is sorted by name.
 */
export function mergeStrongest<T>(sources: readonly (readonly T[])[], nameOf: (element: T) => string): readonly T[] {
  const merged = new Map<string, T>();
  for (const element of sources.flat()) {
    if (!merged.has(nameOf(element))) merged.set(nameOf(element), element);
  }
  return [...merged.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, element]) => element);
}

/**
 * The variables that one phase sees: `ro_NAME` reaches every phase but apply, as `NAME`; `wo_NAME` reaches only apply,
 * as `NAME`. Where a phase would get a name both with and without a prefix, the prefixed one wins; Spacelift does not
 * document that case. Source: Spacelift documentation, "Environment variable prefixes".
 */
export function environmentOf(phase: Phase, variables: readonly Variable[]): readonly Variable[] {
  const prefix = phase === "apply" ? "wo_" : "ro_";
  const prefixed = variables
    .filter(({ name }) => name.startsWith(prefix))
    .map((variable) => ({ ...variable, name: variable.name.slice(prefix.length) }));
  const plain = variables.filter(({ name }) => !/^(ro|wo)_/.test(name));
  return mergeStrongest([prefixed, plain], ({ name }) => name);
}
