// SPDX-License-Identifier: Apache-2.0
import { byteAt, CR, isText, isToken, LF } from "../bytes.js";
import type { Framing } from "./framing.js";
import { Malformed } from "./malformed.js";

/** Finds the end of a body while its bytes pass by. */
export interface BodyScanner {
  /**
   * Takes the next bytes.
   *
   * @returns how many of them belong to the body
   * @throws Malformed if a chunk has not exactly the form of RFC 9112, section 7.1
   */
  readonly take: (bytes: Buffer) => number;
  /** Whether the body is complete. A body that lasts until the connection is closed never is. */
  readonly isComplete: () => boolean;
}

/** Sizes that JavaScript's numbers hold exactly have at most as many hexadecimal digits. */
const LONGEST_SIZE = 13;

/** How long the line with a chunk's size and extensions, or a line of the trailers, may be. Bytes. */
const LONGEST_LINE = 8192;

/** How long all trailers may be together. Bytes. */
const LONGEST_TRAILERS = 65_536;

export function bodyScanner(framing: Framing): BodyScanner {
  return framing.kind === "chunked" ? chunkScanner() : lengthScanner(framing);
}

function lengthScanner({ kind, length }: Framing): BodyScanner {
  let left = kind === "until-close" ? Number.POSITIVE_INFINITY : length;
  return {
    take: (bytes) => {
      const count = Math.min(left, bytes.length);
      left -= count;
      return count;
    },
    isComplete: () => left === 0,
  };
}

/** A chunked body is a line with a size, as many bytes and a line end, until the size is 0; then trailers. */
function chunkScanner(): BodyScanner {
  let state: "size" | "data" | "data-end" | "trailers" | "complete" = "size";
  /** What has come of a line that is not complete. */
  let line: Buffer = Buffer.alloc(0);
  let left = 0;
  let trailers = 0;
  /** Takes what belongs to the line; true when that is complete. `line` has no line end then. */
  const takeLine = (bytes: Buffer, from: number): { at: number; isWhole: boolean } => {
    const newline = bytes.indexOf(LF, from);
    const at = newline < 0 ? bytes.length : newline + 1;
    if (line.length + at - from > LONGEST_LINE) throw new Malformed("a line of a chunked body is too long");
    const piece = bytes.subarray(from, at);
    line = line.length === 0 ? Buffer.from(piece) : Buffer.concat([line, piece]);
    if (newline < 0) return { at, isWhole: false };
    if (byteAt(line, line.length - 2) !== CR) throw new Malformed("a line of a chunked body does not end with CR LF");
    line = line.subarray(0, line.length - 2);
    return { at, isWhole: true };
  };
  const endLine = (): void => {
    if (state === "size") {
      left = chunkSize(line);
      state = left === 0 ? "trailers" : "data";
    } else if (state === "data-end") {
      if (line.length > 0) throw new Malformed("a chunk is longer than its size");
      state = "size";
    } else {
      trailers += line.length;
      if (trailers > LONGEST_TRAILERS) throw new Malformed("the trailers are too long");
      if (line.length === 0) state = "complete";
      else checkTrailer(line);
    }
    line = Buffer.alloc(0);
  };
  return {
    take: (bytes) => {
      let at = 0;
      while (at < bytes.length && state !== "complete") {
        if (state === "data") {
          const count = Math.min(left, bytes.length - at);
          left -= count;
          at += count;
          if (left === 0) state = "data-end";
        } else {
          const taken = takeLine(bytes, at);
          at = taken.at;
          if (taken.isWhole) endLine();
        }
      }
      return at;
    },
    isComplete: () => state === "complete",
  };
}

/** The size in front of a chunk. Extensions may follow, which nobody needs to understand. */
function chunkSize(line: Buffer): number {
  let size = 0;
  let digits = 0;
  while (digits < line.length) {
    const digit = hexDigit(byteAt(line, digits));
    if (digit < 0) break;
    size = size * 16 + digit;
    digits += 1;
  }
  const isExtended = byteAt(line, digits) === 59;
  const isValid = digits > 0 && digits <= LONGEST_SIZE && (digits === line.length || isExtended);
  if (!isValid || !isText(line, digits, line.length)) throw new Malformed("the size of a chunk is malformed");
  return size;
}

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  if (byte >= 97 && byte <= 102) return byte - 87;
  return byte >= 65 && byte <= 70 ? byte - 55 : -1;
}

function checkTrailer(line: Buffer): void {
  const colon = line.indexOf(58);
  if (colon < 0 || !isToken(line, 0, colon) || !isText(line, colon, line.length)) {
    throw new Malformed("a trailer is malformed");
  }
}
