// SPDX-License-Identifier: Apache-2.0
import type { ChildProcess } from "node:child_process";
import { closeSync, openSync, rmSync } from "node:fs";
import { childEnvironment } from "../environment/child-environment.js";
import { errorText } from "../failure.js";
import type { Host } from "../host/host.js";
import { sleep } from "../process/clock.js";
import { closeInherited } from "../process/descriptors.js";
import { identify, isRunning, type ProcessId, self } from "../process/processes.js";
import { type RuntimeDir, runtimeDir } from "../process/runtime-dir.js";
import { type Launch, readLaunch, type State, writeState } from "../process/state.js";
import { call } from "../tailnet/local-api.js";
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
  const log = openSync(dir.daemonLog, "a");
  const daemon = host.spawnGuarded(launch.daemon, childEnvironment(process.env), log);
  closeSync(log);
  const ended = new Promise<string>((resolve) => {
    daemon.on("error", (error: Error) => resolve(`tailscaled cannot be started (${error.message})`));
    daemon.on("exit", (code: number | null, signal: string | null) => {
      resolve(`tailscaled ended by itself (${signal ?? `status ${code ?? 0}`})`);
    });
  });
  const base = baseState(launch, daemon);
  writeState(dir, base);
  const reason = await Promise.race([ended, told(), watchedEnds(launch.watch)]);
  console.error(`spacetail: stopping: ${reason}`);
  writeState(dir, stateWith(base, "stopping", reason, "unknown"));
  // Neither after hooks nor `down` have run if the phase failed and somebody else took the EXIT trap.
  scrubQuietly(host, dir);
  const node = await stop(host, launch, daemon, ended);
  rmSync(launch.socket, { force: true });
  writeState(dir, stateWith(base, "stopped", reason, node));
  console.error(`spacetail: stopped, node ${node}`);
  return 0;
}

function baseState(launch: Launch, daemon: ChildProcess): State {
  const pid = daemon.pid;
  return {
    supervisor: self(),
    daemon: pid === undefined ? null : identify(pid),
    watch: launch.watch,
    socket: launch.socket,
    phase: "up",
    reason: "",
    node: "unknown",
  };
}

function stateWith(base: State, phase: "stopping" | "stopped", reason: string, node: State["node"]): State {
  return {
    supervisor: base.supervisor,
    daemon: base.daemon,
    watch: base.watch,
    socket: base.socket,
    phase,
    reason,
    node,
  };
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

function watchedEnds(watch: ProcessId | null): Promise<string> {
  return new Promise<string>((resolve) => {
    if (watch === null) return;
    const timer = setInterval(() => {
      if (isRunning(watch)) return;
      clearInterval(timer);
      resolve(`the watched process ${watch.pid} is gone`);
    }, WATCH_EVERY_MS);
  });
}

/** Logs the node out, then ends tailscaled; each step has a limit, so a dead control server cannot hold it up. */
async function stop(host: Host, launch: Launch, daemon: ChildProcess, ended: Promise<string>): Promise<State["node"]> {
  let node: State["node"] = "left behind";
  try {
    const reply = await call({ host, socket: launch.socket }, "POST", "logout", "", LOGOUT_MS);
    if (reply !== null && reply.status < 300) node = "logged out";
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
export function clearTraces(dir: RuntimeDir, socket: string): void {
  for (const path of [dir.state, dir.launch, dir.daemonLog, dir.supervisorLog, socket]) rmSync(path, { force: true });
}
