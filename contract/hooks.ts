// SPDX-License-Identifier: Apache-2.0
import { PHASES } from "./phases.js";
import { exportCommand, unsetCommand } from "./proxy-variables.js";

/** What decides the text of the hooks. */
export interface HookOptions {
  /** The phases to cover; any of {@link PHASES}. */
  readonly phases: readonly string[];
  /** `host:port` of the tunnel's HTTP proxy. */
  readonly httpProxy: string;
  /**
   * Take the tunnel down by an EXIT trap of the phase's shell. Without it the last after hook does, and after a failed
   * phase the supervisor, as soon as it sees that the shell is gone.
   */
  readonly exitTrap: boolean;
}

/**
 * The hook lists of a Spacelift context, by Spacelift's names: `before_plan`, `after_plan`, and so on. Lists of phases
 * that are not covered are absent.
 *
 * Every entry is one POSIX shell command without comment, newline, `&` or `exit`, because Spacelift joins all hooks of
 * a phase, its own command among them, into one line: `{ hook; } && { hook; } && command && { hook; }`.
 */
export function hookLists(options: HookOptions): Record<string, string[]> {
  const lists: Record<string, string[]> = {};
  for (const phase of PHASES) {
    if (!options.phases.includes(phase)) continue;
    lists[`before_${phase}`] = beforeHooks(options);
    lists[`after_${phase}`] = afterHooks(options);
  }
  return lists;
}

function beforeHooks(options: HookOptions): string[] {
  // $$ is the phase's shell even inside a script or a substitution; the parent of `up` may be something else.
  const hooks = ["spacetail up --watch $$"];
  if (options.exitTrap) hooks.push("trap 'spacetail down' EXIT");
  hooks.push(exportCommand(options.httpProxy));
  return hooks;
}

function afterHooks(options: HookOptions): string[] {
  const hooks = [unsetCommand(), 'eval "$(spacetail env --restore)"', "spacetail scrub"];
  if (!options.exitTrap) hooks.push("spacetail down");
  return hooks;
}
