// SPDX-License-Identifier: Apache-2.0
import type { Yaml } from "./yaml.js";

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

/** The lists by the names that everybody but the API calls them: `before_plan`. */
export const HOOK_NAMES: ReadonlyMap<string, HookList> = new Map(
  HOOK_LISTS.map((name) => [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), name]),
);

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

/** The lists of a YAML file that are there, by the names of the API. @throws on hooks that are not text, or empty. */
export function hooksIn(lists: Readonly<Record<string, Yaml>>): Partial<Hooks> {
  const given = Object.entries(lists).filter(([, list]) => !list.isMissing);
  return Object.fromEntries(
    given.map(([name, list]) => [HOOK_NAMES.get(name), list.elements().map((hook) => hook.someText())]),
  );
}
