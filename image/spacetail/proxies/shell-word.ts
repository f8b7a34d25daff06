// SPDX-License-Identifier: Apache-2.0
import type { Part, Values } from "./file-variable.js";

/** A word of a shell at the end of a line. */
export interface Word extends Part {
  /** True if there is more than one word, or a value that only some shells read as one. */
  readonly isLoose: boolean;
}

/**
 * Reads one shell word that ends with its line: any sequence of 'single', "double" and $'ANSI C' quoted parts,
 * backslash escapes and plain characters. `end` is where the line ends. Null if a quote is not closed.
 */
export function readWord(text: string, at: number): Word | null {
  let value = "";
  let isLoose = false;
  let i = at;
  while (i < text.length) {
    const char = text.charAt(i);
    if (char === "\n" || text.startsWith("\r\n", i)) break;
    const part = readPart(text, i);
    if (part === null) return null;
    if (char === " " || char === "\t" || char === ";") isLoose = true;
    value += part.value;
    i = part.end;
  }
  return { value, end: i, isLoose };
}

function readPart(text: string, at: number): Part | null {
  const char = text.charAt(at);
  if (char === "'") {
    const close = text.indexOf("'", at + 1);
    return close < 0 ? null : { value: text.slice(at + 1, close), end: close + 1 };
  }
  if (char === '"') return readDouble(text, at + 1);
  if (char === "$" && text.charAt(at + 1) === "'") return readAnsi(text, at + 2);
  if (char === "\\" && at + 1 < text.length) return { value: text.charAt(at + 1), end: at + 2 };
  return { value: char, end: at + 1 };
}

/** Reads to the end of double quotes, where a backslash escapes only `$`, backquote, `"`, itself and a newline. */
function readDouble(text: string, at: number): Part | null {
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
function readAnsi(text: string, at: number): Part | null {
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
