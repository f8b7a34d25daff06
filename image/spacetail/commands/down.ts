// SPDX-License-Identifier: Apache-2.0
import { Failure } from "../errors/failure.js";
import { deadlineIn } from "../process/clock.js";
import { isRunning } from "../process/processes.js";
import { forgetRecord } from "../proxies/proxy-record.js";
import { scrubFile } from "../proxies/scrub.js";
import { endMessage } from "../tunnel/end-message.js";
import { isReleased } from "../tunnel/lock.js";
import { findRuntimeDir } from "../tunnel/place.js";
import { sweepSockets } from "../tunnel/socket.js";
import { unlinkPlaces } from "../tunnel/socket-places.js";
import { find, readLaunch, servedBy } from "../tunnel/state.js";
import { stopTunnels } from "../tunnel/stop.js";
import { summaryMessage } from "../tunnel/summary.js";
import type { Invocation } from "./invocation.js";

/** How long an `up` may take to notice the end of the tunnel. Milliseconds. */
const LOCK_MS = 1000;

/**
 * `spacetail down`: takes the node off the tailnet and stops everything that `up` started, if anything. Also scrubs the
 * environment file, because after hooks do not run when a phase failed. A tunnel that `spacetail serve` keeps is not
 * one phase's to end.
 */
export async function down({ platform, env, args }: Invocation): Promise<number> {
  if (args.length > 0) throw new Failure("`spacetail down` takes no arguments.");
  const dir = findRuntimeDir(platform, env);
  const owner = servedBy(dir);
  if (owner !== null) {
    scrubFile({ platform, env, record: dir.proxies });
    console.error(
      `spacetail: the tunnel stays up: \`spacetail serve\` keeps it (process ${owner.pid}). Stop that process.`,
    );
    return 0;
  }
  const launch = readLaunch(dir);
  const stopped = await stopTunnels(dir);
  // An `up` that waited for this tunnel gives up now. What another has put there since belongs to its own tunnel.
  const isAlone = await isReleased(dir.lock, isRunning, deadlineIn(LOCK_MS));
  if (isAlone && readLaunch(dir)?.id === launch?.id) {
    // The supervisor does that too, unless it was killed.
    unlinkPlaces(launch === null ? dir.socket : launch.socket);
    if (launch !== null && find(dir).found === "none") await sweepSockets(platform, launch);
    scrubFile({ platform, env, record: dir.proxies });
    forgetRecord(dir.proxies, env);
  }
  if (stopped === null) return 0;
  if (stopped.summary !== null) console.error(`spacetail: ${summaryMessage(stopped.summary)}.`);
  console.error(`spacetail: ${endMessage(stopped)}`);
  return 0;
}
