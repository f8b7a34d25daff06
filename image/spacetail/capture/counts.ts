// SPDX-License-Identifier: Apache-2.0
import { readdirSync, rmSync } from "node:fs";
import type { CaptureCounts } from "../platform/capture.js";
import { readText, writePrivate } from "../process/files.js";
import { isProcessId, isRunning, type ProcessId, thisProcess } from "../process/processes.js";
import type { RuntimeDir } from "../tunnel/runtime-dir.js";

/** How often a process that captures writes down what it has captured. Milliseconds. */
const EVERY_MS = 1000;

const PREFIX = "capture-";

interface Note {
  readonly process: ProcessId;
  readonly counts: CaptureCounts;
}

/** Writes down the counts of this process while there is something new, until the returned function is called. */
export function noteCounts(dir: RuntimeDir, counts: () => CaptureCounts): () => void {
  const file = `${dir.path}/${PREFIX}${process.pid}.json`;
  let last = "";
  const write = (): void => {
    const text = JSON.stringify({ process: thisProcess(), counts: counts() });
    try {
      if (text !== last) writePrivate(file, text);
      last = text;
    } catch {
      // The tunnel is gone, and so is its directory.
    }
  };
  write();
  const timer = setInterval(write, EVERY_MS);
  return () => {
    clearInterval(timer);
    rmSync(file, { force: true });
  };
}

/** What the running processes have captured, all together; null if there is none. */
export function readCounts(dir: RuntimeDir): CaptureCounts | null {
  let sum: CaptureCounts | null = null;
  for (const name of namesIn(dir.path)) {
    const text = name.startsWith(PREFIX) ? readText(`${dir.path}/${name}`) : null;
    const note = text === null ? null : parse(text);
    if (note === null || !isProcessId(note.process) || !isRunning(note.process)) continue;
    sum = sum === null ? note.counts : added(sum, note.counts);
  }
  return sum;
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function parse(text: string): Note | null {
  try {
    return JSON.parse(text) as Note;
  } catch {
    return null;
  }
}

function added(a: CaptureCounts, b: CaptureCounts): CaptureCounts {
  return {
    captured: a.captured + b.captured,
    failed: a.failed + b.failed,
    open: a.open + b.open,
    sent: a.sent + b.sent,
    received: a.received + b.received,
    unreadable: a.unreadable + b.unreadable,
  };
}
