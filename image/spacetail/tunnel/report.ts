// SPDX-License-Identifier: Apache-2.0
import { existsSync } from "node:fs";
import type { Forward } from "../../../contract/wire/forwards.js";
import { errorMessage } from "../errors/failure.js";
import { type ProcessId, thisProcess } from "../process/processes.js";
import { asideDir, type RuntimeDir } from "./runtime-dir.js";
import { type Launch, type NodeFate, readLaunch, type State, type StopReason, writeState } from "./state.js";
import type { Summary } from "./summary.js";

/** What the supervisor tells everybody, in its state file. */
export interface Reporter {
  /** Throws a Failure if the file cannot be written: without it nobody would find the tunnel. */
  readonly up: (daemon: ProcessId | null, forwards: readonly Forward[]) => void;
  /** There are other processes to watch, or forwards. */
  readonly watching: (launch: Launch, forwards: readonly Forward[]) => void;
  /** Something is wrong with the node, or with its logout; an empty text says that nothing is. */
  readonly problem: (problem: string) => void;
  readonly stopping: (reason: StopReason) => void;
  /** What the tunnel was used for; null if nobody knows. */
  readonly summary: (summary: Summary | null) => void;
  readonly stopped: (node: NodeFate) => void;
  /** Whether `up` has asked tailscaled to register the node. */
  readonly joined: () => boolean;
  /** The node's addresses; empty if it has not joined. */
  readonly addresses: () => readonly string[];
  /** How long `up` took until traffic flowed, in milliseconds; -1 if it has not got there. */
  readonly readyMs: () => number;
}

/** The reports of the supervisor that runs in this process. */
export function reporter(dir: RuntimeDir, launch: Launch): Reporter {
  const supervisor = thisProcess();
  const aside = asideDir(dir, supervisor.pid);
  const { socket, ephemeral } = launch;
  let { watch, generation } = launch;
  let daemon: ProcessId | null = null;
  let forwards: readonly Forward[] = [];
  let phase: State["phase"] = "up";
  let reason: StopReason | null = null;
  let node: NodeFate = "unknown";
  let problem = "";
  let sum: Summary | null = null;

  /** Where the files of this tunnel are now; null if somebody has removed them. */
  const place = (): RuntimeDir | null => {
    if (existsSync(aside.path)) return aside;
    return readLaunch(dir)?.id === launch.id ? dir : null;
  };
  /** What `up` has written since, too. */
  const launched = (): Launch | null => {
    const at = place();
    return at === null ? null : readLaunch(at);
  };
  const write = (): void => {
    const at = place();
    if (at === null) return;
    const tunnel = { supervisor, daemon, watch, generation, socket, forwards, ephemeral };
    writeState(at, { ...tunnel, phase, reason, node, problem, summary: sum });
  };
  /** Nothing may prevent the logout, so a file that cannot be written is only noted. */
  const tryToWrite = (): void => {
    try {
      write();
    } catch (error) {
      console.error(`spacetail: ${errorMessage(error)}`);
    }
  };

  return {
    up: (started, listening) => {
      daemon = started;
      forwards = listening;
      write();
    },
    watching: (changed, listening) => {
      watch = changed.watch;
      generation = changed.generation;
      forwards = listening;
      tryToWrite();
    },
    problem: (text) => {
      if (text === problem) return;
      problem = text;
      if (text !== "") console.error(`spacetail: ${text}`);
      tryToWrite();
    },
    stopping: (why) => {
      phase = "stopping";
      reason = why;
      problem = "";
      tryToWrite();
    },
    summary: (summary) => {
      sum = summary;
      if (summary !== null) tryToWrite();
    },
    stopped: (fate) => {
      phase = "stopped";
      node = fate;
      tryToWrite();
    },
    joined: () => {
      // If the files are gone, assume so: asking costs little. In this order, because an `up` may be moving them aside.
      return place() === null || existsSync(dir.joining) || existsSync(aside.joining);
    },
    addresses: () => launched()?.addresses ?? [],
    readyMs: () => launched()?.readyMs ?? -1,
  };
}
