// SPDX-License-Identifier: Apache-2.0

import { byteAt, CR, LF } from "../bytes.js";
import type { Source } from "../source.js";
import { headEnd } from "./head.js";

/** What a stream begins with. */
export interface Read {
  /** The bytes of a head with the empty line at its end; null if the stream ended, or the head is too long. */
  readonly head: Buffer | null;
  readonly isTooLong: boolean;
}

/**
 * Reads a head, which begins a message.
 *
 * @param longest how many bytes it may have
 */
export async function readHead(source: Source, longest: number): Promise<Read> {
  let line = 0;
  for (;;) {
    // A client may end the body before with a line end too many (RFC 9112, section 2.2).
    if (line === 0) skipEmptyLines(source);
    const bytes = source.bytes();
    const found = headEnd(bytes, line);
    if (found.end > longest || (found.end < 0 && bytes.length > longest)) return { head: null, isTooLong: true };
    if (found.end >= 0) return { head: source.take(found.end), isTooLong: false };
    line = found.line;
    if (!(await source.more())) return { head: null, isTooLong: false };
  }
}

function skipEmptyLines(source: Source): void {
  const bytes = source.bytes();
  let count = 0;
  while (byteAt(bytes, count) === CR && byteAt(bytes, count + 1) === LF) count += 2;
  if (count > 0) source.take(count);
}
