// SPDX-License-Identifier: Apache-2.0
import { Failure } from "../errors/failure.js";
import { forgetRecord } from "../proxies/proxy-record.js";
import { ENVIRONMENT_FILE, scrubFile } from "../proxies/scrub.js";
import { checkedRuntimeDir } from "../tunnel/runtime-dir.js";
import { unlinkPlaces } from "../tunnel/socket-places.js";
import { readState } from "../tunnel/state.js";
import { stopTunnel } from "../tunnel/stop.js";
import type { Invocation } from "./invocation.js";

/**
 * `spacetail down`: takes the node off the tailnet and stops everything that `up` started, if anything. Also scrubs the
 * environment file, because after hooks do not run when a phase failed.
 */
export async function down({ platform, env, args }: Invocation): Promise<number> {
  if (args.length > 0) throw new Failure("`spacetail down` takes no arguments.");
  const dir = checkedRuntimeDir(platform);
  const socket = readState(dir)?.socket ?? dir.socket;
  const { wasUp, node } = await stopTunnel(dir, null);
  // The supervisor does that too, unless it was killed.
  unlinkPlaces(socket);
  const left = scrubFile({ platform, env, record: dir.proxies }, ENVIRONMENT_FILE);
  if (left !== "") console.error(`spacetail: ${left}`);
  forgetRecord(dir.proxies, env);
  if (!wasUp) return 0;
  if (node === "logged-out") console.error("spacetail: off the tailnet.");
  else if (node === "never-joined") console.error("spacetail: stopped; the node had not joined the tailnet.");
  else {
    console.error(
      "spacetail: stopped, but the node could not be logged out. It is ephemeral, so the control server will expire it.",
    );
  }
  return 0;
}
