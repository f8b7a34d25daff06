// SPDX-License-Identifier: Apache-2.0
import { type Deadline, deadlineIn, remaining, sleep } from "../process/clock.js";
import { isRunning, type ProcessId, signal } from "../process/processes.js";
import type { RuntimeDir } from "./runtime-dir.js";
import { find, type NodeFate, readState } from "./state.js";

/** What a stop found and did. */
export interface Stopped {
  /** False if there was nothing to stop. */
  readonly wasUp: boolean;
  readonly node: NodeFate;
}

/** `down` must return within 15 s; this leaves time to kill what did not end. Milliseconds. */
const PATIENCE_MS = 12_000;

/** How long the kernel may take to end a process that was killed. Milliseconds. */
const KILL_MS = 1000;

/**
 * Ends the tunnel that is recorded in the directory, if there is one. Needs neither credential nor control server.
 *
 * @param started a supervisor that the caller has started, which may not be recorded yet; otherwise null
 */
export async function stopTunnel(dir: RuntimeDir, started: ProcessId | null): Promise<Stopped> {
  const { found, state } = find(dir);
  const supervisor = state === null ? started : state.supervisor;
  if (supervisor === null || (found === "none" && !isRunning(supervisor))) return { wasUp: false, node: "unknown" };
  const deadline = deadlineIn(PATIENCE_MS);
  // If the supervisor was killed, tailscaled has got SIGTERM from the kernel and logs out on its own, as it does if its
  // state is in memory only.
  const asked = found === "daemon-only" && state !== null && state.daemon !== null ? state.daemon : supervisor;
  signal(asked, "SIGTERM");
  await exited(asked, deadline);
  const after = readState(dir);
  await kill(supervisor);
  if (after !== null && after.daemon !== null) await kill(after.daemon);
  return { wasUp: true, node: after !== null && after.phase === "stopped" ? after.node : "unknown" };
}

/** Kills a process if it is still running. */
async function kill(id: ProcessId): Promise<void> {
  if (signal(id, "SIGKILL")) await exited(id, deadlineIn(KILL_MS));
}

/** Waits until a process has exited; false if it has not at the deadline. */
export async function exited(id: ProcessId, deadline: Deadline): Promise<boolean> {
  while (isRunning(id)) {
    if (remaining(deadline) === 0) return false;
    await sleep(5);
  }
  return true;
}
