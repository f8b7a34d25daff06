// SPDX-License-Identifier: Apache-2.0
import { linkSync, rmSync } from "node:fs";
import { errorCode, Failure } from "../failure.js";
import { type Deadline, remaining, sleep } from "./clock.js";
import { isRunning, type ProcessId, self } from "./processes.js";
import { type RuntimeDir, readText, writePrivate } from "./runtime-dir.js";

/**
 * Lets one `up` at a time work in a runtime directory. The lock is a file that names its holder, linked into place so
 * that it appears whole.
 *
 * The lock of a dead holder is never taken away, because somebody else may do the same at the same time and take away
 * the new one. Its heir is whoever links a second file, named after the dead holder; should the heir die too, a third
 * file is named after him, and so on.
 *
 * @throws Failure if another `up` still holds it at the deadline
 * @returns a function that releases the lock
 */
export async function acquire(dir: RuntimeDir, deadline: Deadline): Promise<() => void> {
  const me = self();
  const mine = `${dir.lock}.${me.pid}`;
  writePrivate(mine, JSON.stringify(me));
  try {
    for (;;) {
      const { end } = chainOf(dir.lock);
      if (tryLink(mine, end)) {
        if (chainOf(dir.lock).end === end) return () => release(dir.lock, me);
        // The chain was released between a look at it and the link.
        rmSync(end, { force: true });
      } else if (remaining(deadline) === 0) {
        throw new Failure("Another `spacetail up` is still at work. Wait for it, or run `spacetail down`.");
      } else await sleep(10);
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

interface Chain {
  /** The files of dead holders, in the order of inheritance. */
  readonly dead: readonly string[];
  /** The file that is held or free. */
  readonly end: string;
}

function chainOf(lock: string): Chain {
  const dead: string[] = [];
  let end = lock;
  for (;;) {
    const holder = readHolder(end);
    if (holder === null || isRunning(holder) || dead.includes(end)) return { dead, end };
    dead.push(end);
    end = `${lock}.${holder.pid}-${holder.start}`;
  }
}

/** Removes the chain, unless it came into other hands. Its head goes first: what does not begin there is no lock. */
function release(lock: string, me: ProcessId): void {
  const { dead, end } = chainOf(lock);
  if (readText(end) !== JSON.stringify(me)) return;
  for (const path of dead) rmSync(path, { force: true });
  rmSync(end, { force: true });
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

function readHolder(path: string): ProcessId | null {
  const text = readText(path);
  if (text === null) return null;
  try {
    return JSON.parse(text) as ProcessId;
  } catch {
    return { pid: 0, start: "" };
  }
}
