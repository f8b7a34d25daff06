// SPDX-License-Identifier: Apache-2.0
import { type HookList, type Hooks, hooksBy } from "../hooks.js";

/** What decides a context's place around a stack. */
export interface Nested {
  readonly name: string;
  /** The priority of its explicit attachment, or null when a label attached it. */
  readonly priority: number | null;
}

/**
 * Contexts from the outermost to the innermost: explicitly attached ones by priority, lowest first, then auto-attached
 * ones in reverse alphabetical order. The stack itself is inside them all.
 *
 * Names are compared without regard to case, because Spacelift's own plugins put a `ZZZZZ-` before a name to come first
 * among lower-case names. Equal priorities are undocumented; here the alphabet decides.
 * Source: Spacelift documentation, "Note on hook order".
 */
export function outermostFirst<T extends Nested>(contexts: readonly T[]): readonly T[] {
  return [...contexts].sort((a, b) => {
    if (a.priority !== null && b.priority !== null) return a.priority - b.priority || alphabetical(a, b);
    if (a.priority !== null) return -1;
    if (b.priority !== null) return 1;
    return alphabetical(b, a);
  });
}

/**
 * Contexts from the one whose environment variables and mounted files win to the one whose lose: explicitly attached
 * ones by priority, lowest first, then auto-attached ones in alphabetical order. The stack itself wins over them all.
 *
 * Source: Spacelift documentation, "Context", On priority: the stack level, then explicitly attached contexts "based on
 * set priorities", which are sorted lowest first, then auto-attached ones alphabetically.
 */
export function strongestFirst<T extends Nested>(contexts: readonly T[]): readonly T[] {
  const explicit = outermostFirst(contexts.filter(({ priority }) => priority !== null));
  const automatic = contexts.filter(({ priority }) => priority === null).sort(alphabetical);
  return [...explicit, ...automatic];
}

/** The hooks of a run in the order they run: before hooks from the outermost context inwards, after hooks outwards. */
export function nestHooks(contexts: readonly (Nested & { readonly hooks: Hooks })[], stack: Hooks): Hooks {
  const inwards = [...outermostFirst(contexts).map(({ hooks }) => hooks), stack];
  const outwards = [...inwards].reverse();
  const order = (list: HookList) => (list.startsWith("before") ? inwards : outwards);
  return hooksBy((list) => order(list).flatMap((hooks) => hooks[list]));
}

function alphabetical(a: Nested, b: Nested): number {
  return compare(a.name.toLowerCase(), b.name.toLowerCase()) || compare(a.name, b.name);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
