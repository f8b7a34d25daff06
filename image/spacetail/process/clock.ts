// SPDX-License-Identifier: Apache-2.0
import { CodedError } from "../errors/failure.js";

/** A point in time by which something must be done. */
export interface Deadline {
  /** On the clock of {@link now}. */
  readonly at: number;
  /** How far away it was when it was set, in milliseconds; for messages. */
  readonly totalMs: number;
}

/** The longest time a timer can take; longer limits have no effect. Milliseconds, some 24 days. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Milliseconds on a clock that only goes forward: the machine's own may be set while we wait. */
export function now(): number {
  return performance.now();
}

export function deadlineIn(ms: number): Deadline {
  return { at: now() + ms, totalMs: ms };
}

/** Whole milliseconds that are left; never negative. */
export function remaining(deadline: Deadline): number {
  return Math.max(0, Math.ceil(deadline.at - now()));
}

/** {@link remaining} for a request: after the deadline it gets a millisecond, in which to fail in its usual way. */
export function timeLeft(deadline: Deadline): number {
  return Math.max(1, remaining(deadline));
}

/** The result of `work`, or null if it takes longer than `ms`. The work itself goes on. */
export function within<T>(work: Promise<T | null>, ms: number): Promise<T | null> {
  return new Promise<T | null>((resolve, reject) => {
    // Timers may fire a moment early, and a caller that looks at its deadline would then find some time left.
    const timer = setTimeout(() => resolve(null), Math.min(ms + 1, LONGEST_TIMER_MS));
    work.then(
      (result) => {
        clearTimeout(timer);
        resolve(result);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}

/**
 * The result of `work`; rejects with ETIMEDOUT and the message if it takes longer than `ms`. The work itself goes on.
 */
export function limited<T>(work: Promise<T>, ms: number, message: string): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => reject(new CodedError("ETIMEDOUT", message)), Math.min(ms + 1, LONGEST_TIMER_MS));
    work.then(
      (result) => {
        clearTimeout(timer);
        resolve(result);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}

export function sleep(ms: number): Promise<void> {
  return new Promise<void>((resolve) => {
    setTimeout(() => resolve(), ms);
  });
}
