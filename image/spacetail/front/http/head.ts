// SPDX-License-Identifier: Apache-2.0
import { byteAt, CR, isBlank, isText, isToken, isVisible, LF, lowerTextOf, textOf, withoutBlanks } from "../bytes.js";
import { Malformed } from "./malformed.js";

/** A line of a head below the first one. */
export interface Field {
  /** In lower case. */
  readonly name: string;
  /** As it came, without its line end. One character is one byte. */
  readonly line: string;
}

/** Everything of a request but its body. */
export interface RequestHead {
  readonly method: string;
  /** The request target as it came. */
  readonly target: string;
  /** The minor version: 0 or 1, for HTTP/1.0 and HTTP/1.1. */
  readonly minor: number;
  readonly fields: readonly Field[];
}

/** Everything of a response but its body. */
export interface ResponseHead {
  readonly status: number;
  readonly minor: number;
  /** The first line as it came. */
  readonly line: string;
  readonly fields: readonly Field[];
}

/**
 * Looks for the end of a head, which is an empty line.
 *
 * @param from where a line begins: 0, or what an earlier call on fewer bytes answered
 * @returns `end` is the offset behind the empty line, or -1; then `line` is where to look on
 */
export function headEnd(bytes: Buffer, from: number): { end: number; line: number } {
  let line = from;
  for (;;) {
    const newline = bytes.indexOf(LF, line);
    if (newline < 0) return { end: -1, line };
    if (newline === line || (newline === line + 1 && byteAt(bytes, line) === CR)) return { end: newline + 1, line };
    line = newline + 1;
  }
}

/**
 * Reads the head of a request.
 *
 * @param bytes all of it, with the empty line at its end
 * @throws Malformed if it is not exactly of the form of RFC 9112
 */
export function parseRequestHead(bytes: Buffer): RequestHead {
  const end = lineEnd(bytes, 0, true);
  const one = bytes.indexOf(32);
  const two = one < 0 ? -1 : bytes.indexOf(32, one + 1);
  if (one < 0 || two < 0 || two > end || !isToken(bytes, 0, one) || !isVisible(bytes, one + 1, two)) {
    throw new Malformed("the request line is malformed");
  }
  const minor = minorVersion(textOf(bytes, two + 1, end));
  if (minor < 0) throw new Malformed("the request is not HTTP/1");
  const [method, target] = [textOf(bytes, 0, one), textOf(bytes, one + 1, two)];
  return { method, target, minor, fields: parseFields(bytes, end + 2, true) };
}

/**
 * Reads the head of a response. Lines may end without a carriage return, and continue the line above if they begin with
 * a blank, because some servers write them so.
 *
 * @param bytes all of it, with the empty line at its end
 * @throws Malformed if the rest is not exactly of the form of RFC 9112
 */
export function parseResponseHead(bytes: Buffer): ResponseHead {
  const end = lineEnd(bytes, 0, false);
  const line = textOf(bytes, 0, end);
  const minor = minorVersion(line.slice(0, 8));
  const status = numberIn(line.slice(9, 12), 3);
  // The text behind the number may be missing, and so may the blank in front of it.
  const isSeparated = line.charAt(8) === " " && (line.length === 12 || line.charAt(12) === " ");
  if (minor < 0 || status < 100 || !isSeparated || !isText(bytes, 0, end)) {
    throw new Malformed("the status line is malformed");
  }
  return { status, minor, line, fields: parseFields(bytes, nextLine(bytes, end), false) };
}

/**
 * Reads fields up to the empty line.
 *
 * @param from where the first line begins
 * @param strict whether lines must end with a carriage return and a line feed, and none may continue another
 * @throws Malformed for a line that is not a field
 */
export function parseFields(bytes: Buffer, from: number, strict: boolean): Field[] {
  const fields: Field[] = [];
  let line = from;
  for (;;) {
    const end = lineEnd(bytes, line, strict);
    if (end === line) return fields;
    const above = fields[fields.length - 1];
    if (!strict && above !== undefined && isBlank(byteAt(bytes, line)) && isText(bytes, line, end)) {
      // As RFC 9112, section 5.2, has proxies do it.
      fields[fields.length - 1] = {
        name: above.name,
        line: `${above.line} ${withoutBlanks(textOf(bytes, line, end))}`,
      };
      line = nextLine(bytes, end);
      continue;
    }
    const colon = bytes.indexOf(58, line);
    // A blank at the beginning would continue the line above, and one in front of the colon is read in two ways.
    if (colon < 0 || colon > end || !isToken(bytes, line, colon)) throw new Malformed("a header line is malformed");
    if (!isText(bytes, colon, end)) throw new Malformed("a header has a control character");
    fields.push({ name: lowerTextOf(bytes, line, colon), line: textOf(bytes, line, end) });
    line = nextLine(bytes, end);
  }
}

/** What a field says, without the blanks around it. */
export function textOfField(field: Field): string {
  return withoutBlanks(field.line.slice(field.name.length + 1));
}

/** The values of all fields of a name. */
export function valuesOf(fields: readonly Field[], name: string): string[] {
  const values: string[] = [];
  for (const field of fields) if (field.name === name) values.push(textOfField(field));
  return values;
}

/** The elements of all fields of a name that hold lists, such as Connection; in lower case. */
export function tokensOf(fields: readonly Field[], name: string): string[] {
  const tokens: string[] = [];
  for (const value of valuesOf(fields, name)) {
    for (const token of value.split(",")) {
      const word = withoutBlanks(token).toLowerCase();
      if (word !== "") tokens.push(word);
    }
  }
  return tokens;
}

/** A number in decimal digits, at most `longest` of them; -1 for any other text. */
export function numberIn(text: string, longest: number): number {
  if (text === "" || text.length > longest) return -1;
  let value = 0;
  for (let i = 0; i < text.length; i += 1) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** Where the text of a line ends: at its line feed, or at the carriage return in front of that. */
function lineEnd(bytes: Buffer, from: number, strict: boolean): number {
  const newline = bytes.indexOf(LF, from);
  const hasCr = newline > from && byteAt(bytes, newline - 1) === CR;
  if (newline < 0 || (strict && !hasCr)) throw new Malformed("a line does not end with CR LF");
  return hasCr ? newline - 1 : newline;
}

/** Where the line begins that follows one with this {@link lineEnd}. */
function nextLine(bytes: Buffer, end: number): number {
  return byteAt(bytes, end) === CR ? end + 2 : end + 1;
}

function minorVersion(text: string): number {
  if (text === "HTTP/1.1") return 1;
  return text === "HTTP/1.0" ? 0 : -1;
}
