// SPDX-License-Identifier: Apache-2.0
import type { FinalState } from "./result.js";

/** Ends a run before it has gone through all its phases. */
export class Ended extends Error {
  constructor(
    public readonly state: FinalState,
    /** Why, in one line; null where the state says it. */
    public readonly reason: string | null,
  ) {
    super(reason ?? state);
  }
}

/** How a part of a run ends the run: FINISHED unless it throws {@link Ended}. Other errors are passed on. */
export async function endOf(part: () => Promise<void>): Promise<Ended> {
  try {
    await part();
    return new Ended("FINISHED", null);
  } catch (error) {
    if (error instanceof Ended) return error;
    throw error;
  }
}
