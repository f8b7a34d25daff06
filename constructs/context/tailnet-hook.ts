// SPDX-License-Identifier: Apache-2.0
import { type HookPhase, hookLists, type OwnHook } from "../../contract/index.js";
import { literally } from "../support/literal.js";

/** A hook of yours, in addition to those of the tunnel. */
export interface TailnetHook extends TailnetHookPlacement {
  /** One of init, plan, apply, perform, destroy; or `run`, for the end of every run, which has no tunnel. */
  readonly phase: HookPhase;

  /** One shell command that does not end the phase's shell. */
  readonly command: string;
}

/** Where a hook runs. */
export interface TailnetHookPlacement {
  /**
   * Run the hook without the tunnel: before it goes up, or after programs no longer use it.
   * @default false
   */
  readonly outsideTunnel?: boolean;
}

/** A hook as the contract has it. */
export function ownHook(before: boolean, { phase, command, outsideTunnel = false }: TailnetHook): OwnHook {
  return { phase, command, before, outside: outsideTunnel };
}

/** The hook lists of a context that are not empty, as attributes of `spacelift_context`. */
export function hookAttributes(
  options: { readonly phases: readonly string[]; readonly httpProxy: string; readonly exitTrap: boolean },
  own: readonly OwnHook[],
): Record<string, string[]> {
  const lists = Object.entries(literally(hookLists(options, own)));
  return Object.fromEntries(lists.map(([list, commands]) => [attributeOf(list), commands]));
}

/** The attribute of a hook list: `beforePlan` for `before_plan`. */
export function attributeOf(list: string): string {
  return list.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
