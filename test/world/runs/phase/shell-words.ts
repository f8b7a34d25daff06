// SPDX-License-Identifier: Apache-2.0

/** A word read from shell text, and where the text goes on after it. */
export interface ShellWord {
  readonly value: string;
  readonly end: number;
}

/**
 * Reads one word as a POSIX shell or bash quotes it in its listings: bare characters, `'...'`, `"..."`, `$'...'` and
 * backslashes, in any mixture. It ends at blank space outside quotes.
 *
 * @throws when a quote is not closed
 */
export function readWord(text: string, start: number): ShellWord {
  let value = "";
  let at = start;
  while (at < text.length && !/\s/.test(text.charAt(at))) {
    const part = readPart(text, at);
    value += part.value;
    at = part.end;
  }
  return { value, end: at };
}

function readPart(text: string, at: number): ShellWord {
  const first = text.charAt(at);
  if (first === "'") return singleQuoted(text, at + 1);
  if (first === '"') return doubleQuoted(text, at + 1);
  if (first === "$" && text.charAt(at + 1) === "'") return ansiQuoted(text, at + 2);
  if (first === "\\") return { value: text.charAt(at + 1), end: at + 2 };
  return { value: first, end: at + 1 };
}

function singleQuoted(text: string, start: number): ShellWord {
  const end = text.indexOf("'", start);
  if (end < 0) throw new Error("a single quote is not closed");
  return { value: text.slice(start, end), end: end + 1 };
}

/** Inside double quotes a backslash is special only before these. */
const ESCAPED_IN_DOUBLE_QUOTES = '$`"\\';

function doubleQuoted(text: string, start: number): ShellWord {
  let value = "";
  for (let at = start; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '"') return { value, end: at + 1 };
    const next = text.charAt(at + 1);
    if (char !== "\\" || next === "") value += char;
    else {
      at++;
      // A backslash before a newline joins the lines.
      if (next !== "\n") value += ESCAPED_IN_DOUBLE_QUOTES.includes(next) ? next : `\\${next}`;
    }
  }
  throw new Error("a double quote is not closed");
}

const ANSI_ESCAPES: Readonly<Record<string, number>> = { a: 7, b: 8, e: 27, E: 27, f: 12, n: 10, r: 13, t: 9, v: 11 };

/** bash's `$'...'`. Octal and hexadecimal escapes name bytes; bash writes other than ASCII characters with them. */
function ansiQuoted(text: string, start: number): ShellWord {
  const bytes: Buffer[] = [];
  let at = start;
  while (at < text.length) {
    const char = text.charAt(at);
    if (char === "'") return { value: Buffer.concat(bytes).toString("utf8"), end: at + 1 };
    if (char !== "\\") {
      const whole = String.fromCodePoint(text.codePointAt(at) ?? 0);
      bytes.push(Buffer.from(whole));
      at += whole.length;
      continue;
    }
    const number = /^\\(?:([0-7]{1,3})|x([0-9A-Fa-f]{1,2}))/.exec(text.slice(at, at + 4));
    const next = text.charAt(at + 1);
    if (number !== null) {
      const code = number[1] === undefined ? Number.parseInt(number[2] ?? "0", 16) : Number.parseInt(number[1], 8);
      bytes.push(Buffer.from([code & 0xff]));
      at += number[0].length;
    } else {
      const code = ANSI_ESCAPES[next];
      bytes.push(code === undefined ? Buffer.from(next) : Buffer.from([code]));
      at += 2;
    }
  }
  throw new Error("a $' quote is not closed");
}
