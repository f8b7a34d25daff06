// SPDX-License-Identifier: Apache-2.0
import { Token } from "cdktf";
import type { IConstruct } from "constructs";
import { broken, brokenSecret } from "../../contract/context/rules.js";
import { hookProblem, setsExitTrap } from "../../contract/hooks/hook-text.js";
import { hookLists, type OwnHook, RUN } from "../../contract/hooks/hooks.js";
import { PHASES } from "../../contract/hooks/phases.js";
import { DEFAULT_HTTP_PROXY } from "../../contract/wire/addresses.js";
import { literally } from "../support/literal.js";
import { knownText, required } from "../support/rules.js";
import { readableProblem } from "../support/secrets.js";

/** Where a hook of the user's own stands. */
export interface TailnetHookPlacement {
  /**
   * Run the hook without the tunnel: before it goes up, or after programs are no longer pointed at it.
   * @default false
   */
  readonly outsideTunnel?: boolean;
}

/** The attribute of `spacelift_context` for each of Spacelift's hook lists. */
export const HOOK_ATTRIBUTES = {
  before_init: "beforeInit",
  after_init: "afterInit",
  before_plan: "beforePlan",
  after_plan: "afterPlan",
  before_apply: "beforeApply",
  after_apply: "afterApply",
  before_perform: "beforePerform",
  after_perform: "afterPerform",
  before_destroy: "beforeDestroy",
  after_destroy: "afterDestroy",
  after_run: "afterRun",
} as const;

/** A hook list by Spacelift's name. */
export type HookList = keyof typeof HOOK_ATTRIBUTES;

/** Hook lists as attributes of `spacelift_context`. */
export type HookAttributes = { readonly [K in (typeof HOOK_ATTRIBUTES)[HookList]]?: string[] };

/** The hook attributes of contexts without own hooks, by their options: most of a program's contexts have the same. */
const COMMON = new Map<string, HookAttributes>();

/** The hook lists of a context that are not empty. */
export function hookAttributes(
  phases: readonly string[],
  { httpProxy = DEFAULT_HTTP_PROXY, exitTrap = true }: HookProps,
  own: readonly OwnHook[],
): HookAttributes {
  const make = () => attributesOf(hookLists({ phases, httpProxy, exitTrap }, own));
  // A token is one of a program's thousands, and gone with the program.
  if (own.length > 0 || Token.isUnresolved(httpProxy)) return make();
  const key = `${phases.join()} ${httpProxy} ${exitTrap}`;
  const common = COMMON.get(key) ?? make();
  COMMON.set(key, common);
  // Copies, because programs may change the lists of one context.
  const copy: Record<string, string[]> = {};
  for (const [attribute, commands] of Object.entries(common)) copy[attribute] = [...commands];
  return copy;
}

interface HookProps {
  readonly httpProxy?: string;
  readonly exitTrap?: boolean;
}

function attributesOf(lists: Readonly<Record<string, string[]>>): HookAttributes {
  const entries = Object.entries(literally(lists));
  return Object.fromEntries(entries.map(([list, commands]) => [HOOK_ATTRIBUTES[list as HookList], commands]));
}

/** What is wrong with a hook of the user's own, in a context with or without our EXIT trap. */
export function* hookProblems(scope: IConstruct, hook: OwnHook, exitTrap: boolean): Generator<string | null> {
  const phases = hook.before ? PHASES : [...PHASES, RUN];
  const isPhase = phases.includes(hook.phase);
  yield broken("phase", isPhase ? null : `must be one of ${phases.join(", ")}`, hook.phase);
  yield broken("command", required(knownText(hookProblem))(hook.command), hook.command);
  yield brokenSecret("command", readableProblem(scope, hook.command));
  if (exitTrap && hook.phase !== RUN && setsExitTrap(hook.command)) {
    yield broken("command", "must not set an EXIT trap, which is the tunnel's unless exitTrap is off", hook.command);
  }
}
