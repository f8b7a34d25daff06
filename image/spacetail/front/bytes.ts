// SPDX-License-Identifier: Apache-2.0
import { DIGITS, LETTERS } from "../../../contract/wire/characters.js";

export const CR = 13;
export const LF = 10;

const TOKEN = 1;
const TEXT = 2;

/** What each byte may be part of, because heads are read byte by byte; null until the first is. */
let classes: Buffer | null = null;

/** The byte at an offset; 0 outside, where reading would end the native build. */
export function byteAt(bytes: Buffer, at: number): number {
  return at >= 0 && at < bytes.length ? bytes.readUInt8(at) : 0;
}

/** True if the range is not empty and a token (RFC 9110, section 5.6.2), as methods and the names of fields are. */
export function isToken(bytes: Buffer, from: number, to: number): boolean {
  return from < to && allOf(bytes, from, to, TOKEN);
}

/** True if the range has no control character but tabs. */
export function isText(bytes: Buffer, from: number, to: number): boolean {
  return allOf(bytes, from, to, TEXT);
}

/** True if the range is not empty and has neither control characters nor blanks. */
export function isVisible(bytes: Buffer, from: number, to: number): boolean {
  if (from >= to || !allOf(bytes, from, to, TEXT)) return false;
  for (let i = from; i < to; i += 1) if (isBlank(byteAt(bytes, i))) return false;
  return true;
}

/** True for a blank or a tab, the only white space that a line may have. */
export function isBlank(byte: number): boolean {
  return byte === 32 || byte === 9;
}

/** A number in hexadecimal digits, which the native build cannot write itself. */
export function hex(value: number): string {
  const digits = "0123456789abcdef";
  let text = "";
  let left = value;
  do {
    text = digits.charAt(left % 16) + text;
    left = Math.floor(left / 16);
  } while (left > 0);
  return text;
}

/** A range as text in which one character is one byte. */
export function textOf(bytes: Buffer, from: number, to: number): string {
  return bytes.subarray(from, to).toString("latin1");
}

/** The same in lower case. toLowerCase of the native build knows all of Unicode, which takes its time. */
export function lowerTextOf(bytes: Buffer, from: number, to: number): string {
  const lower = Buffer.from(bytes.subarray(from, to));
  for (let i = 0; i < lower.length; i += 1) {
    const byte = byteAt(lower, i);
    if (byte >= 65 && byte <= 90) lower[i] = byte + 32;
  }
  return lower.toString("latin1");
}

/** A text without the blanks and tabs around it. */
export function withoutBlanks(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && isBlank(text.charCodeAt(from))) from += 1;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to -= 1;
  return text.slice(from, to);
}

function allOf(bytes: Buffer, from: number, to: number, wanted: number): boolean {
  const table = classes ?? classesOfBytes();
  for (let i = from; i < to; i += 1) if ((byteAt(table, byteAt(bytes, i)) & wanted) === 0) return false;
  return true;
}

function classesOfBytes(): Buffer {
  const table = Buffer.alloc(256);
  const tokens = `${LETTERS}${DIGITS}!#$%&'*+-.^_\`|~`;
  for (let byte = 0; byte < 256; byte += 1) {
    const isControl = (byte < 32 && byte !== 9) || byte === 127;
    table[byte] = isControl ? 0 : TEXT;
  }
  for (let i = 0; i < tokens.length; i += 1) table[tokens.charCodeAt(i)] = TEXT | TOKEN;
  classes = table;
  return table;
}
