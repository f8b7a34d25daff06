// SPDX-License-Identifier: Apache-2.0
import { hookProblem, setsExitTrap } from "../hooks/hook-text.js";
import { RUN } from "../hooks/hooks.js";
import { PHASES } from "../hooks/phases.js";
import { broken, brokenSecret, type Given, readable, required, text } from "./rules.js";

/** A hook of the user's own, as users give it. */
export interface HookValues {
  readonly phase: string;
  readonly command: Given<string>;
}

/**
 * What is wrong with hooks of the user's own, in a context with or without our EXIT trap; null for each rule that is kept.
 *
 * @param property what holds them
 * @param before whether they run before the phase
 */
export function* hookProblems(
  property: string,
  before: boolean,
  hooks: readonly HookValues[],
  exitTrap: Given<boolean>,
): Generator<string | null> {
  const phases = before ? PHASES : [...PHASES, RUN];
  for (const { phase, command } of hooks) {
    const isPhase = phases.includes(phase);
    yield broken(`${property}.phase`, isPhase ? null : `must be one of ${phases.join(", ")}`, phase);
    yield broken(`${property}.command`, required(text(hookProblem))(command), command);
    yield brokenSecret(`${property}.command`, readable(command));
    if (exitTrap !== true || phase === RUN) continue;
    const trap = "must not set an EXIT trap, which is the tunnel's unless exitTrap is off";
    yield broken(`${property}.command`, text((known) => (setsExitTrap(known) ? trap : null))(command), command);
  }
}
