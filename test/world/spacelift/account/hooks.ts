// SPDX-License-Identifier: Apache-2.0

/**
 * The 11 hook lists of Spacelift, as its API spells them. There is no `beforeRun`.
 * Source: Spacelift documentation, "Customizing workflow".
 */
export const HOOK_LISTS = [
  "afterApply",
  "afterDestroy",
  "afterInit",
  "afterPerform",
  "afterPlan",
  "afterRun",
  "beforeApply",
  "beforeDestroy",
  "beforeInit",
  "beforePerform",
  "beforePlan",
] as const;

/** The name of one hook list. */
export type HookList = (typeof HOOK_LISTS)[number];

/** All hook lists of a context, a stack or a whole run; every list is present, possibly empty. */
export type Hooks = Readonly<Record<HookList, readonly string[]>>;

/** Hook lists made by calling `list` once for every name. */
export function hooksBy(list: (name: HookList) => readonly string[]): Hooks {
  return Object.fromEntries(HOOK_LISTS.map((name) => [name, [...list(name)]])) as unknown as Hooks;
}

/**
 * Fills hook lists that were left out with empty ones.
 *
 * @throws when a hook is an empty string, as the provider and the API do.
 */
export function completeHooks(owner: string, given: Partial<Record<HookList, readonly string[] | null>>): Hooks {
  return hooksBy((name) => {
    const hooks = given[name] ?? [];
    if (hooks.includes("")) throw new Error(`${owner}: ${name} must not contain an empty hook`);
    return hooks;
  });
}
