// SPDX-License-Identifier: Apache-2.0
import * as pulumi from "@pulumi/pulumi";
import { DEFAULT_HTTP_PROXY, DEFAULT_PHASES, type HookOptions, hookLists, type OwnHook } from "../../contract/index.js";
import type { ContextArgs } from "../spacelift/index.js";
import { made } from "../support/inputs.js";
import type { TailnetContextArgs } from "./tailnet-context-args.js";

/** A hook of your own, beside those of the tunnel. */
export interface TailnetHook {
  /** Any of init, plan, apply, perform, destroy; after a run also run, for the end of every run, which has no tunnel. */
  readonly phase: string;

  /** One shell command that leaves the phase's shell alive. */
  readonly command: pulumi.Input<string>;

  /**
   * Run the hook without the tunnel: before it goes up, or after programs are no longer pointed at it.
   * @default false
   */
  readonly outsideTunnel?: boolean;
}

/** The argument of a Spacelift context for each of its hook lists. */
const HOOK_ARGUMENTS = {
  before_init: "beforeInits",
  after_init: "afterInits",
  before_plan: "beforePlans",
  after_plan: "afterPlans",
  before_apply: "beforeApplies",
  after_apply: "afterApplies",
  before_perform: "beforePerforms",
  after_perform: "afterPerforms",
  before_destroy: "beforeDestroys",
  after_destroy: "afterDestroys",
  after_run: "afterRuns",
} as const;

type HookArguments = Pick<ContextArgs, (typeof HOOK_ARGUMENTS)[keyof typeof HOOK_ARGUMENTS]>;

/** The hook lists of a context. Lists that turn out to be empty are undefined. */
export function hookArguments(args: TailnetContextArgs): HookArguments {
  const { phases = [...DEFAULT_PHASES], httpProxy = DEFAULT_HTTP_PROXY, exitTrap = true } = args;
  const own = [...ownHooks(true, args.beforeHooks), ...ownHooks(false, args.afterHooks)];
  const lists = made({ phases, httpProxy, exitTrap, own }, hooksOf);
  const hooks = Object.entries(HOOK_ARGUMENTS).map(([list, argument]) => {
    return [argument, pulumi.Output.isInstance(lists) ? lists.apply((known) => known[list]) : lists[list]];
  });
  return Object.fromEntries(hooks) as HookArguments;
}

/** The hook lists of contexts without own hooks, by their options: most of a program's contexts have the same. */
const COMMON = new Map<string, Record<string, string[]>>();

interface KnownHooks extends HookOptions {
  readonly own: OwnHook[];
}

function hooksOf(known: KnownHooks): Record<string, string[]> {
  if (known.own.length > 0) return hookLists(known, known.own);
  const key = `${known.phases.join()} ${known.httpProxy} ${known.exitTrap}`;
  const common = COMMON.get(key) ?? hookLists(known);
  COMMON.set(key, common);
  // Copies, because transformations may change the lists of one context.
  return Object.fromEntries(Object.entries(common).map(([list, commands]) => [list, [...commands]]));
}

function ownHooks(before: boolean, hooks: readonly TailnetHook[] = []) {
  return hooks.map(({ phase, command, outsideTunnel }) => {
    return { phase, command, before, outside: outsideTunnel ?? false };
  });
}
