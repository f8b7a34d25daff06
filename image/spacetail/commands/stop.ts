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

/** Ends the tunnel that the directory tells of, if there is one. Needs no credential and no control server. */
export async function stopTunnel(dir: RuntimeDir): Promise<Stopped> {
  const { found, state } = find(dir);
  if (found === "none" || state === null) return { wasUp: false, node: "unknown", killed: false };
  const deadline = deadlineIn(PATIENCE_MS);
  // A supervisor that was killed took the daemon's parent with it: the daemon has SIGTERM already, and logs out by
  // itself as its state is in memory only.
  if (found === "daemon only" && state.daemon !== null) {
    signal(state.daemon, "SIGTERM");
    await gone(state.daemon, deadline);
  } else {
    signal(state.supervisor, "SIGTERM");
    await gone(state.supervisor, deadline);
  }
  let killed = false;
  for (const one of [state.supervisor, state.daemon]) {
    if (one !== null && signal(one, "SIGKILL")) killed = true;
  }
  const after = readState(dir);
  const node = after !== null && after.phase === "stopped" ? after.node : "unknown";
  return { wasUp: true, node, killed };
}

/** Waits until a process is gone; true if it is. */
export async function gone(id: ProcessId, deadline: Deadline): Promise<boolean> {
  while (isRunning(id)) {
    if (remaining(deadline) === 0) return false;
    await sleep(5);
  }
  return true;
}
