// SPDX-License-Identifier: Apache-2.0
import { isRunning, type ProcessId } from "./processes.js";
import { type RuntimeDir, readText, writePrivate } from "./runtime-dir.js";

/** What `up` tells the supervisor. Holds no secret. */
export interface Launch {
  /** The processes whose end ends the tunnel, when all are gone; empty on hosts where only `down` does. */
  readonly watch: readonly ProcessId[];
  /** The command line of tailscaled. */
  readonly daemon: readonly string[];
  readonly socket: string;
}

/** What the supervisor says of itself. */
export interface State {
  readonly supervisor: ProcessId;
  /** tailscaled; null if it could not be started. */
  readonly daemon: ProcessId | null;
  readonly watch: readonly ProcessId[];
  readonly socket: string;
  readonly phase: "up" | "stopping" | "stopped";
  /** Why it stops or stopped; empty while it is up. */
  readonly reason: string;
  /** What became of the node: still there, logged out, left behind for the control server to expire, or there was none. */
  readonly node: "unknown" | "logged out" | "left behind" | "never joined";
}

/** The recorded state; null if there is none or it cannot be read. */
export function readState(dir: RuntimeDir): State | null {
  const text = readText(dir.state);
  if (text === null) return null;
  try {
    return JSON.parse(text) as State;
  } catch {
    return null;
  }
}

export function writeState(dir: RuntimeDir, state: State): void {
  writePrivate(dir.state, JSON.stringify(state));
}

export function readLaunch(dir: RuntimeDir): Launch | null {
  const text = readText(dir.launch);
  if (text === null) return null;
  try {
    return JSON.parse(text) as Launch;
  } catch {
    return null;
  }
}

export function writeLaunch(dir: RuntimeDir, launch: Launch): void {
  writePrivate(dir.launch, JSON.stringify(launch));
}

/** What a command finds when it looks for a tunnel. */
export type Found = "none" | "up" | "stopping" | "orphaned" | "daemon only";

/**
 * Judges a recorded state against the processes that really run.
 *
 * - "up": the supervisor runs and something that it watches is there.
 * - "stopping": it takes the tunnel down.
 * - "orphaned": it runs, but all that it watches is gone; it will notice in a moment.
 * - "daemon only": the supervisor was killed, and tailscaled is still about.
 */
export function judge(state: State | null, running: (id: ProcessId) => boolean): Found {
  if (state === null) return "none";
  if (!running(state.supervisor)) return state.daemon !== null && running(state.daemon) ? "daemon only" : "none";
  if (state.phase !== "up") return "stopping";
  return state.watch.length === 0 || state.watch.some(running) ? "up" : "orphaned";
}

/** {@link judge} for this machine as it is now. */
export function find(dir: RuntimeDir): { found: Found; state: State | null } {
  const state = readState(dir);
  return { found: judge(state, isRunning), state };
}
