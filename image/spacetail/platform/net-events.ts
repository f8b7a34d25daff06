// SPDX-License-Identifier: Apache-2.0

// Bound to image/native/events.c by image/native/ffi.json.
declare function netHold(callback: (id: number, result: number, text: string) => void): void;
declare function netRelease(callback: (id: number, result: number, text: string) => void): void;

/** What happens with an event: its result, and what else it says. */
export type Happened = (result: number, text: string) => void;

interface Waiter {
  readonly happened: Happened;
}

const waiters = new Map<number, Waiter>();
let lastId = 0;
let holds = 0;

/** A number for a socket, a look-up, a relay or a handover of the native build. */
export function newId(): number {
  lastId += 1;
  return lastId;
}

/** Keeps the process alive until {@link unhold} has been called as often. */
export function hold(): void {
  holds += 1;
  if (holds === 1) netHold(dispatch);
}

export function unhold(): void {
  holds -= 1;
  if (holds === 0) netRelease(dispatch);
}

/**
 * Calls `happened` with the next event for `id`, once. The process stays alive until then. Call this before the event
 * can happen.
 */
export function expectEvent(id: number, happened: Happened): void {
  hold();
  waiters.set(id, { happened });
}

/** Expects no event for `id` any more. */
export function forgetEvent(id: number): void {
  if (waiters.delete(id)) unhold();
}

const dispatch = (id: number, result: number, text: string): void => {
  const waiter = waiters.get(id);
  if (waiter === undefined) return;
  waiters.delete(id);
  waiter.happened(result, text);
  unhold();
};
