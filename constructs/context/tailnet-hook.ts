// SPDX-License-Identifier: Apache-2.0
import { type HookOptions, type HookPhase, hookLists, type OwnHook, PHASES, RUN } from "../../contract/index.js";
import { escapeTemplate } from "../support/escape.js";

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

/** The attributes of `spacelift_context` by hook list: `beforePlan` for `before_plan`. */
const ATTRIBUTES: ReadonlyMap<string, string> = new Map(
  [...PHASES, RUN].flatMap((phase) => {
    const title = `${phase.charAt(0).toUpperCase()}${phase.slice(1)}`;
    return ["before", "after"].map((when) => [`${when}_${phase}`, `${when}${title}`] as const);
  }),
);

/** A hook as the contract has it. Terraform takes its command literally. */
export function ownHook(before: boolean, { phase, command, outsideTunnel = false }: TailnetHook): OwnHook {
  return { phase, command: escapeTemplate(command), before, outside: outsideTunnel };
}

/** The hook lists of a context that are not empty, as attributes of `spacelift_context`. */
export function hookAttributes(options: HookOptions, own: readonly OwnHook[]): Record<string, string[]> {
  const attributes: Record<string, string[]> = {};
  for (const [list, commands] of Object.entries(hookLists(options, own))) attributes[attributeOf(list)] = commands;
  return attributes;
}

/** The attribute of a hook list. */
export function attributeOf(list: string): string {
  return ATTRIBUTES.get(list) ?? list;
}
