// SPDX-License-Identifier: Apache-2.0
import type { Forward } from "../../../contract/wire/forwards.js";
import { readText, writePrivate } from "../process/files.js";
import { isRunning, type ProcessId } from "../process/processes.js";
import type { RuntimeDir } from "./runtime-dir.js";

/** What `up` tells the supervisor. Contains no secret. */
export interface Launch {
  /** The tunnel ends when all of these processes have exited; empty on hosts where only `down` ends it. */
  readonly watch: readonly ProcessId[];
  /** Counts the changes of `watch`, so that an `up` notices when the supervisor has read its own. */
  readonly generation: number;
  /** The command line of tailscaled. */
  readonly daemon: readonly string[];
  readonly socket: string;
  /** Where the proxies listen, as `host:port`. */
  readonly socks5Server: string;
  readonly httpProxy: string;
  readonly forwards: readonly Forward[];
}

/** What the supervisor says about itself. */
export interface State {
  readonly supervisor: ProcessId;
  /** tailscaled; null if it could not be started. */
  readonly daemon: ProcessId | null;
  readonly watch: readonly ProcessId[];
  /** The generation of `watch`. */
  readonly generation: number;
  readonly socket: string;
  /** The forwards that listen. */
  readonly forwards: readonly Forward[];
  readonly phase: "up" | "stopping" | "stopped";
  /** Why it is stopping or has stopped; null while it is up. */
  readonly reason: StopReason | null;
  readonly node: NodeFate;
}

/** What became of the node. Left behind means that the control server will expire it. */
export type NodeFate = "unknown" | "logged-out" | "left-behind" | "never-joined";

/** Why a tunnel went down. */
export interface StopReason {
  readonly cause:
    | "requested"
    | "interrupted"
    | "watch-ended"
    | "daemon-exited"
    | "daemon-not-started"
    | "cannot-listen";
  /** The watched process, how tailscaled ended, or the address with the error; empty for other causes. */
  readonly detail: string;
}

/** A reason in words, to follow a colon. */
export function reasonMessage({ cause, detail }: StopReason): string {
  switch (cause) {
    case "requested":
      return "stopped on request";
    case "interrupted":
      return "interrupted";
    case "watch-ended":
      return `the watched process ${detail} exited`;
    case "daemon-exited":
      return `tailscaled exited unexpectedly (${detail})`;
    case "cannot-listen":
      return `the proxies cannot listen on ${detail}`;
    default:
      return `tailscaled cannot be started (${detail})`;
  }
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
export type Found = "none" | "up" | "stopping" | "orphaned" | "daemon-only";

/**
 * Compares a recorded state with the processes that are running.
 *
 * - "up": the supervisor is running, and so is something that it watches.
 * - "stopping": it is taking the tunnel down.
 * - "orphaned": it is running, but all that it watches has exited; it will notice in a moment.
 * - "daemon-only": the supervisor was killed, and tailscaled is still running.
 */
export function judge(state: State | null, running: (id: ProcessId) => boolean): Found {
  if (state === null) return "none";
  if (!running(state.supervisor)) return state.daemon !== null && running(state.daemon) ? "daemon-only" : "none";
  if (state.phase !== "up") return "stopping";
  return state.watch.length === 0 || state.watch.some(running) ? "up" : "orphaned";
}

/** {@link judge} for this machine as it is now. */
export function find(dir: RuntimeDir): { found: Found; state: State | null } {
  const state = readState(dir);
  return { found: judge(state, isRunning), state };
}
