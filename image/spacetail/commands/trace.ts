// SPDX-License-Identifier: Apache-2.0
import { now } from "../process/clock.js";

/** Prints a step with the time since the start, if TRACE is on. */
export type Trace = (step: string) => void;

export function startTrace(on: boolean): Trace {
  const began = now();
  return (step) => {
    if (on) console.error(`spacetail: ${Math.round(now() - began)} ms ${step}`);
  };
}
