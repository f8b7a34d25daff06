// SPDX-License-Identifier: Apache-2.0
import type { ChildProcess } from "node:child_process";
import { closeSync, openSync, rmSync } from "node:fs";
import { childEnvironment } from "../environment/child-environment.js";
import { errorText } from "../failure.js";
import type { Host } from "../host/host.js";
import { deadlineIn, remaining, sleep } from "../process/clock.js";
import { closeInherited } from "../process/descriptors.js";
import { identify, isRunning, type ProcessId, self } from "../process/processes.js";
import { type RuntimeDir, readText, runtimeDir } from "../process/runtime-dir.js";
import { clearSocket } from "../process/socket.js";
import { type Launch, readLaunch, type State, writeState } from "../process/state.js";
import { fetchStatus } from "../tailnet/join.js";
import { call, type LocalApi } from "../tailnet/local-api.js";
import { selfOf } from "../tailnet/self.js";
import { scrubFile } from "./scrub.js";

/** How often the supervisor looks whether the watched process is still there. Milliseconds. */
const WATCH_EVERY_MS = 50;

/** How long a logout may take before tailscaled is stopped without it. Milliseconds. */
const LOGOUT_MS = 3000;

/** tailscaled tries a logout of its own for 5 s when it is asked to end. Milliseconds. */
const DAEMON_END_MS = 6500;

/**
 * The process that outlives `up`: owns tailscaled, and takes the node off the tailnet as soon as it is told to or the
 * watched process is gone. It runs in a session of its own, in `/`, without any descriptor of the phase.
 *
 * @returns the exit status
 */
export async function supervise(host: Host): Promise<number> {
  closeInherited();
  process.chdir("/");
  process.umask(0o077);
  const dir = runtimeDir();
  const launch = readLaunch(dir);
  if (launch === null) {
    console.error(`spacetail: no ${dir.launch}`);
    return 1;
  }
  // Before tailscaled is there, so that no signal ends this process without it.
  const asked = told();
  const log = openSync(dir.daemonLog, "a");
  const daemon = host.spawnGuarded(launch.daemon, daemonEnvironment(dir), log);
  closeSync(log);
  const ended = new Promise<string>((resolve) => {
    daemon.on("error", (error: Error) => resolve(`tailscaled cannot be started (${error.message})`));
    daemon.on("exit", (code: number | null, signal: string | null) => {
      resolve(`tailscaled ended by itself (${signal ?? `status ${code ?? 0}`})`);
    });
  });
  const me = self();
  const id = daemon.pid === undefined ? null : identify(daemon.pid);
  let watch = launch.watch;
  let stopping = false;
  const tell = (phase: State["phase"], reason: string, node: State["node"]): void => {
    writeState(dir, { supervisor: me, daemon: id, watch, socket: launch.socket, phase, reason, node });
  };
  tell("up", "", "unknown");
  const unwatched = watchedEnd(dir, launch, (now) => {
    watch = now;
    if (!stopping) tell("up", "", "unknown");
  });
  const reason = await Promise.race([ended, asked, unwatched]);
  stopping = true;
  console.error(`spacetail: stopping: ${reason}`);
  tell("stopping", reason, "unknown");
  // Neither after hooks nor `down` have run if the phase failed and somebody else took the EXIT trap.
  scrubQuietly(host, dir);
  const node = await stop(host, launch, daemon, ended);
  tell("stopped", reason, node);
  await clearSocket(host, launch.socket);
  console.error(`spacetail: stopped, node ${node}`);
  return 0;
}

/** tailscaled would make itself a folder for logs below the home directory or /tmp, and leave it. */
function daemonEnvironment(dir: RuntimeDir): Record<string, string> {
  const env = childEnvironment(process.env);
  if (env.TS_LOGS_DIR === undefined) env.TS_LOGS_DIR = dir.path;
  return env;
}

function scrubQuietly(host: Host, dir: RuntimeDir): void {
  try {
    scrubFile(host, dir, "");
  } catch (error) {
    console.error(`spacetail: ${errorText(error)}`);
  }
}

function told(): Promise<string> {
  return new Promise<string>((resolve) => {
    process.on("SIGTERM", () => resolve("it was told to"));
    process.on("SIGINT", () => resolve("it was interrupted"));
  });
}

/**
 * Resolves when all watched processes are gone. An `up` that meets a tunnel that is up writes into the launch file what
 * is to be watched from then on; `changed` hears of it.
 */
function watchedEnd(dir: RuntimeDir, launch: Launch, changed: (now: readonly ProcessId[]) => void): Promise<string> {
  let watch = launch.watch;
  let text = readText(dir.launch);
  return new Promise<string>((resolve) => {
    if (watch.length === 0) return;
    const timer = setInterval(() => {
      const now = readText(dir.launch);
      if (now !== null && now !== text) {
        text = now;
        watch = readLaunch(dir)?.watch ?? watch;
        changed(watch);
      }
      if (watch.some((one) => isRunning(one))) return;
      clearInterval(timer);
      if (watch.length > 0) resolve(`the watched process ${watch[watch.length - 1]?.pid ?? 0} is gone`);
    }, WATCH_EVERY_MS);
  });
}

/** Logs the node out, then ends tailscaled; each step has a limit, so a dead control server cannot hold it up. */
async function stop(host: Host, launch: Launch, daemon: ChildProcess, ended: Promise<string>): Promise<State["node"]> {
  let node: State["node"] = "left behind";
  const api: LocalApi = { host, socket: launch.socket };
  const deadline = deadlineIn(LOGOUT_MS);
  try {
    const status = await fetchStatus(api, LOGOUT_MS);
    if (status.BackendState !== "Starting" && selfOf(status).addresses.length === 0) node = "never joined";
    // Even then: the control server may have let it in this very moment.
    const reply = await call(api, "POST", "logout", "", remaining(deadline));
    if (reply !== null && reply.status < 300) node = node === "never joined" ? node : "logged out";
    else console.error(`spacetail: logout: ${reply === null ? "no answer" : reply.body.trim()}`);
  } catch (error) {
    console.error(`spacetail: logout: ${errorText(error)}`);
  }
  daemon.kill("SIGTERM");
  const over = await Promise.race([ended.then(() => true), sleep(DAEMON_END_MS).then(() => false)]);
  if (!over) daemon.kill("SIGKILL");
  return node;
}

/** Removes what a tunnel left in the directory, so that the next one does not take it for its own. */
export function clearTraces(dir: RuntimeDir): void {
  for (const path of [dir.state, dir.launch, dir.daemonLog, dir.supervisorLog]) rmSync(path, { force: true });
}
