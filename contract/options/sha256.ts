// SPDX-License-Identifier: Apache-2.0
// SHA-256, because the contract imports nothing. Source: FIPS 180-4, sections 5.1.1, 5.3.3 and 6.2.
import { utf8Bytes } from "./base64.js";

const PRIMES = primes(64);

/** The first bits of the fractional part of a number. */
const fraction = (x: number) => ((x - Math.floor(x)) * 2 ** 32) | 0;

const ROUND_CONSTANTS = PRIMES.map((prime) => fraction(Math.cbrt(prime)));
const INITIAL = PRIMES.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));

/** The SHA-256 of a text in UTF-8, in hexadecimal digits. */
export function sha256(text: string): string {
  const bytes = padded(utf8Bytes(text));
  let state = INITIAL;
  for (let at = 0; at < bytes.length; at += 64) state = compressed(state, bytes.slice(at, at + 64));
  return state.map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}

/** The message with a one, zeros and its length in bits after it: whole blocks of 64 bytes. */
function padded(message: readonly number[]): number[] {
  const zeros = (119 - (message.length % 64)) % 64;
  const bits = message.length * 8;
  const length = [0, 0, 0, Math.floor(bits / 2 ** 32), bits >>> 24, bits >>> 16, bits >>> 8, bits];
  return [...message, 0x80, ...Array<number>(zeros).fill(0), ...length.map((byte) => byte & 255)];
}

function compressed(state: readonly number[], block: readonly number[]): number[] {
  const words = schedule(block);
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let round = 0; round < 64; round += 1) {
    const choice = (e & f) ^ (~e & g);
    const first = h + (rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)) + choice + word(ROUND_CONSTANTS, round);
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const second = (rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) + majority;
    const sum = (first + word(words, round)) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + sum) | 0, c, b, a, (sum + second) | 0];
  }
  return [a, b, c, d, e, f, g, h].map((one, i) => (one + word(state, i)) | 0);
}

function schedule(block: readonly number[]): number[] {
  const words: number[] = [];
  for (let i = 0; i < 64; i += 1) words.push(i < 16 ? bigEndian(block, i * 4) : next(words, i));
  return words;
}

function next(words: readonly number[], i: number): number {
  const [x, y] = [word(words, i - 15), word(words, i - 2)];
  const small = rotated(x, 7) ^ rotated(x, 18) ^ (x >>> 3);
  const large = rotated(y, 17) ^ rotated(y, 19) ^ (y >>> 10);
  return (word(words, i - 16) + small + word(words, i - 7) + large) | 0;
}

function bigEndian(bytes: readonly number[], at: number): number {
  return (word(bytes, at) << 24) | (word(bytes, at + 1) << 16) | (word(bytes, at + 2) << 8) | word(bytes, at + 3);
}

function rotated(x: number, by: number): number {
  return (x >>> by) | (x << (32 - by));
}

function word(words: readonly number[], at: number): number {
  return words[at] ?? 0;
}

function primes(count: number): number[] {
  const found: number[] = [];
  for (let n = 2; found.length < count; n += 1) if (found.every((prime) => n % prime !== 0)) found.push(n);
  return found;
}
