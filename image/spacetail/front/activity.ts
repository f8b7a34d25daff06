// SPDX-License-Identifier: Apache-2.0

/** How many connections carry something at the moment. A restart of the node would interrupt them. */
export interface Activity {
  readonly isIdle: () => boolean;
  /** Counts a piece of work while it lasts. */
  readonly during: <T>(work: Promise<T>) => Promise<T>;
}

export function activity(): Activity {
  let count = 0;
  return {
    isIdle: () => count === 0,
    during: (work) => {
      count += 1;
      return work.then(
        (result) => {
          count -= 1;
          return result;
        },
        (error: unknown) => {
          count -= 1;
          throw error;
        },
      );
    },
  };
}
