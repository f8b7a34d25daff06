// SPDX-License-Identifier: Apache-2.0
import { spawn } from "node:child_process";
import { closeSync, openSync, rmSync } from "node:fs";
import type { Environment } from "../../../contract/wire/environment.js";
import { identify, type ProcessId, thisProcess } from "../process/processes.js";
import type { Attempt } from "./attempt.js";
import { childEnvironment } from "./child-environment.js";
import { daemonCommand } from "./daemon.js";
import type { RuntimeDir } from "./runtime-dir.js";
import { makeSocketDirs, ownSocketOf, removeSocketDirs, socketOf } from "./socket.js";
import { hostKeyDir } from "./ssh-sessions.js";
import { readLaunch, writeLaunch } from "./state.js";
import { supervisorVariables } from "./supervisors.js";

/** A supervisor that was started a moment ago. */
export interface Started {
  /** Distinguishes the tunnel from others in the same directory. */
  readonly id: string;
  readonly supervisor: ProcessId | null;
  /** Where tailscaled's socket is to be found, and the name that it is created under. */
  readonly socket: string;
  readonly ownSocket: string;
  /** Resolves when the supervisor exits, which it does when tailscaled does; says how it ended. */
  readonly ended: Promise<string>;
}

/** Starts the supervisor, detached: in its own session, with a private log as its only descriptor, without secrets. */
export function startSupervisor(attempt: Attempt): Started {
  const { platform, dir, settings, watch, served } = attempt;
  const { socks5Server, httpProxy, forwards } = settings;
  const socket = socketOf(attempt);
  const ownSocket = ownSocketOf(socket);
  const { pid, start } = thisProcess();
  const id = `${pid}-${start}`;
  const daemon = daemonCommand(attempt, ownSocket, hostKeyDir(dir, id));
  clearTraces(dir);
  writeLaunch(dir, {
    id,
    watch: watch === null ? [] : [watch],
    generation: 1,
    daemon,
    socket,
    ownSocket,
    socketDirs: makeSocketDirs(socket),
    socks5Server,
    httpProxy,
    forwards,
    readyMs: -1,
    addresses: [],
    ephemeral: attempt.ephemeral,
    owner: served === null ? null : thisProcess(),
    keepsState: served?.keepsState === true,
    logsOut: served === null || served.logsOut,
  });
  const log = openSync(dir.supervisorLog, "a");
  const child = spawn(platform.command[0] ?? "", platform.command.slice(1).concat(["supervise"]), {
    detached: true,
    stdio: ["ignore", log, log],
    env: { ...childEnvironment(attempt.env), ...supervisorVariables(dir.path, isNamed(attempt.env)) },
  });
  closeSync(log);
  child.unref();
  const supervisor = child.pid === undefined ? null : identify(child.pid);
  const ended = new Promise<string>((resolve) => {
    child.on("error", (error: Error) => resolve(error.message));
    child.on("exit", (code: number | null, signal: string | null) => resolve(signal ?? `status ${code ?? 1}`));
  });
  return { id, supervisor, socket, ownSocket, ended };
}

/** Removes what an earlier tunnel left in the directory, so that nothing is mistaken for the new one's. */
function clearTraces(dir: RuntimeDir): void {
  const earlier = readLaunch(dir);
  if (earlier !== null) {
    // If everything was killed, nobody has removed them.
    rmSync(earlier.ownSocket, { force: true });
    removeSocketDirs(earlier.socketDirs);
    rmSync(hostKeyDir(dir, earlier.id), { recursive: true, force: true });
  }
  for (const path of [dir.state, dir.launch, dir.joining, dir.daemonLog, dir.supervisorLog])
    rmSync(path, { force: true });
}

/** Whether the user named the place of the runtime directory. */
function isNamed(env: Environment): boolean {
  return (env.TS_RUNTIME_DIR ?? "") !== "";
}
