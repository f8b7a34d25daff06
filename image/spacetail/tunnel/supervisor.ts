// SPDX-License-Identifier: Apache-2.0
import type { ChildProcess } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import type { Environment } from "../../../contract/wire/environment.js";
import { errorMessage } from "../errors/failure.js";
import type { Platform } from "../platform/platform.js";
import { identify } from "../process/processes.js";
import { ENVIRONMENT_FILE, scrubFile } from "../proxies/scrub.js";
import { localApi } from "../tailnet/local-api.js";
import { daemonEnvironment } from "./daemon.js";
import { leave } from "./leave.js";
import { reporter } from "./report.js";
import type { RuntimeDir } from "./runtime-dir.js";
import { clearSocket, removeSocketDirs, withdrawSocket } from "./socket.js";
import { type Launch, reasonMessage, type StopReason } from "./state.js";
import { removal, watchedEnd } from "./watch.js";

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
  const log = openSync(dir.daemonLog, "a");
  const daemon = platform.spawnGuarded(launch.daemon, daemonEnvironment(dir, env), log);
  closeSync(log);
  const daemonEnded = endOf(daemon);
  const report = reporter(dir, launch, daemon.pid === undefined ? null : identify(daemon.pid));
  report.up();
  const unwatched = watchedEnd(dir, launch, (changed) => report.watching(changed));
  const reason = await Promise.race([daemonEnded, asked, unwatched, removal(dir)]);

  console.error(`spacetail: stopping: ${reasonMessage(reason)}`);
  // First of all, what the next tunnel needs: it does not wait for the end of this one.
  withdrawSocket(platform, launch);
  report.stopping(reason);
  // After a failed phase neither after hooks nor `down` have run, if somebody else replaced the EXIT trap.
  scrubQuietly(platform, env, dir);
  const node = await leave({
    api: localApi(platform.connect, launch.ownSocket),
    daemon,
    daemonEnded,
    joined: report.joined(),
    report: (problem) => report.problem(problem),
  });
  report.stopped(node);
  for (const socket of [launch.ownSocket, launch.socket]) await clearSocket(platform, socket);
  removeSocketDirs(launch.socketDirs);
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
    scrubFile({ platform, env, record: dir.proxies }, ENVIRONMENT_FILE);
  } catch (error) {
    console.error(`spacetail: ${errorMessage(error)}`);
  }
}
