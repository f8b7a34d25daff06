// SPDX-License-Identifier: Apache-2.0
import { scrambled } from "./mutate.js";
import type { Random } from "./random.js";

const NAMES = [
  "db.corp.test",
  "DB.corp.test",
  "alias.corp.test",
  "corp.test",
  "test",
  "",
  "x".repeat(63),
  "a.".repeat(126),
];

/** A reply of a name server, most of which is right. */
export function dnsReply(random: Random): Buffer {
  const counts = [random.once(9) ? random.below(3) : 1, random.below(4), random.once(2) ? 1 : 0, 0];
  const flags = [0x81, random.pick([0x80, 0x80, 0x80, 0x83, 0x82, 0x00])];
  // What the header says may be more or less than there is.
  const told = random.once(12) ? counts.map(() => random.pick([0, 1, 255, 65_535])) : counts;
  const parts: Buffer<ArrayBuffer>[] = [
    Buffer.from([0, 1, ...flags, ...told.flatMap((count) => [count >> 8, count & 255])]),
  ];
  let at = 12;
  const add = (bytes: Buffer<ArrayBuffer>): void => {
    parts.push(bytes);
    at += bytes.length;
  };
  for (let i = 0; i < (counts[0] ?? 0); i += 1) {
    add(nameOf(random, at));
    add(Buffer.from([0, 1, 0, 1]));
  }
  for (let i = 0; i < (counts[1] ?? 0) + (counts[2] ?? 0); i += 1) add(recordOf(random, at, i >= (counts[1] ?? 0)));
  const bytes = Buffer.concat(parts);
  return random.once(3) ? scrambled(random, bytes) : bytes;
}

function recordOf(random: Random, at: number, isAuthority: boolean): Buffer<ArrayBuffer> {
  const name = nameOf(random, at);
  const type = isAuthority ? random.pick([6, 6, 6, 2]) : random.pick([1, 1, 28, 28, 5, 5, 16, 257]);
  const data = dataOf(random, type, at + name.length + 10);
  const length = random.once(12) ? random.pick([0, 3, 4, 16, 255, 65_535]) : data.length;
  const ttl = random.pick([
    [0, 0, 0, 60],
    [0, 0, 0, 0],
    [255, 255, 255, 255],
    [127, 255, 255, 255],
  ]);
  const fixed = [type >> 8, type & 255, 0, random.once(9) ? 3 : 1, ...ttl, length >> 8, length & 255];
  return Buffer.concat([name, Buffer.from(fixed), data]);
}

function dataOf(random: Random, type: number, at: number): Buffer<ArrayBuffer> {
  if (type === 1) return Buffer.from([100, 64, 0, random.byte()]);
  if (type === 28) return Buffer.from(Array.from({ length: 16 }, () => random.byte()));
  if (type === 5) return nameOf(random, at);
  const names = Buffer.concat([nameOf(random, at), nameOf(random, at)]);
  return Buffer.concat([names, Buffer.from(Array.from({ length: 20 }, () => random.byte()))]);
}

/** A name in labels, which may end in a pointer: to the question, to itself, forward, or out of the message. */
function nameOf(random: Random, at: number): Buffer<ArrayBuffer> {
  if (random.once(3)) return pointer(random.pick([12, 12, 12, at, at + 2, 0, 11, 16_383]));
  const labels = random
    .pick(NAMES)
    .split(".")
    .filter((label) => label !== "")
    .map((label) => Buffer.from([random.once(40) ? random.byte() : label.length, ...Buffer.from(label)]));
  const end = random.once(6) ? pointer(random.pick([12, at, at + 1, 16_383])) : Buffer.from([0]);
  return Buffer.concat([...labels, end]);
}

function pointer(to: number): Buffer<ArrayBuffer> {
  return Buffer.from([0xc0 | ((to >> 8) & 0x3f), to & 255]);
}
