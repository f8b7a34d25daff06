// SPDX-License-Identifier: Apache-2.0
import { readSettings } from "../../../contract/wire/settings.js";
import { Failure } from "../errors/failure.js";
import { readCredential } from "../login/credential.js";
import { deadlineIn } from "../process/clock.js";
import { readText } from "../process/files.js";
import { type Attempt, startTrace } from "../tunnel/attempt.js";
import { bringUp } from "../tunnel/bring-up.js";
import { ensureRuntimeDir } from "../tunnel/runtime-dir.js";
import { watchedProcess } from "../tunnel/watch.js";
import type { Invocation } from "./invocation.js";

const NOT_EPHEMERAL =
  "ephemeral=false: the node stays on the tailnet's list after it has left, until someone removes it there.";

/**
 * `spacetail up [--watch PID|none]`: puts this machine on the tailnet.
 *
 * @returns the exit status
 */
export async function up({ platform, env, args }: Invocation): Promise<number> {
  const settings = readSettings(env);
  const watch = watchedProcess(watchOption(args));
  const { secret, key } = readCredential(settings, env);
  for (const note of settings.notes) console.error(`spacetail: ${note}`);
  if (!key.ephemeral) console.error(`spacetail: ${NOT_EPHEMERAL}`);
  const trace = startTrace(settings.trace);
  const deadline = deadlineIn(settings.bootTimeoutMs);
  process.umask(0o077);
  const dir = ensureRuntimeDir(platform);
  const machine = readText("/proc/sys/kernel/hostname") ?? "";
  const attempt: Attempt = { platform, env, settings, secret, key, watch, machine, dir, deadline, trace };
  const { exitStatus, report } = await bringUp(attempt);
  if (report !== "") console.error(`spacetail: ${report}`);
  return exitStatus;
}

/** The value of --watch; null if it is not given. */
function watchOption(args: readonly string[]): string | null {
  const first = args[0] ?? "";
  if (args.length === 0) return null;
  if (args.length === 2 && first === "--watch") return args[1] ?? "";
  if (args.length === 1 && first.startsWith("--watch=")) return first.slice("--watch=".length);
  throw new Failure("`spacetail up` takes only --watch PID, or --watch none.");
}
