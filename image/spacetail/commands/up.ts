// SPDX-License-Identifier: Apache-2.0
import { readSettings } from "../../../contract/wire/settings.js";
import { egressOf } from "../egress/egress.js";
import { readUpstream } from "../egress/upstream.js";
import { Failure } from "../errors/failure.js";
import { readSecret } from "../login/credential.js";
import { deadlineIn } from "../process/clock.js";
import { readText } from "../process/files.js";
import { isTerminalError } from "../process/terminal.js";
import { proxiesOfRun } from "../proxies/proxy-record.js";
import { type Attempt, startTrace } from "../tunnel/attempt.js";
import { bringUp, type Outcome } from "../tunnel/bring-up.js";
import { startProgress } from "../tunnel/progress.js";
import { ensureRuntimeDir } from "../tunnel/runtime-dir.js";
import { watchedProcess } from "../tunnel/watch.js";
import type { Invocation } from "./invocation.js";

const DNS_IS_OFF =
  "--accept-dns=false: names of nodes work, but the tailnet's name servers and split DNS are not used.";

/**
 * `spacetail up [--watch PID|none]`: puts this machine on the tailnet.
 *
 * @returns the exit status
 */
export async function up(invocation: Invocation): Promise<number> {
  const { exitStatus, report } = await bringUpFor(invocation, watchOption(invocation.args));
  if (report !== "") console.error(`spacetail: ${report}`);
  return exitStatus;
}

/** Does the work of `spacetail up --watch WATCHED`, or of `spacetail up` for null. */
export async function bringUpFor({ platform, env }: Invocation, watched: string | null): Promise<Outcome> {
  const settings = readSettings(env);
  const watch = watchedProcess(watched);
  const secret = readSecret(settings, env);
  const trace = startTrace(settings.trace);
  const deadline = deadlineIn(settings.bootTimeoutMs);
  process.umask(0o077);
  const dir = ensureRuntimeDir(platform);
  const machine = readText("/proc/sys/kernel/hostname") ?? "";
  const upstream = readUpstream(proxiesOfRun(settings, env), [settings.httpProxy, settings.socks5Server]);
  for (const problem of upstream.problems) console.error(`spacetail: ${problem}`);
  if (!settings.acceptDns) console.error(`spacetail: ${DNS_IS_OFF}`);
  const egress = egressOf(platform, upstream);
  // With a trace, each step has its line anyway.
  const progress = startProgress(!settings.trace && isTerminalError(env), (text) => process.stderr.write(text));
  const attempt: Attempt = { platform, egress, env, settings, secret, watch, machine, dir, deadline, trace, progress };
  return await bringUp(attempt).finally(() => progress.end());
}

/** The value of --watch; null if it is not given. */
function watchOption(args: readonly string[]): string | null {
  const first = args[0] ?? "";
  if (args.length === 0) return null;
  if (args.length === 2 && first === "--watch") return args[1] ?? "";
  if (args.length === 1 && first.startsWith("--watch=")) return first.slice("--watch=".length);
  throw new Failure("`spacetail up` takes only --watch PID, or --watch none.");
}
