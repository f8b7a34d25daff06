// SPDX-License-Identifier: Apache-2.0
import type { Environment } from "../../../contract/wire/environment.js";
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
    `--socks5-server=${settings.socks5Server}`,
    `--outbound-http-proxy-listen=${settings.httpProxy}`,
  ].concat(settings.tailscaledArgs);
}

/** The environment of tailscaled, which would otherwise create a folder for logs below the home directory or /tmp. */
export function daemonEnvironment(dir: RuntimeDir, env: Environment): Record<string, string> {
  const kept = childEnvironment(env);
  if (kept.TS_LOGS_DIR === undefined) kept.TS_LOGS_DIR = dir.path;
  return kept;
}

/** The line for a program of the runner image that is not there. */
export function missingMessage(program: string): string {
  return `Cannot find ${program} next to spacetail or on PATH. Use the runner image, which includes it.`;
}

/**
 * Checks for conflicts that tailscaled fails on or does not notice: it binds `localhost` on IPv4 only, but programs may
 * try IPv6 first, and would send their traffic to whoever listens there.
 *
 * @throws Failure if another program uses the socket or a proxy's address
 */
export async function requireFree(attempt: Attempt): Promise<void> {
  const { settings } = attempt;
  const problem = await clearSocket(attempt.platform, socketOf(attempt));
  if (problem !== "") throw new Failure(problem);
  for (const address of [settings.socks5Server, settings.httpProxy]) {
    if (!address.startsWith("localhost:")) continue;
    const port = address.slice("localhost:".length);
    if (await attempt.platform.listensOnLoopback6(Number(port))) throw new Failure(inUseMessage(`[::1]:${port}`));
  }
}

/** The line for a proxy's address that another program uses. */
export function inUseMessage(address: string): string {
  const names = "TS_SOCKS5_SERVER or TS_OUTBOUND_HTTP_PROXY_LISTEN";
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
