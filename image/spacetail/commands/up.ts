// SPDX-License-Identifier: Apache-2.0
import type { Environment } from "../../../contract/wire/environment.js";
import { type KeyOptions, readSettings, type Settings, TAILSCALE } from "../../../contract/wire/settings.js";
import { captureReport, phaseCaptureProblem } from "../capture/possible.js";
import { writeShims } from "../capture/shims.js";
import { egressOf } from "../egress/egress.js";
import { readUpstream } from "../egress/upstream.js";
import { Failure } from "../errors/failure.js";
import { type Credential, readCredential } from "../login/credential.js";
import type { Platform } from "../platform/platform.js";
import { deadlineIn } from "../process/clock.js";
import { readText } from "../process/files.js";
import type { ProcessId } from "../process/processes.js";
import { findProgram } from "../process/programs.js";
import { isTerminalError } from "../process/terminal.js";
import { proxiesOfRun } from "../proxies/proxy-record.js";
import { type Attempt, type Served, startTrace } from "../tunnel/attempt.js";
import { bringUp, type Outcome } from "../tunnel/bring-up.js";
import { chooseNetworking, networkingOfTunnel } from "../tunnel/networking.js";
import { ensureRuntimeDir, findRuntimeDir } from "../tunnel/place.js";
import { type Progress, startProgress } from "../tunnel/progress.js";
import { useSidecar } from "../tunnel/sidecar.js";
import { type Ephemeral, servedBy } from "../tunnel/state.js";
import { watchedProcess } from "../tunnel/watch.js";
import type { Invocation } from "./invocation.js";

const DNS_IS_OFF =
  "--accept-dns=false: names of nodes work, but the tailnet's name servers and split DNS are not used.";
const NO_CAPTURE_NEEDED = "with kernel networking, programs connect to the tailnet directly";
const NOT_EPHEMERAL =
  "ephemeral=false: the node stays on the tailnet's list after it has left, until someone removes it there.";

/**
 * `spacetail up [--watch PID|none]`: puts this machine on the tailnet.
 *
 * @returns the exit status
 */
export async function up(invocation: Invocation): Promise<number> {
  invocation.platform.forbidCoreDumps();
  return await join(invocation);
}

/** The same, for `spacetail run`, which forbids no core dumps: its program, which inherits that, is the user's. */
export async function join(invocation: Invocation): Promise<number> {
  const watched = watchOption(invocation.args);
  const watch = watchedProcess(watched);
  const { exitStatus, report } = await bringUpFor(invocation, watch);
  if (report !== "") console.error(`spacetail: ${report}`);
  if (exitStatus === 0) prepareCapture(invocation);
  if (exitStatus === 0 && watch !== null && watched === null && (invocation.env.TS_SIDECAR ?? "") === "") {
    const name = (readText(`/proc/${watch.pid}/comm`) ?? "").trim();
    console.error(`spacetail: the tunnel goes down when process ${watch.pid} (${name}) exits; --watch names another.`);
  }
  return exitStatus;
}

/** Says whether the phase's connections are captured, if they are to be, and writes the shims for that. */
function prepareCapture({ platform, env }: Invocation): void {
  const settings = readSettings(env);
  if (settings.capture === "nothing") return;
  const dir = ensureRuntimeDir(platform, env);
  const lack = networkingOfTunnel(dir) === "kernel" ? NO_CAPTURE_NEEDED : phaseCaptureProblem(platform, settings);
  console.error(`spacetail: capture: ${lack === "" ? captureReport(platform) : `off (${lack})`}`);
  if (lack !== "") return;
  const problem = writeShims(dir, platform.command, env.PATH ?? "");
  if (problem !== "") console.error(`spacetail: The programs for capture cannot be written (${problem}).`);
}

/** Does the work of `spacetail up` for a process whose exit is to end the tunnel; null if only `down` is to. */
export async function bringUpFor({ platform, env }: Invocation, watch: ProcessId | null): Promise<Outcome> {
  const settings = readSettings(env);
  if (settings.sidecar !== null) {
    process.umask(0o077);
    const progress = progressOf(settings, env);
    const guest = {
      platform,
      env,
      settings,
      dir: ensureRuntimeDir(platform, env),
      deadline: deadlineIn(settings.bootTimeoutMs),
      progress,
    };
    const report = await useSidecar(guest, settings.sidecar).finally(() => progress.end());
    return { exitStatus: 0, report };
  }
  const isServed = servedBy(findRuntimeDir(platform, env)) !== null;
  // Somebody may have logged that node in by hand.
  const isNeeded = !isServed || settings.credential !== "none";
  const credential: Credential = isNeeded ? readCredential(settings, env) : { secret: "", key: settings };
  const { key } = credential;
  for (const note of settings.notes) console.error(`spacetail: ${note}`);
  if (!key.ephemeral && !isServed && ephemeralOf(settings, key, false) !== "yes") {
    console.error(`spacetail: ${NOT_EPHEMERAL}`);
  }
  const attempt = attemptFor({ platform, env, settings, credential, watch, served: null });
  return await bringUp(attempt).finally(() => attempt.progress.end());
}

/** What {@link attemptFor} needs. */
export interface Plan {
  readonly platform: Platform;
  readonly env: Environment;
  readonly settings: Settings;
  readonly credential: Credential;
  readonly watch: ProcessId | null;
  readonly served: Served | null;
}

/** Prepares an attempt, whose deadline begins now. Says what the user should know about the settings. */
export function attemptFor({ platform, env, settings, credential, watch, served }: Plan): Attempt {
  const trace = startTrace(settings.trace);
  const deadline = deadlineIn(settings.bootTimeoutMs);
  process.umask(0o077);
  const dir = ensureRuntimeDir(platform, env);
  const machine = readText("/proc/sys/kernel/hostname") ?? "";
  const upstream = readUpstream(proxiesOfRun(settings, env), [settings.httpProxy, settings.socks5Server]);
  for (const problem of upstream.problems) console.error(`spacetail: ${problem}`);
  if (!settings.acceptDns) console.error(`spacetail: ${DNS_IS_OFF}`);
  const { networking, notes } = chooseNetworking(settings, findProgram("tailscaled", platform.command, env.PATH ?? ""));
  for (const note of notes) console.error(`spacetail: ${note}`);
  const egress = egressOf(platform, upstream);
  const { secret, key } = credential;
  const ephemeral = ephemeralOf(settings, key, served?.keepsState === true);
  const progress = progressOf(settings, env);
  const login = { platform, egress, env, settings, secret, key, deadline };
  return { ...login, watch, served, ephemeral, networking, machine, dir, trace, progress };
}

function progressOf({ trace }: Settings, env: Environment): Progress {
  // With a trace, each step has its line anyway.
  return startProgress(!trace && isTerminalError(env));
}

/**
 * Tailscale asks the node, which is ephemeral if its state is in memory only. Other control servers, such as
 * headscale, ask the key: those that are created for a run are ephemeral unless the credential says otherwise.
 */
function ephemeralOf({ credential, controlUrl }: Settings, key: KeyOptions, keepsState: boolean): Ephemeral {
  return (controlUrl === TAILSCALE && !keepsState) || (credential !== "authkey" && key.ephemeral) ? "yes" : "unknown";
}

/** The value of --watch; null if it is not given. */
function watchOption(args: readonly string[]): string | null {
  const first = args[0] ?? "";
  if (args.length === 0) return null;
  if (args.length === 2 && first === "--watch") return args[1] ?? "";
  if (args.length === 1 && first.startsWith("--watch=")) return first.slice("--watch=".length);
  throw new Failure("`spacetail up` takes only --watch PID, or --watch none.");
}
