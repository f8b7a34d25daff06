// SPDX-License-Identifier: Apache-2.0

/** Prints a step with the time since the start, if TRACE is on. */
export type Trace = (step: string) => void;

export function startTrace(on: boolean): Trace {
  const began = Date.now();
  return (step) => {
    if (on) console.error(`spacetail: ${Date.now() - began} ms ${step}`);
  };
}
