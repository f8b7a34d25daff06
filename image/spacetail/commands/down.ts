// SPDX-License-Identifier: Apache-2.0
import { forgetProxies } from "../environment/proxies.js";
import type { Host } from "../host/host.js";
import { checkedRuntimeDir } from "../process/runtime-dir.js";
import { scrubFile } from "./scrub.js";
import { stopTunnel } from "./stop.js";

/**
 * Takes the node off the tailnet and stops everything that `up` started; nothing to do is fine. Also scrubs the
 * environment file, because after hooks do not run when a phase failed.
 */
export async function down(host: Host): Promise<number> {
  const dir = checkedRuntimeDir(host);
  const stopped = await stopTunnel(dir, null);
  scrubFile(host, dir, "");
  forgetProxies(dir, process.env);
  if (!stopped.wasUp) return 0;
  if (stopped.node === "logged out") console.error("spacetail: off the tailnet.");
  else if (stopped.node === "never joined") console.error("spacetail: stopped; the node had not joined the tailnet.");
  else {
    console.error(
      "spacetail: stopped, but the node could not be logged out: it is ephemeral, and the control server will expire it.",
    );
  }
  return 0;
}
