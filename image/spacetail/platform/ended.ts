// SPDX-License-Identifier: Apache-2.0
import { errorName } from "../errors/system-error.js";

/** How a program ended. */
export interface Ended {
  readonly status: number;
  /** The number of the signal that ended it; 0 if none did. */
  readonly signal: number;
  /** Why it could not be started, as an error code; empty if it could. */
  readonly problem: string;
}

/** What image/native returns of a program: its status, 256 and a signal, or a negative errno. */
export function endedOf(result: number): Ended {
  if (result < 0) return { status: 0, signal: 0, problem: errorName(-result) };
  return result < 256 ? { status: result, signal: 0, problem: "" } : { status: 0, signal: result - 256, problem: "" };
}
