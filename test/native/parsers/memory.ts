// SPDX-License-Identifier: Apache-2.0
import type { Connection } from "../../../image/spacetail/platform/net.js";

/** A connection whose other side has said everything already, and reads all that it gets. */
export interface MemoryConnection {
  readonly connection: Connection;
  /** What was written to it. */
  readonly written: () => Buffer;
}

let count = 0;

/** @param chunks what the other side sends, as it arrives */
export function memoryConnection(chunks: readonly Buffer[]): MemoryConnection {
  const written: Buffer[] = [];
  let next = 0;
  let isClosed = false;
  count += 1;
  const connection: Connection = {
    id: count,
    read: async () => {
      const chunk = isClosed ? undefined : chunks[next];
      next += 1;
      return chunk === undefined ? null : chunk;
    },
    readable: (then) => {
      setTimeout(then, 0);
    },
    write: async (bytes) => {
      // The real ones copy what they cannot send at once.
      if (!isClosed) written.push(Buffer.from(bytes));
    },
    end: () => {},
    close: () => {
      isClosed = true;
    },
  };
  return { connection, written: () => Buffer.concat(written) };
}

/** Cuts bytes into pieces as a network might. `kind` decides on the sizes: all at once, single bytes, or in between. */
export function chunksOf(bytes: Buffer, kind: number): Buffer[] {
  if (kind === 0) return bytes.length === 0 ? [] : [bytes];
  const chunks: Buffer[] = [];
  let at = 0;
  let size = kind;
  while (at < bytes.length) {
    // Single bytes are what parsers forget most easily, and long inputs of them take too long.
    const length = bytes.length > 2000 ? 200 + size : 1 + (size % 7) * (kind % 3);
    chunks.push(bytes.subarray(at, at + length));
    at += length;
    size = (size * 5 + 3) % 61;
  }
  return chunks;
}
