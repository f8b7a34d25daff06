// SPDX-License-Identifier: Apache-2.0
import { shellQuote } from "../../../contract/wire/shell.js";

/** Names and values of variables. */
export type Values = Readonly<Record<string, string | undefined>>;

/**
 * Undoes the exports of the hooks in an environment file: records that say `name=value` for one of `exported` are
 * removed, or get the value back that the run had before. Everything else stays.
 *
 * Spacelift writes the environment of a phase to a file for the phases after it, in a format that is not documented.
 * Three forms are understood: `NAME=value` as env(1) prints it, `export NAME='value'` as dash and ash print it, and
 * `declare -x NAME="value"` as bash does.
 *
 * A value may span lines and contain a line that looks like one of those records. Quoted forms say where they end. The
 * plain form does not, and its names may contain any character, as those of bash functions do; there the present
 * environment decides: where the text continues exactly like the present value of a variable, that value is one record.
 *
 * @param text the file
 * @param exported the variables that the hooks exported, with their values
 * @param before the values to put back; a variable that is absent is removed
 * @param present the environment now
 */
export function undoExports(text: string, exported: Values, before: Values, present: Values): string {
  let out = "";
  let at = 0;
  while (at < text.length) {
    const { prefix, name, value, end } = readRecord(text, at, present);
    const isExported = name !== "" && exported[name] === value;
    const original = isExported ? before[name] : undefined;
    if (original !== undefined) out += `${prefix}${name}=${prefix === "" ? original : shellQuote(original)}\n`;
    else if (!isExported) out += text.slice(at, end);
    at = end;
  }
  return out;
}

interface EnvironmentRecord {
  /** `export ` or `declare -x `, which quote the value; empty for the plain form. */
  readonly prefix: string;
  /** Empty for a line that is not a record. */
  readonly name: string;
  readonly value: string;
  /** Offset behind the record and its newline. */
  readonly end: number;
}

function readRecord(text: string, at: number, present: Values): EnvironmentRecord {
  const lineEnd = endOfLine(text, at);
  const prefix = ["export ", "declare -x "].find((one) => text.startsWith(one, at)) ?? "";
  const start = at + prefix.length;
  const nameEnd = prefix === "" ? text.indexOf("=", start) : endOfName(text, start);
  if (nameEnd <= start || nameEnd >= lineEnd || text.charAt(nameEnd) !== "=")
    return { prefix, name: "", value: "", end: lineEnd };
  const name = text.slice(start, nameEnd);
  if (prefix !== "") {
    const word = readWord(text, nameEnd + 1);
    if (word === null) return { prefix, name: "", value: "", end: lineEnd };
    return { prefix, name, value: word.value, end: word.end };
  }
  const known = present[name];
  if (known?.includes("\n") && text.startsWith(known, nameEnd + 1)) {
    // The last record may end with the file.
    const end = nameEnd + 1 + known.length;
    if (end === text.length) return { prefix, name, value: known, end };
    if (text.charAt(end) === "\n") return { prefix, name, value: known, end: end + 1 };
  }
  const stop = text.charAt(lineEnd - 1) === "\n" ? lineEnd - 1 : lineEnd;
  return { prefix, name, value: text.slice(nameEnd + 1, stop), end: lineEnd };
}

/**
 * Reads one shell word that ends with its line: any sequence of 'single', "double" and $'ANSI C' quoted parts,
 * backslash escapes and plain characters. Null if a quote is not closed.
 */
function readWord(text: string, at: number): { value: string; end: number } | null {
  let value = "";
  let i = at;
  while (i < text.length) {
    const char = text.charAt(i);
    if (char === "\n") return { value, end: i + 1 };
    if (char === "'") {
      const close = text.indexOf("'", i + 1);
      if (close < 0) return null;
      value += text.slice(i + 1, close);
      i = close + 1;
    } else if (char === '"') {
      const part = readDouble(text, i + 1);
      if (part === null) return null;
      value += part.value;
      i = part.end;
    } else if (char === "$" && text.charAt(i + 1) === "'") {
      const part = readAnsi(text, i + 2);
      if (part === null) return null;
      value += part.value;
      i = part.end;
    } else if (char === "\\" && i + 1 < text.length) {
      value += text.charAt(i + 1);
      i += 2;
    } else {
      value += char;
      i += 1;
    }
  }
  return { value, end: i };
}

/** Reads to the end of double quotes, where a backslash escapes only `$`, backquote, `"`, itself and a newline. */
function readDouble(text: string, at: number): { value: string; end: number } | null {
  let value = "";
  let i = at;
  while (i < text.length) {
    const char = text.charAt(i);
    const next = text.charAt(i + 1);
    if (char === '"') return { value, end: i + 1 };
    if (char === "\\" && next !== "" && '$`"\\'.includes(next)) {
      value += next;
      i += 2;
    } else if (char === "\\" && next === "\n") {
      i += 2;
    } else {
      value += char;
      i += 1;
    }
  }
  return null;
}

/** Reads to the end of $'...', which bash uses for values with control characters. */
function readAnsi(text: string, at: number): { value: string; end: number } | null {
  let value = "";
  let i = at;
  while (i < text.length) {
    const char = text.charAt(i);
    if (char === "'") return { value, end: i + 1 };
    if (char !== "\\") {
      value += char;
      i += 1;
      continue;
    }
    const next = text.charAt(i + 1);
    const octal = next >= "0" && next <= "7" ? text.slice(i + 1, i + 4) : "";
    if (octal !== "") {
      value += String.fromCharCode(Number(`0o${octal}`));
      i += 1 + octal.length;
    } else {
      value += ANSI_ESCAPES[next] ?? next;
      i += 2;
    }
  }
  return null;
}

const ANSI_ESCAPES: Values = { n: "\n", t: "\t", r: "\r", a: "\x07", b: "\b", f: "\f", v: "\v", E: "\x1b" };

function endOfLine(text: string, at: number): number {
  const newline = text.indexOf("\n", at);
  return newline < 0 ? text.length : newline + 1;
}

function endOfName(text: string, at: number): number {
  let i = at;
  while (i < text.length && isNameChar(text.charAt(i), i === at)) i += 1;
  return i;
}

function isNameChar(char: string, first: boolean): boolean {
  if ((char >= "A" && char <= "Z") || (char >= "a" && char <= "z") || char === "_") return true;
  return !first && char >= "0" && char <= "9";
}
