// SPDX-License-Identifier: Apache-2.0
import { consistsOf, countOf, DIGITS, LETTERS } from "../../../contract/wire/characters.js";
import { shellQuote } from "../../../contract/wire/shell.js";
import type { Values, Visitor } from "./file-variable.js";
import { readWord } from "./shell-word.js";

/**
 * Visits a file with a variable on each line, in any mixture of these forms, and returns it with the changes:
 *
 * - `NAME=value` as env(1) prints it, or with the value in quotes;
 * - `export NAME='value'` as dash and ash print it, `declare -x NAME="value"` as bash does, `typeset -x` as ksh does.
 *
 * Lines may end in `\r\n`. A value may span lines and contain a line that looks like a variable. Quotes say where they
 * end. The plain form does not, and its names may contain any character, as those of bash functions do; there the
 * present environment decides: where the text continues exactly like the present value of a variable, that value is one
 * record.
 *
 * @param present the environment now
 */
export function editLines(text: string, present: Values, visitor: Visitor): string {
  let out = "";
  let at = 0;
  while (at < text.length) {
    const { lead, name, value, isQuoted, valueEnd, end } = readRecord(text, at, present);
    const whole = text.slice(at, end);
    if (name === "") visitor.other(whole);
    const change = name === "" ? null : visitor.variable(name, value);
    if (change === null || change.kind === "keep") out += whole;
    else if (change.kind === "set") {
      out += `${lead}${name}=${isQuoted ? shellQuote(change.value) : change.value}${lineEnding(text, valueEnd, end)}`;
    }
    at = end;
  }
  return out;
}

/** Visits a file whose records have the form `NAME=value` and end with a NUL, and returns it with the changes. */
export function editNulRecords(text: string, visitor: Visitor): string {
  let out = "";
  let at = 0;
  while (at < text.length) {
    const nul = text.indexOf("\0", at);
    const stop = nul < 0 ? text.length : nul;
    const end = nul < 0 ? stop : nul + 1;
    const equals = text.indexOf("=", at);
    const isRecord = equals > at && equals < stop;
    if (!isRecord) visitor.other(text.slice(at, stop));
    const change = isRecord ? visitor.variable(text.slice(at, equals), text.slice(equals + 1, stop)) : null;
    if (change === null || change.kind === "keep") out += text.slice(at, end);
    else if (change.kind === "set") out += `${text.slice(at, equals + 1)}${change.value}${text.slice(stop, end)}`;
    at = end;
  }
  return out;
}

interface LineRecord {
  /** `export ` or the like; empty for the plain form. */
  readonly lead: string;
  /** Empty for a line that is not a record. */
  readonly name: string;
  readonly value: string;
  /** True if the value is written for a shell. */
  readonly isQuoted: boolean;
  /** Offset behind the value. */
  readonly valueEnd: number;
  /** Offset behind the record and its line ending. */
  readonly end: number;
}

function readRecord(text: string, at: number, present: Values): LineRecord {
  const next = nextLine(text, at);
  const stop = endOfLine(text, next);
  const unknown = { lead: "", name: "", value: "", isQuoted: false, valueEnd: stop, end: next };
  const lead = leadOf(text, at);
  const start = at + lead.length;
  const nameEnd = lead === "" ? text.indexOf("=", start) : start + countOf(text.slice(start, stop), NAME_CHARS);
  if (nameEnd <= start || nameEnd >= next || text.charAt(nameEnd) !== "=") return unknown;
  const name = text.slice(start, nameEnd);
  const valueAt = nameEnd + 1;
  const word = lead !== "" || (isName(name) && "'\"".includes(text.charAt(valueAt))) ? readWord(text, valueAt) : null;
  if (lead !== "") {
    if (word === null || word.isLoose) return unknown;
    return { lead, name, value: word.value, isQuoted: true, valueEnd: word.end, end: nextLine(text, word.end) };
  }
  const raw = text.slice(valueAt, stop);
  const known = present[name];
  if (known?.includes("\n") && text.startsWith(known, valueAt)) {
    // The last record may end with the file.
    const end = valueAt + known.length;
    const isWhole = end === text.length || text.charAt(end) === "\n" || text.startsWith("\r\n", end);
    if (isWhole) return { lead, name, value: known, isQuoted: false, valueEnd: end, end: nextLine(text, end) };
  }
  // A value may also begin with a quote that means itself.
  if (word !== null && !word.isLoose && endsInQuote(text, word.end, text.charAt(valueAt)) && known !== raw) {
    return { lead, name, value: word.value, isQuoted: true, valueEnd: word.end, end: nextLine(text, word.end) };
  }
  return { lead, name, value: raw, isQuoted: false, valueEnd: stop, end: next };
}

const NAME_CHARS = `${LETTERS}${DIGITS}_`;

/** True for what can be the name of a variable in every shell. */
export function isName(text: string): boolean {
  return consistsOf(text, NAME_CHARS) && !DIGITS.includes(text.charAt(0));
}

/** `export `, or `declare` or `typeset` with flags of which one is `x`; empty if the line begins with none of them. */
function leadOf(text: string, at: number): string {
  if (text.startsWith("export ", at)) return "export ";
  const word = ["declare -", "typeset -"].find((one) => text.startsWith(one, at)) ?? "";
  if (word === "") return "";
  const rest = text.slice(at + word.length, at + word.length + 20);
  const flags = rest.slice(0, countOf(rest, LETTERS));
  return flags.includes("x") && rest.startsWith(`${flags} `) ? `${word}${flags} ` : "";
}

function endsInQuote(text: string, end: number, quote: string): boolean {
  return text.charAt(end - 1) === quote;
}

/** The offset behind the line ending that comes next. */
function nextLine(text: string, at: number): number {
  const newline = text.indexOf("\n", at);
  return newline < 0 ? text.length : newline + 1;
}

/** The offset of the line ending before `next`. */
function endOfLine(text: string, next: number): number {
  if (text.charAt(next - 1) !== "\n") return next;
  return text.charAt(next - 2) === "\r" ? next - 2 : next - 1;
}

/** The line ending of a record, or a newline for the last one without. */
function lineEnding(text: string, valueEnd: number, end: number): string {
  return valueEnd === end ? "\n" : text.slice(valueEnd, end);
}
