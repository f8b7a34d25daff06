// SPDX-License-Identifier: Apache-2.0
import type { Random } from "./random.js";

/** A text of which one character is one byte, cut where its grammar has a joint. */
export type Pieces = readonly string[];

/** Bytes that parsers treat in ways of their own. */
const BYTES = '\0\t\n\v\r "#%,:;=?@[]{}\\/_-.0159Aaz\x7f\x80\xff';

/** Numbers at the limits of types and of checks. */
const NUMBERS = [
  ..."0 1 2 7 63 64 255 256 8192 8193 65535 65536 2147483647 2147483648 4294967295 4294967296".split(" "),
  ..."9007199254740991 9007199254740992 999999999999999 1000000000000000 18446744073709551616 1e9 -1 +1 0x10 00".split(
    " ",
  ),
];

/** Changes a few pieces of one of the seeds. */
export function mutated(random: Random, seeds: readonly Pieces[], words: readonly string[]): string[] {
  const pieces = [...random.pick(seeds)];
  // Most cases are nearly right, because what is wrong at once goes no further than the first check.
  let count = random.once(8) ? 0 : 1;
  while (count > 0 && count < 12 && random.once(2)) count += 1;
  for (let i = 0; i < count; i += 1) mutate(random, pieces, seeds, words);
  return pieces;
}

function mutate(random: Random, pieces: string[], seeds: readonly Pieces[], words: readonly string[]): void {
  const at = random.below(pieces.length + 1);
  const piece = pieces[at] ?? "";
  switch (random.below(12)) {
    case 0:
      pieces.splice(at, 1);
      return;
    case 1:
      pieces.splice(at, 0, piece);
      return;
    case 2:
    case 3:
      pieces.splice(at, 0, random.pick(words));
      return;
    case 4:
      pieces.splice(at, 1, random.pick(words));
      return;
    case 5: {
      const other = random.pick(seeds);
      pieces.splice(at, pieces.length, ...other.slice(random.below(other.length)));
      return;
    }
    case 6: {
      const to = random.below(pieces.length + 1);
      pieces.splice(to, 0, ...pieces.splice(at, 1));
      return;
    }
    case 7:
      // Long enough for every limit, and rare, because it takes long.
      pieces.splice(
        at,
        0,
        piece.repeat(Math.min(random.once(20) ? 9000 : 40, Math.ceil(100_000 / (piece.length + 1)))),
      );
      return;
    case 8:
      pieces.splice(
        at,
        1,
        piece.replace(/\d+/, () => random.pick(NUMBERS)),
      );
      return;
    case 9:
      pieces.splice(at, 1, random.once(2) ? piece.toUpperCase() : piece.toLowerCase());
      return;
    default:
      pieces.splice(at, 1, withOtherByte(random, piece));
  }
}

function withOtherByte(random: Random, piece: string): string {
  const at = random.below(piece.length + 1);
  const byte = random.once(2) ? random.pick([...BYTES]) : String.fromCharCode(random.byte());
  switch (random.below(4)) {
    case 0:
      return piece.slice(0, at);
    case 1:
      return piece.slice(0, at) + piece.slice(at + 1);
    case 2:
      return piece.slice(0, at) + byte + piece.slice(at);
    default:
      return piece.slice(0, at) + byte + piece.slice(at + 1);
  }
}

/** Changes some of the bytes themselves. */
export function scrambled(random: Random, bytes: Buffer): Buffer {
  const changed = Buffer.from(bytes);
  for (let i = random.below(4); i > 0 && changed.length > 0; i -= 1) {
    changed[random.below(changed.length)] = random.once(2)
      ? random.byte()
      : random.pick([0, 1, 63, 64, 127, 128, 192, 255]);
  }
  return random.once(6) ? changed.subarray(0, random.below(changed.length + 1)) : changed;
}
