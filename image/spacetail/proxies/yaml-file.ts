// SPDX-License-Identifier: Apache-2.0
import { countOf } from "../../../contract/wire/characters.js";
import type { Change, Part, Visitor } from "./file-variable.js";
import { isName } from "./line-file.js";

/** A line without its ending. */
interface Line {
  readonly text: string;
  readonly ending: string;
  /** How many blanks it begins with. */
  readonly indent: number;
}

const NO_LINE: Line = { text: "", ending: "", indent: 0 };

/** An entry `key: value`, perhaps over several lines. */
interface Entry {
  readonly key: string;
  readonly value: string;
  /** The first line up to the value. */
  readonly lead: string;
  /** How many lines it has. */
  readonly count: number;
  /** False for a value that is no text, or one that is not understood. */
  readonly isText: boolean;
}

/** True if the first line that says something can only be YAML: `key: value`, `key:` or `- element`. */
export function looksLikeYaml(text: string): boolean {
  const first = linesOf(text).find((line) => !isSilent(line));
  if (first === undefined) return false;
  const rest = first.text.slice(first.indent);
  if (rest === "-" || rest.startsWith("- ")) return true;
  const key = readKey(first.text, first.indent);
  return key !== null && !key.value.includes(" ") && !key.value.includes("=");
}

/**
 * Visits a YAML text and returns it with the changes. Variables may be entries of mappings at any depth, elements
 * `NAME=value` of lists, or elements with a name and a value. Values in flow style are left alone.
 */
export function editYaml(text: string, visitor: Visitor): string {
  const lines = linesOf(text);
  let out = "";
  let at = 0;
  while (at < lines.length) {
    const { count, shown } = readBlock(lines, at, visitor);
    out += shown;
    at += count;
  }
  return out;
}

/** Some lines, and what stands for them in the end. */
interface Block {
  readonly count: number;
  readonly shown: string;
}

function readBlock(lines: readonly Line[], at: number, visitor: Visitor): Block {
  const line = lines[at];
  if (line === undefined || isSilent(line)) return { count: 1, shown: textOf(lines, at, 1) };
  const rest = line.text.slice(line.indent);
  if (rest.startsWith("- ")) return readElement(lines, at, visitor);
  const entry = readEntry(lines, at, line.indent);
  if (entry === null || !entry.isText) {
    const count = entry === null ? 1 : entry.count;
    const whole = textOf(lines, at, count);
    // A key without a value has its own entries below.
    if (entry === null || entry.value !== "") visitor.other(whole);
    return { count, shown: whole };
  }
  return changed(lines, at, entry, visitor.variable(entry.key, entry.value));
}

/** Reads an element of a list: `- NAME=value`, or a mapping that begins behind the dash. */
function readElement(lines: readonly Line[], at: number, visitor: Visitor): Block {
  const { text, indent } = lines[at] ?? NO_LINE;
  const inner = indent + 1 + countOf(text.slice(indent + 1), " ");
  const scalar = readScalar(lines, at, inner, indent);
  if (readKey(text, inner) === null) {
    const equals = scalar.value.indexOf("=");
    const name = scalar.value.slice(0, Math.max(0, equals));
    if (!isName(name)) return { count: scalar.count, shown: textOf(lines, at, scalar.count) };
    const change = visitor.variable(name, scalar.value.slice(equals + 1));
    const entry = { key: name, value: "", lead: text.slice(0, inner), count: scalar.count, isText: true };
    const to = change.kind === "set" ? { kind: change.kind, value: `${name}=${change.value}` } : change;
    return changed(lines, at, entry, to);
  }
  // All entries of the element, each with the line that it begins at.
  const entries: Entry[] = [];
  const starts: number[] = [];
  let next = at;
  while (next < lines.length) {
    const line = lines[next];
    const isInside = line !== undefined && line.indent === inner && !isSilent(line);
    const entry = next === at || isInside ? readEntry(lines, next, inner) : null;
    if (entry === null) break;
    entries.push(entry);
    starts.push(next);
    next += entry.count;
  }
  const name = entries.find((one) => one.key.toLowerCase() === "name" || one.key.toLowerCase() === "key");
  const valueAt = entries.findIndex((one) => one.key.toLowerCase() === "value");
  const value = entries[valueAt];
  const isWhole = next >= lines.length || (lines[next]?.indent ?? 0) <= indent;
  if (name === undefined || value === undefined || !isWhole) {
    const first = entries[0];
    const count = first === undefined ? 1 : first.count;
    const whole = textOf(lines, at, count);
    if (entries.length > 1 || first === undefined || !first.isText) {
      if (first !== undefined && first.value !== "") visitor.other(whole);
      return { count, shown: whole };
    }
    return changed(lines, at, first, visitor.variable(first.key, first.value));
  }
  const change = visitor.variable(name.value, value.value);
  const count = next - at;
  if (change.kind === "keep") return { count, shown: textOf(lines, at, count) };
  if (change.kind === "remove") return { count, shown: "" };
  const start = starts[valueAt] ?? at;
  const own = changed(lines, start, value, change).shown;
  const after = start + value.count;
  return { count, shown: `${textOf(lines, at, start - at)}${own}${textOf(lines, after, next - after)}` };
}

