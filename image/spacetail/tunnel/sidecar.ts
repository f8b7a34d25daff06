// SPDX-License-Identifier: Apache-2.0
import { formatHostPort, type HostPort, parseHostPort } from "../../../contract/wire/addresses.js";
import type { Environment } from "../../../contract/wire/environment.js";
import type { Settings } from "../../../contract/wire/settings.js";
import { type Egress, egressOf } from "../egress/egress.js";
import { noUpstream, type UpstreamProxy } from "../egress/upstream.js";
import { errorMessage, Failure } from "../errors/failure.js";
import { MAX_REPLY, send } from "../login/https.js";
import type { Platform } from "../platform/platform.js";
import { type Deadline, deadlineIn, remaining, sleep } from "../process/clock.js";
import { emptyRecord, writeRecord } from "../proxies/proxy-record.js";
import type { Progress } from "./progress.js";
import type { RuntimeDir } from "./runtime-dir.js";

/** How often a health check is asked, and a service tried. Milliseconds. */
const PAUSE_MS = 250;

/** How long one question may take. Milliseconds. */
const ANSWER_MS = 5000;

/** A phase whose tunnel is in another container of its pod. */
export interface Guest {
  readonly platform: Platform;
  readonly env: Environment;
  readonly settings: Settings;
  readonly dir: RuntimeDir;
  readonly deadline: Deadline;
  readonly progress: Progress;
}

/**
 * Waits until the tunnel of the sidecar is up and carries connections to the services of TS_WAIT_FOR. The containers of
 * a pod share loopback, so the proxies are where they always are; its processes and files cannot be seen.
 *
 * @param health the sidecar's health check, as of `spacetail serve` or containerboot
 * @returns what is known then, for the user
 */
export async function useSidecar(guest: Guest, health: HostPort): Promise<string> {
  const { platform, env, settings, dir, deadline, progress } = guest;
  writeRecord(dir.proxies, settings, env, emptyRecord());
  const egress = egressOf(platform, noUpstream());
  progress.waitFor(`the sidecar at ${formatHostPort(health)}`);
  await isHealthy(platform, egress, health, deadline);
  for (const target of settings.waitFor) {
    progress.waitFor(formatHostPort(target));
    await reachThrough(egress, proxyOf(settings), target, deadline);
  }
  const reached = settings.waitFor.map((target) => `; ${formatHostPort(target)} reached`);
  return `the tunnel of the sidecar at ${formatHostPort(health)} is up${reached.join("")}.`;
}

async function isHealthy(platform: Platform, egress: Egress, health: HostPort, deadline: Deadline): Promise<void> {
  const baseUrl = `http://${formatHostPort(health)}`;
  for (;;) {
    const timeoutMs = Math.max(1, Math.min(ANSWER_MS, remaining(deadline)));
    const question = {
      method: "GET" as const,
      baseUrl,
      path: "/healthz",
      contentType: "",
      authorization: "",
      body: "",
    };
    const { status, detail } = await send(platform, egress, { ...question, timeoutMs, longest: MAX_REPLY });
    if (status === 200) return;
    if (remaining(deadline) <= PAUSE_MS) {
      const last = status === 0 ? detail : `it answered ${status}`;
      throw new Failure(
        `The sidecar at ${formatHostPort(health)} (TS_SIDECAR) was not on the tailnet before TS_BOOT_TIMEOUT passed: ` +
          `${last}. Read the log of its container.`,
      );
    }
    await sleep(PAUSE_MS);
  }
}

async function reachThrough(egress: Egress, proxy: UpstreamProxy, target: HostPort, deadline: Deadline): Promise<void> {
  for (;;) {
    try {
      const limit = deadlineIn(Math.max(1, Math.min(ANSWER_MS, remaining(deadline))));
      const { connection } = await egress.connectThrough(proxy, target.host, target.port, limit);
      connection.close();
      return;
    } catch (error) {
      if (remaining(deadline) > PAUSE_MS) await sleep(PAUSE_MS);
      else throw new Failure(`${formatHostPort(target)} (TS_WAIT_FOR) was not reached: ${errorMessage(error)}.`);
    }
  }
}

/** The proxy of the sidecar, as a client sees it. */
function proxyOf({ httpProxy }: Settings): UpstreamProxy {
  const { host, port } = parseHostPort(httpProxy) ?? { host: "localhost", port: 8080 };
  return { variable: "TS_OUTBOUND_HTTP_PROXY_LISTEN", scheme: "http", host, port, user: "", password: "" };
}
