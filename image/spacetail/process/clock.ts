// SPDX-License-Identifier: Apache-2.0

/** A point in time by which something must be done. */
export interface Deadline {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** How long it was when it was set, in milliseconds; for messages. */
  readonly totalMs: number;
}

export function deadlineIn(ms: number): Deadline {
  return { at: Date.now() + ms, totalMs: ms };
}

/** Milliseconds that are left; never negative. */
export function remaining(deadline: Deadline): number {
  return Math.max(0, deadline.at - Date.now());
}

/** The result of `work`, or null if it takes longer than `ms`. The work itself goes on. */
export function within<T>(work: Promise<T | null>, ms: number): Promise<T | null> {
  return new Promise<T | null>((resolve, reject) => {
    const timer = setTimeout(() => resolve(null), ms);
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
