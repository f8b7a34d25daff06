// SPDX-License-Identifier: Apache-2.0
import { deadlineIn } from "../process/clock.js";
import { forgetRecord } from "../proxies/proxy-record.js";
import type { Attempt } from "../tunnel/attempt.js";
import { endMessage } from "../tunnel/end-message.js";
import type { Started } from "../tunnel/start.js";
import { readLaunch } from "../tunnel/state.js";
import { askToStop, awaitEnd } from "../tunnel/stop.js";

/** Docker kills a container 10 s after it has asked it to stop. Milliseconds. */
const STOP_MS = 8000;

/**
 * Ends the tunnel.
 *
 * @returns what became of the node, in one line
 */
export async function stopServed({ dir, env }: Attempt, started: Started): Promise<string> {
  const deadline = deadlineIn(STOP_MS);
  // It may have ended already, and have left a word.
  const supervisor = (await askToStop(dir, started.supervisor)) ?? started.supervisor;
  const stopped = supervisor === null ? null : await awaitEnd(dir, supervisor, deadline);
  // Unless an `up` has it now.
  if (readLaunch(dir)?.id === started.id) forgetRecord(dir.proxies, env);
  if (stopped === null) return "stopped.";
  // A service manager lets nobody go on behind its back.
  return endMessage(stopped.pending ? { ...stopped, node: "left-behind", pending: false } : stopped);
}
