// SPDX-License-Identifier: Apache-2.0
// Types that help in editors: they complete words, and a mistyped one does not compile. jsii, which publishes
// constructs for other languages, has no such types; there these would be strings, lists and interfaces (see the test
// of jsii).

/** A phase of a run. */
export type Phase = "init" | "plan" | "apply" | "perform" | "destroy";

/** What a hook can come after: a phase, or the whole run. */
export type HookPhase = Phase | "run";

/** A type of run. */
export type RunType = "PROPOSED" | "TRACKED" | "TASK" | "TESTING" | "DESTROY";

/** The scope of a run's token. */
export type TokenScope = "read" | "write";

/** A list that is only read. */
export type List<T> = readonly T[];

/** An object of which exactly one member is given. */
export type ExactlyOne<T> = {
  [K in keyof T]-?: { readonly [L in K]-?: Exclude<T[L], undefined> } & { readonly [L in Exclude<keyof T, K>]?: never };
}[keyof T];
