// SPDX-License-Identifier: Apache-2.0
import { closeSync, openSync, readSync } from "node:fs";

/** How much is read of the header, and of the segment in which the compiler's notes are. Bytes. */
const CHUNK = 65_536;

/** Of a segment: the kernel loads it; programs may write to it. */
const PT_LOAD = 1;
const PF_W = 2;

/**
 * The build tags of a Go program, which the compiler writes into its file; null if the file is not a Go program.
 *
 * Source of the format: Go 1.26, debug/buildinfo: the notes are at the beginning of the data segment.
 */
export function goBuildTags(path: string): string[] | null {
  try {
    const file = openSync(path, "r");
    try {
      const at = dataSegment(readAt(file, 0));
      return at < 0 ? null : tagsIn(readAt(file, at).toString("latin1"));
    } finally {
      closeSync(file);
    }
  } catch {
    return null;
  }
}

/** Where the first writable segment of a 64-bit ELF file begins; -1 if there is none. */
function dataSegment(header: Buffer): number {
  if (header.length < 64 || header.toString("latin1", 0, 5) !== "\x7fELF\x02") return -1;
  const table = header.readUInt32LE(32);
  const size = header.readUInt16LE(54);
  const count = header.readUInt16LE(56);
  for (let i = 0; i < count; i += 1) {
    const at = table + i * size;
    if (size < 16 || at + size > header.length) return -1;
    const isData = header.readUInt32LE(at) === PT_LOAD && (header.readUInt32LE(at + 4) & PF_W) !== 0;
    // Nothing of a program that people run is beyond 4 GiB.
    if (isData) return header.readUInt32LE(at + 8);
  }
  return -1;
}

function tagsIn(notes: string): string[] | null {
  if (!notes.includes("Go buildinf:")) return null;
  const mark = "\nbuild\t-tags=";
  const at = notes.indexOf(mark);
  if (at < 0) return [];
  const rest = notes.slice(at + mark.length);
  const end = rest.indexOf("\n");
  return (end < 0 ? rest : rest.slice(0, end)).split(",");
}

function readAt(file: number, position: number): Buffer {
  const buffer = Buffer.alloc(CHUNK);
  return buffer.subarray(0, readSync(file, buffer, 0, CHUNK, position));
}
