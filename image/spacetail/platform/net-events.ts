// SPDX-License-Identifier: Apache-2.0

// Bound to image/native/events.c by image/native/ffi.json.
declare function netHold(callback: (id: number, result: number, text: string) => void): number;
declare function netRelease(callback: (id: number, result: number, text: string) => void): void;

/** What happens with an event: its result, and what else it says. */
export type Happened = (result: number, text: string) => void;

interface Waiter {
  readonly happened: Happened;
}

const waiters = new Map<number, Waiter>();
let lastId = 0;
let held = false;

/** A number for a socket, a look-up or a relay of the native build. */
export function newId(): number {
  lastId += 1;
  return lastId;
}

/**
 * Calls `happened` with the next event for `id`, once. The process stays alive until then. Call this before the event
 * can happen.
 *
 * @returns 0, or -errno if there can be no events
 */
export function expectEvent(id: number, happened: Happened): number {
  if (!held) {
    held = true;
    const problem = netHold(dispatch);
    if (problem < 0) {
      release();
      return problem;
    }
  }
  waiters.set(id, { happened });
  return 0;
}

/** Expects no event for `id` any more. */
export function forgetEvent(id: number): void {
  waiters.delete(id);
  release();
}

const dispatch = (id: number, result: number, text: string): void => {
  const waiter = waiters.get(id);
  if (waiter === undefined) return;
  waiters.delete(id);
  waiter.happened(result, text);
  release();
};

/** Lets the process end if nothing else keeps it. */
function release(): void {
  if (!held || waiters.size > 0) return;
  held = false;
  netRelease(dispatch);
}
