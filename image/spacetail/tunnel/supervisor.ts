// SPDX-License-Identifier: Apache-2.0
import type { ChildProcess } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import type { Environment } from "../../../contract/wire/environment.js";
import { errorMessage } from "../errors/failure.js";
import type { Platform } from "../platform/platform.js";
import { deadlineIn, remaining, sleep, timeLeft } from "../process/clock.js";
import { identify, thisProcess } from "../process/processes.js";
import { ENVIRONMENT_FILE, scrubFile } from "../proxies/scrub.js";
import { type LocalApi, localApi } from "../tailnet/local-api.js";
import { selfOf } from "../tailnet/status.js";
import { daemonEnvironment } from "./daemon.js";
import type { RuntimeDir } from "./runtime-dir.js";
import { clearSocket } from "./socket.js";
import { linkPlaces, unlinkPlaces } from "./socket-places.js";
import { type Launch, type NodeFate, reasonMessage, type State, type StopReason, writeState } from "./state.js";
import { watchedEnd } from "./watch.js";

/** How long a logout may take before tailscaled is stopped without it. Milliseconds. */
const LOGOUT_MS = 3000;

/** tailscaled tries to log out itself for 5 s when it gets SIGTERM. Milliseconds. */
const DAEMON_END_MS = 6500;

/**
 * Runs tailscaled until something ends the tunnel: a signal, the exit of what is watched, or of tailscaled itself. Then
 * takes the node off the tailnet and cleans up. Reports what happens in the state file.
 */
export async function superviseTunnel(
  platform: Platform,
  env: Environment,
  dir: RuntimeDir,
  launch: Launch,
): Promise<void> {
  // Before tailscaled is started, so that no signal ends this process without it.
  const asked = askedToStop();
  linkPlaces(platform, launch.socket);
  const log = openSync(dir.daemonLog, "a");
  const daemon = platform.spawnGuarded(launch.daemon, daemonEnvironment(dir, env), log);
  closeSync(log);
  const ended = endOf(daemon);
  const supervisor = thisProcess();
  const id = daemon.pid === undefined ? null : identify(daemon.pid);
  let watched: Launch = launch;
  const report = (phase: State["phase"], reason: StopReason | null, node: NodeFate): void => {
    const { watch, generation, socket } = watched;
    writeState(dir, { supervisor, daemon: id, watch, generation, socket, phase, reason, node });
  };
  report("up", null, "unknown");
  let stopping = false;
  const unwatched = watchedEnd(dir, launch, (changed) => {
    watched = changed;
    if (!stopping) report("up", null, "unknown");
  });
  const reason = await Promise.race([ended, asked, unwatched]);
  stopping = true;
  console.error(`spacetail: stopping: ${reasonMessage(reason)}`);
  report("stopping", reason, "unknown");
  unlinkPlaces(launch.socket);
  // After a failed phase neither after hooks nor `down` have run, if somebody else replaced the EXIT trap.
  scrubQuietly(platform, env, dir);
  const node = await takeDown(localApi(platform.net.connectUnix, launch.socket), daemon, ended);
  report("stopped", reason, node);
  await clearSocket(platform, launch.socket);
  console.error(`spacetail: stopped, node ${node}`);
}

function endOf(daemon: ChildProcess): Promise<StopReason> {
  return new Promise<StopReason>((resolve) => {
    daemon.on("error", (error: Error) => resolve({ cause: "daemon-not-started", detail: error.message }));
    daemon.on("exit", (code: number | null, signal: string | null) => {
      resolve({ cause: "daemon-exited", detail: signal ?? `status ${code ?? 0}` });
    });
  });
}

function askedToStop(): Promise<StopReason> {
  return new Promise<StopReason>((resolve) => {
    process.on("SIGTERM", () => resolve({ cause: "requested", detail: "" }));
    process.on("SIGINT", () => resolve({ cause: "interrupted", detail: "" }));
  });
}

function scrubQuietly(platform: Platform, env: Environment, dir: RuntimeDir): void {
  try {
    const left = scrubFile({ platform, env, record: dir.proxies }, ENVIRONMENT_FILE);
    if (left !== "") console.error(`spacetail: ${left}`);
  } catch (error) {
    console.error(`spacetail: ${errorMessage(error)}`);
  }
}

/** Logs the node out, then ends tailscaled. Each step has a limit, so a dead control server cannot block it. */
async function takeDown(api: LocalApi, daemon: ChildProcess, ended: Promise<StopReason>): Promise<NodeFate> {
  let node: NodeFate = "left-behind";
  const deadline = deadlineIn(LOGOUT_MS);
  try {
    const status = await api.statusWithoutPeers(remaining(deadline));
    if (status.BackendState !== "Starting" && selfOf(status).addresses.length === 0) node = "never-joined";
    // Even then: the control server may have admitted the node a moment ago.
    await api.logout(timeLeft(deadline));
    if (node !== "never-joined") node = "logged-out";
  } catch (error) {
    console.error(`spacetail: ${errorMessage(error)}`);
  }
  daemon.kill("SIGTERM");
  const over = await Promise.race([ended.then(() => true), sleep(DAEMON_END_MS).then(() => false)]);
  if (!over) daemon.kill("SIGKILL");
  return node;
}
