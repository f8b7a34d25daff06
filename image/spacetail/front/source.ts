// SPDX-License-Identifier: Apache-2.0
import type { Connection } from "../platform/net.js";

/** What a connection sends, with the bytes kept that were read and not used yet. */
export interface Source {
  /** All bytes that have come and have not been taken. */
  readonly bytes: () => Buffer;
  /** Takes the first of them. */
  readonly take: (count: number) => Buffer;
  /** Waits for more; false when the other side has sent its last. Calls at the same time share one read. */
  readonly more: () => Promise<boolean>;
}

export function sourceOf(connection: Connection, early: Buffer): Source {
  let bytes = early;
  let pending: Promise<boolean> | null = null;
  // No async function: in the native build each that waits has a stack of its own, and idle clients are many.
  const read = (): Promise<boolean> =>
    connection.read().then(
      (next) => {
        pending = null;
        if (next === null) return false;
        bytes = bytes.length === 0 ? next : Buffer.concat([bytes, next]);
        return true;
      },
      (error: unknown) => {
        pending = null;
        throw error;
      },
    );
  return {
    bytes: () => bytes,
    take: (count) => {
      const taken = bytes.subarray(0, count);
      bytes = bytes.subarray(count);
      return taken;
    },
    more: () => {
      if (pending === null) pending = read();
      return pending;
    },
  };
}

/** No bytes. */
export const NOTHING: Buffer = Buffer.alloc(0);
