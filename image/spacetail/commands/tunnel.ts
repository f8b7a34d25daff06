// SPDX-License-Identifier: Apache-2.0
import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import type { Settings } from "../../../contract/settings.js";
import { childEnvironment } from "../environment/child-environment.js";
import { Failure } from "../failure.js";
import type { Host } from "../host/host.js";
import { type Deadline, remaining, sleep } from "../process/clock.js";
import type { ProcessId } from "../process/processes.js";
import { findProgram } from "../process/programs.js";
import type { RuntimeDir } from "../process/runtime-dir.js";
import { find, type State, writeLaunch } from "../process/state.js";
import { fetchStatus } from "../tailnet/join.js";
import { call, type LocalApi } from "../tailnet/local-api.js";
import { gone, stopTunnel } from "./stop.js";
import { clearTraces } from "./supervise.js";

/** A supervisor that was started a moment ago. */
export interface Started {
  readonly api: LocalApi;
  /** Resolves when the supervisor ends, which it does when tailscaled does. */
  readonly ended: Promise<string>;
}

/**
 * Looks for a tunnel that can serve: one that is up and on the tailnet. Any other is waited for or taken down, because
 * phases that share a container come right after each other.
 *
 * @returns the tunnel to use, or null when the way is free for a new one
 */
export async function presentTunnel(host: Host, dir: RuntimeDir, deadline: Deadline): Promise<State | null> {
  const { found, state } = find(dir);
  if (found === "none" || state === null) return null;
  if (found === "up" && (await isOnTailnet({ host, socket: state.socket }))) return state;
  if (found === "stopping") await gone(state.supervisor, deadline);
  await stopTunnel(dir);
  return null;
}

/** Starts the supervisor, detached: its own session, no descriptor but a private log, no secret in its environment. */
export function startSupervisor(host: Host, dir: RuntimeDir, settings: Settings, watch: ProcessId | null): Started {
  const program = findProgram("tailscaled");
  if (program === "") throw new Failure("Found no tailscaled beside spacetail or on PATH. The runner image holds it.");
  const socket = settings.socket === "" ? dir.socket : settings.socket;
  clearTraces(dir, socket);
  const daemon = [
    program,
    "--tun=userspace-networking",
    "--state=mem:",
    // Named because tailscaled would take the variable PORT for it.
    "--port=0",
    `--socket=${socket}`,
    `--socks5-server=${settings.socks5Server}`,
    `--outbound-http-proxy-listen=${settings.httpProxy}`,
  ].concat(settings.tailscaledArgs);
  writeLaunch(dir, { watch, daemon, socket });
  const log = openSync(dir.supervisorLog, "a");
  const command = host.self[0] ?? "";
  const child = spawn(command, host.self.slice(1).concat(["supervise"]), {
    detached: true,
    stdio: ["ignore", log, log],
    env: childEnvironment(process.env),
  });
  closeSync(log);
  child.unref();
  const ended = new Promise<string>((resolve) => {
    child.on("error", (error: Error) => resolve(error.message));
    child.on("exit", (code: number | null) => resolve(`status ${code ?? 1}`));
  });
  return { api: { host, socket }, ended };
}

/** Waits until tailscaled answers on its socket. The socket file alone means nothing: it is there before the backend. */
export async function waitForDaemon(api: LocalApi, deadline: Deadline): Promise<void> {
  while (remaining(deadline) > 0) {
    try {
      const reply = await call(api, "GET", "status?peers=false", "", remaining(deadline));
      if (reply !== null && reply.status === 200) return;
    } catch {
      // Not there yet. If tailscaled ends instead of listening, the caller hears of it from the supervisor.
    }
    await sleep(2);
  }
  throw new Failure("tailscaled did not answer before TS_BOOT_TIMEOUT passed.");
}

async function isOnTailnet(api: LocalApi): Promise<boolean> {
  try {
    return (await fetchStatus(api, 2000)).BackendState === "Running";
  } catch {
    return false;
  }
}
