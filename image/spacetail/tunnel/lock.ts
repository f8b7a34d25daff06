// SPDX-License-Identifier: Apache-2.0
import { linkSync, rmSync } from "node:fs";
import { errorCode, Failure } from "../errors/failure.js";
import { type Deadline, remaining, sleep } from "../process/clock.js";
import { readText, writePrivate } from "../process/files.js";
import { isProcessId, isRunning, isSame, type ProcessId, thisProcess } from "../process/processes.js";

/** The processes of a machine, as a lock sees them. */
export interface Holders {
  /** The process that asks for the lock. */
  readonly self: ProcessId;
  readonly running: (id: ProcessId) => boolean;
}

/** The processes of this machine. */
export function realHolders(): Holders {
  return { self: thisProcess(), running: isRunning };
}

/**
 * Lets one `up` at a time work in a runtime directory. The lock is a file that names its holder, linked into place so
 * that it appears with its content. (flock(2) would be simpler, but Node cannot call it.)
 *
 * The lock of a dead holder is never removed: two processes could do so at the same time, and the second would remove
 * the lock that the first has just taken. Instead, whoever links a file named after the dead holder succeeds it. If the
 * successor dies too, the next file is named after the successor, and so on.
 *
 * @param path the lock file
 * @throws Failure if another `up` still holds the lock at the deadline
 * @returns a function that releases the lock
 */
export async function acquire(path: string, { self, running }: Holders, deadline: Deadline): Promise<() => void> {
  const own = `${path}.${self.pid}`;
  writePrivate(own, JSON.stringify(self));
  try {
    for (;;) {
      const { end } = chainOf(path, running);
      if (tryLink(own, end)) {
        if (chainOf(path, running).end === end) return () => release(path, self, running);
        // The chain was released after its end was read, so the file that was just linked is not part of it.
        rmSync(end, { force: true });
      } else if (remaining(deadline) === 0) {
        throw new Failure("Another `spacetail up` is still running. Wait for it, or run `spacetail down`.");
      } else await sleep(10);
    }
  } finally {
    rmSync(own, { force: true });
  }
}

/** Whether a process that is running holds the lock. */
export function isHeld(path: string, running: (id: ProcessId) => boolean): boolean {
  return readHolder(chainOf(path, running).end) !== null;
}

/** Waits until nobody holds the lock; false if somebody still does at the deadline. */
export async function isReleased(path: string, running: Holders["running"], deadline: Deadline): Promise<boolean> {
  while (isHeld(path, running)) {
    if (remaining(deadline) === 0) return false;
    await sleep(10);
  }
  return true;
}

interface Chain {
  /** The files of dead holders, each succeeded by the next. */
  readonly dead: readonly string[];
  /** The file of the present holder; missing if the lock is free. */
  readonly end: string;
}

function chainOf(path: string, running: (id: ProcessId) => boolean): Chain {
  const dead: string[] = [];
  let end = path;
  for (;;) {
    const holder = readHolder(end);
    if (holder === null || running(holder) || dead.includes(end)) return { dead, end };
    dead.push(end);
    end = `${path}.${holder.pid}-${holder.start}`;
  }
}

/**
 * Removes the chain, unless someone else holds the lock now. The first file goes first: without it there is no lock.
 */
function release(path: string, self: ProcessId, running: (id: ProcessId) => boolean): void {
  const { dead, end } = chainOf(path, running);
  const holder = readHolder(end);
  if (holder === null || !isSame(holder, self)) return;
  for (const file of dead) rmSync(file, { force: true });
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

/** The holder that a lock file names; null if there is no such file, and nobody if it is malformed. */
function readHolder(path: string): ProcessId | null {
  const text = readText(path);
  if (text === null) return null;
  try {
    const holder = JSON.parse(text) as ProcessId;
    return isProcessId(holder) ? holder : { pid: 0, start: "" };
  } catch {
    return { pid: 0, start: "" };
  }
}
