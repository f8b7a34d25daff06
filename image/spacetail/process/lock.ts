// SPDX-License-Identifier: Apache-2.0
import { linkSync, rmSync } from "node:fs";
import { errorCode, Failure } from "../failure.js";
import { type Deadline, remaining, sleep } from "./clock.js";
import { isRunning, type ProcessId, self } from "./processes.js";
import { type RuntimeDir, readText, writePrivate } from "./runtime-dir.js";

/**
 * Lets one `up` at a time work in a runtime directory. The lock is a file that names its holder, linked into place so
 * that it appears whole; a lock whose holder is gone is taken over.
 *
 * @throws Failure if another `up` still holds it at the deadline
 * @returns a function that releases the lock
 */
export async function acquire(dir: RuntimeDir, deadline: Deadline): Promise<() => void> {
  const mine = `${dir.lock}.${process.pid}`;
  writePrivate(mine, JSON.stringify(self()));
  try {
    for (;;) {
      if (tryLink(mine, dir.lock)) return () => rmSync(dir.lock, { force: true });
      const holder = readHolder(dir);
      if (holder !== null && !isRunning(holder)) rmSync(dir.lock, { force: true });
      else if (remaining(deadline) === 0) {
        throw new Failure("Another `spacetail up` is still at work. Wait for it, or run `spacetail down`.");
      } else await sleep(10);
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  }
}

function readHolder(dir: RuntimeDir): ProcessId | null {
  const text = readText(dir.lock);
  if (text === null) return null;
  try {
    return JSON.parse(text) as ProcessId;
  } catch {
    return { pid: 0, start: "" };
  }
}
