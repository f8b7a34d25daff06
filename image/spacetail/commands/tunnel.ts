// SPDX-License-Identifier: Apache-2.0
import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import type { Settings } from "../../../contract/wire/settings.js";
import { childEnvironment } from "../environment/child-environment.js";
import { Failure } from "../failure.js";
import type { Host } from "../host/host.js";
import { type Deadline, remaining, sleep } from "../process/clock.js";
import { identify, type ProcessId } from "../process/processes.js";
import { findProgram } from "../process/programs.js";
import { type RuntimeDir, readText } from "../process/runtime-dir.js";
import { clearSocket } from "../process/socket.js";
import { find, readLaunch, type State, writeLaunch } from "../process/state.js";
import { fetchStatus } from "../tailnet/join.js";
import { call, type LocalApi } from "../tailnet/local-api.js";
import { gone, stopTunnel } from "./stop.js";
import { clearTraces } from "./supervise.js";

/** A supervisor that was started a moment ago. */
export interface Started {
  readonly supervisor: ProcessId | null;
  readonly api: LocalApi;
  /** Resolves when the supervisor ends, which it does when tailscaled does. */
  readonly ended: Promise<string>;
}

/**
 * Looks for a tunnel that can serve: one that is up and on the tailnet, and stays until `watch` is gone too. Any other
 * is waited for or taken down, because phases that share a container come right after each other.
 *
 * @returns the tunnel to use, or null when the way is free for a new one
 * @throws Failure if the tunnel listens on other addresses
 */
export async function presentTunnel(
  host: Host,
  dir: RuntimeDir,
  settings: Settings,
  watch: ProcessId | null,
  deadline: Deadline,
): Promise<State | null> {
  const { found, state } = find(dir);
  if (found === "none" || state === null) return null;
  if (found === "up" && (await canServe(host, dir, settings, state, watch, deadline))) return state;
  if (found === "stopping") await gone(state.supervisor, deadline);
  await stopTunnel(dir, null);
  return null;
}

/** Checks a tunnel that is up, and makes it stay until `watch` is gone too. False if it went down meanwhile. */
async function canServe(
  host: Host,
  dir: RuntimeDir,
  settings: Settings,
  state: State,
  watch: ProcessId | null,
  deadline: Deadline,
): Promise<boolean> {
  const launch = readLaunch(dir);
  if (launch === null || !(await isOnTailnet({ host, socket: state.socket }))) return false;
  const listeners = listenerFlags(settings).join(" ");
  if (!launch.daemon.join(" ").includes(listeners)) {
    throw new Failure(`The tunnel is up with other proxies than ${listeners}. Run \`spacetail down\` first.`);
  }
  if (state.watch.length === 0 || JSON.stringify(state.watch).includes(JSON.stringify(watch))) return true;
  const all = watch === null ? [] : state.watch.concat([watch]);
  writeLaunch(dir, { watch: all, daemon: launch.daemon, socket: launch.socket });
  // The supervisor tells when it has read that.
  const told = `"watch":${JSON.stringify(all)}`;
  while (find(dir).found === "up" && remaining(deadline) > 0) {
    if ((readText(dir.state) ?? "").includes(told)) return true;
    await sleep(5);
  }
  return false;
}

/**
 * Checks what tailscaled would trip over, or would not notice: it binds `localhost` on IPv4 alone, but programs may try
 * IPv6 first, and would hand their traffic to whoever listens there.
 *
 * @throws Failure if another program has the socket or a proxy's address
 */
export async function requireFree(host: Host, dir: RuntimeDir, settings: Settings): Promise<void> {
  const problem = await clearSocket(host, socketOf(dir, settings));
  if (problem !== "") throw new Failure(problem);
  await requireFreeIpv6(host, settings.socks5Server);
  await requireFreeIpv6(host, settings.httpProxy);
}

async function requireFreeIpv6(host: Host, address: string): Promise<void> {
  if (!address.startsWith("localhost:")) return;
  const port = address.slice("localhost:".length);
  if (await host.listensOnLoopback6(Number(port))) throw new Failure(takenText(`[::1]:${port}`));
}

/** The line that tells of a proxy's address that somebody else has. */
export function takenText(address: string): string {
  const names = "TS_SOCKS5_SERVER or TS_OUTBOUND_HTTP_PROXY_LISTEN";
  return `Another program listens on ${address} already. Stop it, or choose another address by ${names}.`;
}

/** Starts the supervisor, detached: its own session, no descriptor but a private log, no secret in its environment. */
export function startSupervisor(host: Host, dir: RuntimeDir, settings: Settings, watch: ProcessId | null): Started {
  const program = findProgram(host, "tailscaled");
  if (program === "") throw new Failure("Found no tailscaled beside spacetail or on PATH. The runner image holds it.");
  const socket = socketOf(dir, settings);
  clearTraces(dir);
  const daemon = [
    program,
    "--tun=userspace-networking",
    "--state=mem:",
    // Named because tailscaled would take the variable PORT for it.
    "--port=0",
    `--socket=${socket}`,
  ].concat(listenerFlags(settings), settings.tailscaledArgs);
  writeLaunch(dir, { watch: watch === null ? [] : [watch], daemon, socket });
  const log = openSync(dir.supervisorLog, "a");
  const command = host.self[0] ?? "";
  const child = spawn(command, host.self.slice(1).concat(["supervise"]), {
    detached: true,
    stdio: ["ignore", log, log],
    env: childEnvironment(process.env),
  });
  closeSync(log);
  child.unref();
  const supervisor = child.pid === undefined ? null : identify(child.pid);
  const ended = new Promise<string>((resolve) => {
    child.on("error", (error: Error) => resolve(error.message));
    child.on("exit", (code: number | null) => resolve(`status ${code ?? 1}`));
  });
  return { supervisor, api: { host, socket }, ended };
}

function socketOf(dir: RuntimeDir, settings: Settings): string {
  return settings.socket === "" ? dir.socket : settings.socket;
}

function listenerFlags(settings: Settings): string[] {
  return [`--socks5-server=${settings.socks5Server}`, `--outbound-http-proxy-listen=${settings.httpProxy}`];
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
