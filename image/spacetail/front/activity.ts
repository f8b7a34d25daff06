// SPDX-License-Identifier: Apache-2.0

/** How many connections carry something at the moment. A restart of the node would interrupt them. */
export interface Activity {
  readonly isIdle: () => boolean;
  /** Counts something until its {@link end}. */
  readonly begin: () => void;
  readonly end: () => void;
}

export function activity(): Activity {
  let count = 0;
  return {
    isIdle: () => count === 0,
    begin: () => {
      count += 1;
    },
    end: () => {
      count -= 1;
    },
  };
}
