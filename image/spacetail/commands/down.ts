// SPDX-License-Identifier: Apache-2.0
import { Failure } from "../errors/failure.js";
import { withoutStop } from "../errors/printable.js";
import { forgetRecord } from "../proxies/proxy-record.js";
import { ENVIRONMENT_FILE, scrubFile } from "../proxies/scrub.js";
import { findRuntimeDir } from "../tunnel/place.js";
import { sweepSockets } from "../tunnel/socket.js";
import { unlinkPlaces } from "../tunnel/socket-places.js";
import { find, readLaunch } from "../tunnel/state.js";
import { type Stopped, stopTunnels } from "../tunnel/stop.js";
import { summaryMessage } from "../tunnel/summary.js";
import type { Invocation } from "./invocation.js";

/**
 * `spacetail down`: takes the node off the tailnet and stops everything that `up` started, if anything. Also scrubs the
 * environment file, because after hooks do not run when a phase failed.
 */
export async function down({ platform, env, args }: Invocation): Promise<number> {
  if (args.length > 0) throw new Failure("`spacetail down` takes no arguments.");
  const dir = findRuntimeDir(platform, env);
  const stopped = await stopTunnels(dir);
  const launch = readLaunch(dir);
  // The supervisor does that too, unless it was killed.
  unlinkPlaces(launch === null ? dir.socket : launch.socket);
  if (launch !== null && find(dir).found === "none") await sweepSockets(platform, launch);
  const left = scrubFile({ platform, env, record: dir.proxies }, ENVIRONMENT_FILE);
  if (left !== "") console.error(`spacetail: ${left}`);
  forgetRecord(dir.proxies, env);
  if (stopped === null) return 0;
  if (stopped.summary !== null) console.error(`spacetail: ${summaryMessage(stopped.summary)}.`);
  console.error(`spacetail: ${endMessage(stopped)}`);
  return 0;
}

/** What became of the node, in one line. */
export function endMessage({ node, ephemeral, pending, problem }: Stopped): string {
  const why = problem === "" ? "" : ` (${withoutStop(problem)})`;
  const later =
    ephemeral === "yes"
      ? "It is ephemeral: the control server deletes it when it has been offline for a while."
      : "The control server deletes it later if its auth key is ephemeral; otherwise delete it there.";
  if (pending)
    return `the tunnel is down; the node is not logged out yet${why}, and spacetail goes on trying in the background.`;
  switch (node) {
    case "logged-out":
      return ephemeral === "yes"
        ? "off the tailnet."
        : "off the tailnet. If the auth key is not ephemeral, the control server still lists the node: delete it there.";
    case "never-joined":
      return "stopped; the node had not joined the tailnet.";
    case "unanswered":
      return `stopped; the control server has not answered whether it admits the node. ${later}`;
    case "unknown":
      return `stopped; whether the node was logged out is not known. ${later}`;
    default:
      return `stopped, but the node could not be logged out${why}. ${later}`;
  }
}
