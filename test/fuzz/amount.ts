// SPDX-License-Identifier: Apache-2.0
/** The same cases on every machine. Others are tried with another number: SEED=7. A failure prints the one it had. */
export const SEED = Number(process.env.SEED ?? "20261126");

/** How long to go on: for so many cases, or for so many seconds with each part of the executable. */
export interface Amount {
  readonly cases?: number;
  readonly seconds?: number;
}

/** What says whether to go on, after so many cases. */
export function goOnFor({
  cases = Number.POSITIVE_INFINITY,
  seconds = Number.POSITIVE_INFINITY,
}: Amount): (n: number) => boolean {
  const end = Date.now() + seconds * 1000;
  return (count) => count < cases && Date.now() < end;
}
