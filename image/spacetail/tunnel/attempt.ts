// SPDX-License-Identifier: Apache-2.0
import type { Login } from "../login/login.js";
import { now } from "../process/clock.js";
import type { ProcessId } from "../process/processes.js";
import type { TunnelNetworking } from "./networking.js";
import type { Progress } from "./progress.js";
import type { RuntimeDir } from "./runtime-dir.js";
import type { Ephemeral } from "./state.js";

/** One attempt to put this machine on the tailnet: everything that stays the same while it lasts. */
export interface Attempt extends Login {
  readonly dir: RuntimeDir;
  /** The process whose exit ends the tunnel; null on hosts where only `down` ends it. */
  readonly watch: ProcessId | null;
  /** Whether the control server deletes the node when it logs out. */
  readonly ephemeral: Ephemeral;
  readonly networking: TunnelNetworking;
  /** What differs if `spacetail serve` keeps the tunnel; null for `spacetail up`. */
  readonly served: Served | null;
  /** The host name of this machine. */
  readonly machine: string;
  readonly trace: Trace;
  readonly progress: Progress;
}

/** What differs in a tunnel that `spacetail serve` keeps. */
export interface Served {
  /** Flags of tailscaled that say where the node's state is. */
  readonly stateFlags: readonly string[];
  /** Whether the node is the same after a restart. */
  readonly keepsState: boolean;
  /** Whether the node is logged out at the end. */
  readonly logsOut: boolean;
}

/** Prints a step with the time since the start, if TS_TRACE is on. */
export type Trace = (step: string) => void;

export function startTrace(on: boolean): Trace {
  const began = now();
  return (step) => {
    if (on) console.error(`spacetail: ${Math.round(now() - began)} ms ${step}`);
  };
}
