// SPDX-License-Identifier: Apache-2.0
import { type Deadline, deadlineIn, remaining, sleep } from "../process/clock.js";
import { isRunning, type ProcessId, signal } from "../process/processes.js";
import type { RuntimeDir } from "../process/runtime-dir.js";
import { find, readState, type State } from "../process/state.js";

/** What a stop found and did. */
export interface Stopped {
  /** False if there was nothing to stop. */
  readonly wasUp: boolean;
  /** What became of the node. */
  readonly node: State["node"];
  /** True if a process had to be killed. */
  readonly killed: boolean;
}

/** `down` must return within 15 s; this leaves room for the killing afterwards. Milliseconds. */
const PATIENCE_MS = 12_000;

/** How long the kernel may take to end a process that was killed. Milliseconds. */
const KILL_MS = 1000;

/**
 * Ends the tunnel that the directory tells of, if there is one. Needs no credential and no control server.
 *
 * @param started a supervisor that the caller has started, which the directory may not tell of yet; else null
 */
export async function stopTunnel(dir: RuntimeDir, started: ProcessId | null): Promise<Stopped> {
  const { found, state } = find(dir);
  const supervisor = state === null ? started : state.supervisor;
  if (supervisor === null || (found === "none" && !isRunning(supervisor))) {
    return { wasUp: false, node: "unknown", killed: false };
  }
  const deadline = deadlineIn(PATIENCE_MS);
  // A supervisor that was killed took the daemon's parent with it: the daemon has SIGTERM already, and logs out by
  // itself as its state is in memory only.
  const asked = found === "daemon only" && state !== null && state.daemon !== null ? state.daemon : supervisor;
  signal(asked, "SIGTERM");
  await gone(asked, deadline);
  const after = readState(dir);
  const supervisorKilled = await kill(supervisor);
  const killed = (await kill(after === null ? null : after.daemon)) || supervisorKilled;
  const node = after !== null && after.phase === "stopped" ? after.node : "unknown";
  return { wasUp: true, node, killed };
}

/** Kills a process if it still runs; true if it did. */
async function kill(id: ProcessId | null): Promise<boolean> {
  if (id === null || !signal(id, "SIGKILL")) return false;
  await gone(id, deadlineIn(KILL_MS));
  return true;
}

/** Waits until a process is gone; true if it is. */
export async function gone(id: ProcessId, deadline: Deadline): Promise<boolean> {
  while (isRunning(id)) {
    if (remaining(deadline) === 0) return false;
    await sleep(5);
  }
  return true;
}
