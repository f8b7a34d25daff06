// SPDX-License-Identifier: Apache-2.0
import { CodedError } from "../errors/failure.js";
import type { Connection } from "../platform/net.js";

/** Reads the messages of a protocol from a connection, and keeps what comes after them. */
export interface Reader {
  /** Exactly so many bytes; rejects with ECONNRESET if the connection ends before. */
  readonly exactly: (count: number) => Promise<Buffer>;
  /** The bytes up to an empty line, with it; rejects if it does not come within `most` bytes. */
  readonly head: (most: number) => Promise<Buffer>;
  /** What has come after that. The reader must not be used any more. */
  readonly rest: () => Buffer;
}

const EMPTY_LINE = Buffer.from("\r\n\r\n");

export function readerOf(connection: Connection): Reader {
  let buffered: Buffer = Buffer.alloc(0);
  const more = async (): Promise<void> => {
    const chunk = await connection.read();
    if (chunk === null) throw new CodedError("ECONNRESET", "the connection was closed");
    buffered = buffered.length === 0 ? chunk : Buffer.concat([buffered, chunk]);
  };
  const take = (count: number): Buffer => {
    const taken = buffered.subarray(0, count);
    buffered = buffered.subarray(count);
    return taken;
  };
  return {
    exactly: async (count) => {
      while (buffered.length < count) await more();
      return take(count);
    },
    head: async (most) => {
      for (;;) {
        const end = buffered.indexOf(EMPTY_LINE);
        if (end >= 0) return take(end + EMPTY_LINE.length);
        if (buffered.length > most) throw new CodedError("EPROTO", "the answer is too long");
        await more();
      }
    },
    rest: () => take(buffered.length),
  };
}
