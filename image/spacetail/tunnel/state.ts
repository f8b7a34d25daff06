// SPDX-License-Identifier: Apache-2.0
import type { Forward } from "../../../contract/wire/forwards.js";
import { overwrite, readText, writePrivate } from "../process/files.js";
import { isProcessId, isRunning, type ProcessId } from "../process/processes.js";
import type { RuntimeDir } from "./runtime-dir.js";
import type { Summary } from "./summary.js";

/** What `up` tells the supervisor. Contains no secret. */
export interface Launch {
  /** Distinguishes this tunnel from an earlier or later one in the same directory. */
  readonly id: string;
  /** The tunnel ends when all of these processes have exited; empty on hosts where only `down` ends it. */
  readonly watch: readonly ProcessId[];
  /** Counts the changes of `watch`, so that an `up` notices when the supervisor has read its own. */
  readonly generation: number;
  /** The command line of tailscaled. */
  readonly daemon: readonly string[];
  /** Where users find tailscaled's socket. */
  readonly socket: string;
  /** The same socket under a name that only this tunnel has, so that a tunnel that is leaving can give up the other. */
  readonly ownSocket: string;
  /** Directories that were created for the socket, the outermost first. */
  readonly socketDirs: readonly string[];
  /** Where the proxies listen, as `host:port`. */
  readonly socks5Server: string;
  readonly httpProxy: string;
  readonly forwards: readonly Forward[];
  /** How long `up` took until traffic flowed, in milliseconds; -1 until then. */
  readonly readyMs: number;
  /** The node's addresses; empty until it has joined. */
  readonly addresses: readonly string[];
  /** Whether the control server deletes the node when it logs out. */
  readonly ephemeral: Ephemeral;
  /** The `spacetail serve` that keeps the tunnel, which nobody else may end; null for a tunnel of `up`. */
  readonly owner: ProcessId | null;
  /** Whether the node's state is kept. */
  readonly keepsState: boolean;
  /** Whether the node is logged out at the end. */
  readonly logsOut: boolean;
}

/** "unknown" if only the control server knows, because the user provided the auth key. */
export type Ephemeral = "yes" | "unknown";

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
  /** A tunnel that is "stopping" has given up its socket's public name. */
  readonly phase: "up" | "stopping" | "stopped";
  /** Why it is stopping or has stopped; null while it is up. */
  readonly reason: StopReason | null;
  readonly node: NodeFate;
  /** What is wrong with the node, or prevents its logout; empty if nothing is. */
  readonly problem: string;
  readonly ephemeral: Ephemeral;
  /** What it was used for; null until it stops, and if it was never ready. */
  readonly summary: Summary | null;
}

/**
 * What became of the node. "unanswered": the control server has not said whether it admits the node. "kept": its state
 * is kept, so that it can come back.
 */
export type NodeFate = "unknown" | "logged-out" | "left-behind" | "unanswered" | "never-joined" | "kept";

/** Why a tunnel went down. */
export interface StopReason {
  readonly cause:
    | "requested"
    | "interrupted"
    | "watch-ended"
    | "removed"
    | "daemon-exited"
    | "daemon-not-started"
    | "cannot-listen";
  /** The watched process, the removed directory, how tailscaled ended, or the address with the error; else empty. */
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
    case "removed":
      return `the directory ${detail} was removed`;
    case "daemon-exited":
      return `tailscaled exited unexpectedly (${detail})`;
    case "cannot-listen":
      return `the proxies cannot listen on ${detail}`;
    default:
      return `tailscaled cannot be started (${detail})`;
  }
}

/** The recorded state; null if there is none, or if it is not one that this version wrote. */
export function readState(dir: RuntimeDir): State | null {
  return parseState(readText(dir.state) ?? "");
}

/** {@link readState} for the text of the file. Node does not check types when it parses JSON. */
export function parseState(text: string): State | null {
  try {
    const state = JSON.parse(text) as State;
    if (!isProcessId(state.supervisor) || state.watch === undefined || state.phase === undefined) return null;
    const complete = state.socket !== undefined && state.problem !== undefined && state.reason !== undefined;
    return complete && (state.daemon === null || isProcessId(state.daemon)) ? state : null;
  } catch {
    return null;
  }
}

/** The size of a state file, which is filled up with blanks. Far more than a state needs. */
export const STATE_SIZE = 4096;

/**
 * Writes the state. The file has the same size each time, so that it can be overwritten where the disk is full.
 *
 * @throws Failure if that is impossible
 */
export function writeState(dir: RuntimeDir, state: State): void {
  const text = JSON.stringify(state).padEnd(STATE_SIZE);
  try {
    writePrivate(dir.state, text);
  } catch (error) {
    if (!overwrite(dir.state, text)) throw error;
  }
}

/** What `up` told the supervisor; null if it cannot be read. */
export function readLaunch(dir: RuntimeDir): Launch | null {
  try {
    const launch = JSON.parse(readText(dir.launch) ?? "") as Launch;
    const complete = launch.id !== undefined && launch.watch !== undefined && launch.ownSocket !== undefined;
    return complete ? launch : null;
  } catch {
    return null;
  }
}

/** The `spacetail serve` that keeps the tunnel of the directory; null if none does. */
export function servedBy(dir: RuntimeDir): ProcessId | null {
  const owner = readLaunch(dir)?.owner ?? null;
  return owner !== null && isRunning(owner) ? owner : null;
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
