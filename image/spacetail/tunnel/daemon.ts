// SPDX-License-Identifier: Apache-2.0
import type { Environment } from "../../../contract/wire/environment.js";
import type { Forward } from "../../../contract/wire/forwards.js";
import { Failure } from "../errors/failure.js";
import { type Deadline, remaining, sleep } from "../process/clock.js";
import { findProgram } from "../process/programs.js";
import type { LocalApi } from "../tailnet/local-api.js";
import type { Attempt } from "./attempt.js";
import { childEnvironment } from "./child-environment.js";
import type { RuntimeDir } from "./runtime-dir.js";
import { clearSocket, socketOf } from "./socket.js";

/** The command line of tailscaled, which will create the given socket. */
export function daemonCommand(attempt: Attempt, socket: string): string[] {
  const { platform, env, settings } = attempt;
  const program = findProgram("tailscaled", platform.command, env.PATH ?? "");
  if (program === "") throw new Failure(missingMessage("tailscaled"));
  return [
    program,
    "--tun=userspace-networking",
    "--state=mem:",
    // tailscaled would otherwise use the variable PORT.
    "--port=0",
    `--socket=${socket}`,
    // For UDP alone, through the proxy in front of it; a free port, which it logs.
    "--socks5-server=127.0.0.1:0",
  ].concat(settings.tailscaledArgs);
}

/**
 * The environment of tailscaled, which would otherwise create a folder for logs below the home directory or /tmp.
 *
 * @param proxy the URL of the proxy through which it is to reach its control server and relays; empty for none
 */
export function daemonEnvironment(dir: RuntimeDir, env: Environment, proxy: string): Record<string, string> {
  const kept = childEnvironment(env);
  if (kept.TS_LOGS_DIR === undefined) kept.TS_LOGS_DIR = dir.path;
  if (proxy !== "") {
    kept.HTTP_PROXY = proxy;
    kept.HTTPS_PROXY = proxy;
  }
  return kept;
}

/** The line for a program of the runner image that is not there. */
export function missingMessage(program: string): string {
  return `Cannot find ${program} next to spacetail or on PATH. Use the runner image, which includes it.`;
}

/** @throws Failure if another program uses the socket */
export async function requireFree(attempt: Attempt): Promise<void> {
  const problem = await clearSocket(attempt.platform, socketOf(attempt));
  if (problem !== "") throw new Failure(problem);
}

/**
 * The line for a proxy or forward that cannot listen.
 *
 * @param problem its address, `: `, and the code of the error
 */
export function listenMessage(problem: string, forwards: readonly Forward[]): string {
  const at = problem.lastIndexOf(": ");
  const [address, code] = [problem.slice(0, Math.max(0, at)), problem.slice(at + 2)];
  const isForward = forwards.some((one) => address === `127.0.0.1:${one.port}`);
  const names = isForward ? "TS_FORWARDS" : "TS_SOCKS5_SERVER or TS_OUTBOUND_HTTP_PROXY_LISTEN";
  if (code !== "EADDRINUSE") return `Cannot listen on ${address} (${code}). Choose another address with ${names}.`;
  return `Another program already listens on ${address}. Stop it, or choose another address with ${names}.`;
}

/**
 * Waits until tailscaled answers on its socket. The socket file is no proof: it appears before the backend is ready.
 */
export async function waitForDaemon(api: LocalApi, deadline: Deadline): Promise<void> {
  while (remaining(deadline) > 0) {
    try {
      await api.statusWithoutPeers(remaining(deadline));
      return;
    } catch {
      // Not yet. If tailscaled exits instead of listening, the caller learns it from the supervisor.
    }
    await sleep(2);
  }
  throw new Failure("tailscaled did not answer before TS_BOOT_TIMEOUT passed.");
}
