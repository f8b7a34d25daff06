// SPDX-License-Identifier: Apache-2.0
import { closeSync, openSync, readSync, statSync } from "node:fs";

/** How much is read at once. Bytes. */
const CHUNK = 65_536;

/** A text file that somebody else appends lines to. */
export interface GrowingFile {
  /** The size of the file; -1 if there is none. Bytes. */
  readonly size: () => number;
  /** The complete lines that are new; the last time also what comes after them. */
  readonly lines: (isLast: boolean) => string[];
  /** Takes the first bytes of the file as read, and all that came before as gone. */
  readonly skip: (bytes: number) => void;
}

export function growingFile(path: string): GrowingFile {
  let at = 0;
  let rest: Buffer = Buffer.alloc(0);
  return {
    size: () => sizeOf(path),
    lines: (isLast) => {
      const size = sizeOf(path);
      // The file has begun anew.
      if (size < at) {
        at = 0;
        rest = Buffer.alloc(0);
      }
      if (size > at) {
        const more = readFrom(path, at);
        at += more.length;
        rest = Buffer.concat([rest, more]);
      }
      const end = isLast ? rest.length : rest.lastIndexOf(10) + 1;
      const text = rest.subarray(0, end).toString("utf8");
      rest = rest.subarray(end);
      return text === "" ? [] : (text.endsWith("\n") ? text.slice(0, -1) : text).split("\n");
    },
    skip: (bytes) => {
      at = bytes;
      rest = Buffer.alloc(0);
    },
  };
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return -1;
  }
}

function readFrom(path: string, at: number): Buffer {
  const parts: Buffer[] = [];
  const file = openSync(path, "r");
  try {
    const buffer = Buffer.alloc(CHUNK);
    for (let position = at; ; ) {
      const count = readSync(file, buffer, 0, CHUNK, position);
      if (count === 0) return Buffer.concat(parts);
      parts.push(Buffer.from(buffer.subarray(0, count)));
      position += count;
    }
  } finally {
    closeSync(file);
  }
}