function changed(lines: readonly Line[], at: number, entry: Entry, change: Change): Block {
  const { count, lead } = entry;
  if (change.kind === "remove") return { count, shown: "" };
  if (change.kind === "keep") return { count, shown: textOf(lines, at, count) };
  const ending = lines[at + count - 1]?.ending ?? "";
  return { count, shown: `${lead}${JSON.stringify(change.value)}${ending === "" ? "\n" : ending}` };
}

/** The entry whose key begins at a column of a line; null if there is none. */
function readEntry(lines: readonly Line[], at: number, column: number): Entry | null {
  const { text } = lines[at] ?? NO_LINE;
  const key = readKey(text, column);
  if (key === null) return null;
  const valueAt = key.end + countOf(text.slice(key.end), " ");
  const { value, count, isText } = readScalar(lines, at, valueAt, column);
  return { key: key.value, value, lead: text.slice(0, valueAt), count, isText };
}

/** A key and where what follows its colon begins; null if there is no key. */
function readKey(text: string, at: number): Part | null {
  const quote = text.charAt(at);
  const quoted = quote === '"' || quote === "'" ? readQuoted(text, at) : null;
  if (quoted !== null) {
    const isKey = text.startsWith(": ", quoted.end) || text.slice(quoted.end) === ":";
    return isKey ? { value: quoted.value, end: quoted.end + 1 } : null;
  }
  const colon = text.indexOf(": ", at);
  const end = colon >= 0 ? colon : text.endsWith(":") ? text.length - 1 : -1;
  return end <= at || quote === "{" || quote === "[" ? null : { value: text.slice(at, end), end: end + 1 };
}

/** A value of one or more lines. */
interface Scalar {
  readonly value: string;
  readonly count: number;
  readonly isText: boolean;
}

/** The value that begins at a column of a line and belongs to a key or dash at the column `parent`. */
function readScalar(lines: readonly Line[], at: number, column: number, parent: number): Scalar {
  const rest = (lines[at]?.text ?? "").slice(column);
  const char = rest.charAt(0);
  if (char === "" || char === "#") return { value: "", count: 1, isText: false };
  const count = 1 + deeper(lines, at + 1, parent);
  const more = lines.slice(at + 1, at + count).map((line) => line.text);
  if (char === "|" || char === ">") {
    const texts = more.map((line) => line.trim());
    return { value: texts.join("\n").trim(), count, isText: true };
  }
  if (char === '"' || char === "'") {
    const quoted = readQuoted([rest].concat(more).join("\n"), 0);
    if (quoted === null) return { value: rest, count: 1, isText: false };
    // What is in quotes may be indented less than its key.
    const lineCount = [rest].concat(more).join("\n").slice(0, quoted.end).split("\n").length;
    return { value: quoted.value, count: lineCount, isText: true };
  }
  if ("{[&*!".includes(char)) return { value: rest, count, isText: false };
  const texts = [withoutComment(rest)].concat(more.map((line) => withoutComment(line.trim())));
  return { value: texts.join(" ").trim(), count, isText: true };
}

/** How many lines from one on are indented more than a column; silent lines between them count. */
function deeper(lines: readonly Line[], from: number, column: number): number {
  let count = 0;
  for (let i = from; i < lines.length; i += 1) {
    const line = lines[i];
    if (line === undefined) break;
    if (line.text.trim() === "") continue;
    if (line.indent <= column) break;
    count = i - from + 1;
  }
  return count;
}

/** Reads a text in single or double quotes, which may have line breaks in it; null if it never ends. */
function readQuoted(text: string, at: number): Part | null {
  const quote = text.charAt(at);
  let value = "";
  let i = at + 1;
  while (i < text.length) {
    const char = text.charAt(i);
    if (char === quote && quote === "'" && text.charAt(i + 1) === "'") {
      value += "'";
      i += 2;
    } else if (char === quote) return { value, end: i + 1 };
    else if (char === "\\" && quote === '"') {
      const isBreak = text.charAt(i + 1) === "\n";
      value += isBreak ? "" : text.charAt(i + 1);
      i += isBreak ? 2 + countOf(text.slice(i + 2), " ") : 2;
    } else {
      value += char;
      i += 1;
    }
  }
  return null;
}

function withoutComment(text: string): string {
  const at = text.indexOf(" #");
  return at < 0 ? text : text.slice(0, at);
}

/** True for a line without a key or an element: a comment, the beginning of a document, or nothing. */
function isSilent({ text, indent }: Line): boolean {
  const rest = text.slice(indent);
  return rest.trim() === "" || rest.startsWith("#") || rest === "---" || rest === "..." || rest.startsWith("%");
}

function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  let at = 0;
  while (at < text.length) {
    const newline = text.indexOf("\n", at);
    const end = newline < 0 ? text.length : newline + 1;
    const stop = newline < 0 ? end : text.charAt(newline - 1) === "\r" && newline > at ? newline - 1 : newline;
    const line = text.slice(at, stop);
    lines.push({ text: line, ending: text.slice(stop, end), indent: countOf(line, " ") });
    at = end;
  }
  return lines;
}

function textOf(lines: readonly Line[], at: number, count: number): string {
  return lines
    .slice(at, at + count)
    .map((line) => `${line.text}${line.ending}`)
    .join("");
}
