// SPDX-License-Identifier: Apache-2.0
import { forgetRecord } from "../proxies/proxy-record.js";
import { ENVIRONMENT_FILE, scrubFile } from "../proxies/scrub.js";
import { checkedRuntimeDir } from "../tunnel/runtime-dir.js";
import { readState } from "../tunnel/state.js";
import { stopTunnel } from "../tunnel/stop.js";
import { summaryMessage } from "../tunnel/summary.js";
import type { Invocation } from "./invocation.js";

/**
 * `spacetail down`: takes the node off the tailnet and stops everything that `up` started, if anything. Also scrubs the
 * environment file, because after hooks do not run when a phase failed.
 */
export async function down({ platform, env }: Invocation): Promise<number> {
  const dir = checkedRuntimeDir(platform);
  const { wasUp, node } = await stopTunnel(dir, null);
  scrubFile({ platform, env, record: dir.proxies }, ENVIRONMENT_FILE);
  forgetRecord(dir.proxies, env);
  if (!wasUp) return 0;
  const summary = readState(dir)?.summary ?? null;
  if (summary !== null) console.error(`spacetail: ${summaryMessage(summary)}.`);
  if (node === "logged-out") console.error("spacetail: off the tailnet.");
  else if (node === "never-joined") console.error("spacetail: stopped; the node had not joined the tailnet.");
  else {
    console.error(
      "spacetail: stopped, but the node could not be logged out. It is ephemeral, so the control server will expire it.",
    );
  }
  return 0;
}
