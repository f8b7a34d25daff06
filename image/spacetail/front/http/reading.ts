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
 * Reads a head, which begins a message, if all of it has come; null if more must come. What an async function costs the
 * native build is most of the price of a small request, and heads usually come whole.
 *
 * @param longest how many bytes it may have
 */
export function readHeadAtOnce(source: Source, longest: number): Read | null {
  return look(source, longest, 0).read;
}

/** Reads a head, however long it takes to come. */
export function readHead(source: Source, longest: number): Promise<Read> {
  const { read, line } = look(source, longest, 0);
  return read === null ? readRest(source, longest, line) : Promise.resolve(read);
}

async function readRest(source: Source, longest: number, begun: number): Promise<Read> {
  let line = begun;
  while (await source.more()) {
    const seen = look(source, longest, line);
    if (seen.read !== null) return seen.read;
    line = seen.line;
  }
  return { head: null, isTooLong: false };
}

/** Looks for the end of a head from a line on that has begun. */
function look(source: Source, longest: number, line: number): { read: Read | null; line: number } {
  // A client may end the body before with a line end too many (RFC 9112, section 2.2).
  if (line === 0) skipEmptyLines(source);
  const bytes = source.bytes();
  const found = headEnd(bytes, line);
  if (found.end > longest || (found.end < 0 && bytes.length > longest))
    return { read: { head: null, isTooLong: true }, line };
  if (found.end >= 0) return { read: { head: source.take(found.end), isTooLong: false }, line };
  return { read: null, line: found.line };
}

function skipEmptyLines(source: Source): void {
  const bytes = source.bytes();
  let count = 0;
  while (byteAt(bytes, count) === CR && byteAt(bytes, count + 1) === LF) count += 2;
  if (count > 0) source.take(count);
}
