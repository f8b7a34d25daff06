// SPDX-License-Identifier: Apache-2.0
import { spawn } from "node:child_process";
import { closeSync, openSync, rmSync } from "node:fs";
import { identify, type ProcessId } from "../process/processes.js";
import type { Attempt } from "./attempt.js";
import { childEnvironment } from "./child-environment.js";
import { daemonCommand, socketOf } from "./daemon.js";
import type { RuntimeDir } from "./runtime-dir.js";
import { writeLaunch } from "./state.js";

/** A supervisor that was started a moment ago. */
export interface Started {
  readonly supervisor: ProcessId | null;
  readonly socket: string;
  /** Resolves when the supervisor exits, which it does when tailscaled does; says how it ended. */
  readonly ended: Promise<string>;
}

/** Starts the supervisor, detached: in its own session, with a private log as its only descriptor, without secrets. */
export function startSupervisor(attempt: Attempt): Started {
  const { platform, dir, settings, watch } = attempt;
  const { socks5Server, httpProxy, forwards } = settings;
  const daemon = daemonCommand(attempt);
  const socket = socketOf(attempt);
  clearTraces(dir);
  writeLaunch(dir, {
    watch: watch === null ? [] : [watch],
    generation: 1,
    daemon,
    socket,
    socks5Server,
    httpProxy,
    forwards,
  });
  const log = openSync(dir.supervisorLog, "a");
  const child = spawn(platform.command[0] ?? "", platform.command.slice(1).concat(["supervise"]), {
    detached: true,
    stdio: ["ignore", log, log],
    env: childEnvironment(attempt.env),
  });
  closeSync(log);
  child.unref();
  const supervisor = child.pid === undefined ? null : identify(child.pid);
  const ended = new Promise<string>((resolve) => {
    child.on("error", (error: Error) => resolve(error.message));
    child.on("exit", (code: number | null) => resolve(`status ${code ?? 1}`));
  });
  return { supervisor, socket, ended };
}

/** Removes what an earlier tunnel left in the directory, so that nothing is mistaken for the new one's. */
function clearTraces(dir: RuntimeDir): void {
  for (const path of [dir.state, dir.launch, dir.daemonLog, dir.supervisorLog]) rmSync(path, { force: true });
}
