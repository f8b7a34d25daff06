// SPDX-License-Identifier: Apache-2.0
import { formatDuration } from "../../../contract/wire/duration.js";
import { now } from "../process/clock.js";

/** Says what a command is waiting for, so that nobody takes it for one that hangs. */
export interface Progress {
  /** From now on it waits for this. */
  readonly waitFor: (what: string) => void;
  /** It does not wait any more. */
  readonly end: () => void;
}

/** How often a log gets a line. Milliseconds. */
const LINE_EVERY_MS = 30_000;

/** How often the line on a terminal changes. Milliseconds. */
const TICK_MS = 1000;

/** Goes to the beginning of the line, and clears it. */
const CLEAR = "\r\u001b[K";

function toStandardError(text: string): void {
  process.stderr.write(text);
}

/**
 * @param onTerminal whether a line that changes can be shown; elsewhere there is a plain line every 30 s
 */
export function startProgress(onTerminal: boolean, write = toStandardError): Progress {
  let what = "";
  let since = now();
  let shown = false;
  const clear = (): void => {
    if (shown) write(CLEAR);
    shown = false;
  };
  const tick = (): void => {
    if (what === "") return;
    const waited = formatDuration(Math.round((now() - since) / 1000) * 1000);
    if (onTerminal) write(`${CLEAR}spacetail: waiting for ${what} (${waited})`);
    else write(`spacetail: still waiting for ${what} (${waited}).\n`);
    shown = onTerminal;
  };
  const timer = setInterval(tick, onTerminal ? TICK_MS : LINE_EVERY_MS);
  return {
    waitFor: (next) => {
      clear();
      what = next;
      since = now();
    },
    end: () => {
      clear();
      clearInterval(timer);
    },
  };
}
