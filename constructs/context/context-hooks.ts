// SPDX-License-Identifier: Apache-2.0
import type { IConstruct } from "constructs";
import { hookProblem, type OwnHook, PHASES, RUN, setsExitTrap } from "../../contract/index.js";
import { known, required } from "../support/rules.js";
import { readableProblem } from "../support/secrets.js";
import { broken, brokenSecret } from "../support/validation-error.js";

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

/** What is wrong with a hook of the user's own, in a context with or without our EXIT trap. */
export function* hookProblems(scope: IConstruct, hook: OwnHook, exitTrap: boolean): Generator<string | null> {
  const phases = hook.before ? PHASES : [...PHASES, RUN];
  const isPhase = phases.includes(hook.phase);
  yield broken("phase", isPhase ? null : `must be one of ${phases.join(", ")}`, hook.phase);
  yield broken("command", required(known(hookProblem))(hook.command), hook.command);
  yield brokenSecret("command", readableProblem(scope, hook.command));
  if (exitTrap && hook.phase !== RUN && setsExitTrap(hook.command)) {
    yield broken("command", "must not set an EXIT trap, which is the tunnel's unless exitTrap is off", hook.command);
  }
}
