// SPDX-License-Identifier: Apache-2.0
import { parseBoolean } from "./parse.js";

/**
 * What of a phase has its connections captured:
 *
 * - `nothing`;
 * - `command`: the phase's command, called by its name;
 * - `phase`: all of the phase from our hook on, whose shell is executed anew for that.
 */
export type Captured = "nothing" | "command" | "phase";

/** Reads TS_CAPTURE: a boolean, or `phase`. Null for any other text. */
export function capturedOf(text: string): Captured | null {
  if (text === "phase") return "phase";
  const capture = parseBoolean(text);
  if (capture === null) return null;
  return capture ? "command" : "nothing";
}
