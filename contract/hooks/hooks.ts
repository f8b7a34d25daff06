// SPDX-License-Identifier: Apache-2.0

import { capturedOf } from "../wire/capture.js";
import { networkingOf } from "../wire/networking.js";
import { exportCommands, unsetCommand } from "../wire/proxy-variables.js";
import { PHASES } from "./phases.js";

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
  /** Names of more variables that point programs at the tunnel. */
  readonly proxyVariables?: readonly string[];
  /**
   * The option of that name. With it, the executable says in the run what is to be exported: that depends on whether
   * connections can be captured.
   */
  readonly capture?: string | undefined;
  /**
   * The option of that name. Where the run decides about networking, it also decides about proxy variables, of which
   * kernel networking needs none.
   */
  readonly userspace?: string | undefined;
  /** Hooks that put the executables on PATH, where these are not in the image. */
  readonly fetchHooks?: readonly string[] | undefined;
}

/** A hook of the user's own, beside ours. */
export interface OwnHook {
  /** Any of {@link PHASES}, covered or not; or {@link RUN}, after which there are hooks though none before. */
  readonly phase: string;
  /** True for a hook before the phase, false for one after it. */
  readonly before: boolean;
  /** One command, as {@link hookProblem} requires it. */
  readonly command: string;
  /** True to run beyond our hooks, without the tunnel: before ours, or after ours. */
  readonly outside: boolean;
}

/**
 * The whole run as {@link OwnHook} names it. Spacelift's `after_run` belongs to no phase, and there is no
 * `before_run`.
 */
export const RUN = "run";

/**
 * The hook lists of a Spacelift context, by Spacelift's names: `before_plan`, `after_plan`, and so on. Lists without a
 * hook are absent.
 *
 * Every entry is one POSIX shell command without comment, newline, `&` or `exit`, because Spacelift joins all hooks of
 * a phase, its own command among them, into one line: `{ hook; } && { hook; } && command && { hook; }`.
 *
 * Own hooks keep their order. They run inside the tunnel, so after ours before a phase and before ours after it, but
 * for those that are to run outside.
 */
export function hookLists(options: HookOptions, own: readonly OwnHook[] = []): Record<string, string[]> {
  const lists: Record<string, string[]> = {};
  const ours = { before: beforeHooks(options), after: afterHooks(options) };
  for (const phase of [...PHASES, RUN]) {
    const isCovered = options.phases.includes(phase);
    const hooks = own.filter((hook) => hook.phase === phase);
    if (!isCovered && hooks.length === 0) continue;
    const commands = (isBefore: boolean, outside: boolean) =>
      hooks.filter((hook) => hook.before === isBefore && hook.outside === outside).map((hook) => hook.command);
    // Unlike lists that are spread, concatenated ones have no room for more, which contexts would keep.
    const fetch = isCovered ? (options.fetchHooks ?? []) : [];
    const before = fetch.concat(commands(true, true), isCovered ? ours.before : [], commands(true, false));
    const after = commands(false, false).concat(isCovered ? ours.after : [], commands(false, true));
    if (before.length > 0) lists[`before_${phase}`] = before;
    if (after.length > 0) lists[`after_${phase}`] = after;
  }
  return lists;
}

function beforeHooks(options: HookOptions): string[] {
  // $$ is the phase's shell even inside a script or a substitution; the parent of `up` may be something else.
  const hooks = ["spacetail up --watch $$"];
  if (options.exitTrap) hooks.push("trap 'spacetail down' EXIT");
  const { capture = "false", userspace = "true" } = options;
  const isAlike = capturedOf(capture) === "nothing" && networkingOf(userspace) === "userspace";
  if (!isAlike) hooks.push('eval "$(spacetail env)"');
  else hooks.push(...exportCommands(options.httpProxy, options.proxyVariables));
  return hooks;
}

function afterHooks(options: HookOptions): string[] {
  const hooks = [unsetCommand(options.proxyVariables), 'eval "$(spacetail env --restore)"', "spacetail scrub"];
  if (!options.exitTrap) hooks.push("spacetail down");
  return hooks;
}
