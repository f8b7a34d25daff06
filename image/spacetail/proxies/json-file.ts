// SPDX-License-Identifier: Apache-2.0
import { DIGITS, LETTERS } from "../../../contract/wire/characters.js";
import type { Change, Part, Visitor } from "./file-variable.js";

/** Deeper values are nobody's environment. */
const DEEPEST = 50;

/** What members are called that hold the name and the value of a variable. */
const NAME_MEMBERS: readonly string[] = ["name", "key", "Name", "Key"];
const VALUE_MEMBERS: readonly string[] = ["value", "Value"];

/**
 * Visits a JSON text and returns it with the changes, or null if it is not JSON. Variables may be members of objects,
 * texts `NAME=value` in lists, or objects with a name and a value in lists. There may be several JSON values.
 */
export function editJson(text: string, visitor: Visitor): string | null {
  let out = "";
  let at = 0;
  let count = 0;
  for (;;) {
    const start = afterBlanks(text, at);
    out += text.slice(at, start);
    if (start === text.length) return count > 0 ? out : null;
    const char = text.charAt(start);
    if (char !== "{" && char !== "[") return null;
    const value = readValue(text, start, visitor, 0);
    if (value === null) return null;
    out += value.out;
    at = value.end;
    count += 1;
  }
}

/** A value of JSON. */
interface Value {
  /** The value with the changes. */
  readonly out: string;
  readonly end: number;
  /** Of a text; null for other values. */
  readonly string: string | null;
  /** Of an object with the name and the value of a variable; null for other values. */
  readonly pair: Pair | null;
}

interface Pair {
  readonly name: string;
  readonly value: string;
  /** The object's text before and after the value. */
  readonly before: string;
  readonly after: string;
}

/** A member or element: what stands for it in the end, with the blanks around it; null if it is removed. */
interface Item {
  readonly out: string | null;
  readonly end: number;
  readonly name: string;
  readonly value: Value;
  /** How much of `out` comes before the value. */
  readonly valueAt: number;
}

function readValue(text: string, at: number, visitor: Visitor, depth: number): Value | null {
  const char = text.charAt(at);
  if (char === '"') {
    const string = readString(text, at);
    return string === null
      ? null
      : { out: text.slice(at, string.end), end: string.end, string: string.value, pair: null };
  }
  if (char === "{" || char === "[") return depth >= DEEPEST ? null : readItems(text, at, visitor, depth + 1);
  let end = at;
  while (end < text.length && `${LETTERS}${DIGITS}+-.`.includes(text.charAt(end))) end += 1;
  return end === at ? null : { out: text.slice(at, end), end, string: null, pair: null };
}

/** Reads an object or a list. */
function readItems(text: string, open: number, visitor: Visitor, depth: number): Value | null {
  const isObject = text.charAt(open) === "{";
  const close = isObject ? "}" : "]";
  const first = afterBlanks(text, open + 1);
  if (text.charAt(first) === close)
    return { out: text.slice(open, first + 1), end: first + 1, string: null, pair: null };
  const items: Item[] = [];
  let at = open + 1;
  for (;;) {
    const item = readItem(text, at, isObject, visitor, depth);
    if (item === null) return null;
    items.push(item);
    const char = text.charAt(item.end);
    at = item.end + 1;
    if (char === close) break;
    if (char !== ",") return null;
  }
  const kept: string[] = [];
  for (const item of items) if (item.out !== null) kept.push(item.out);
  const last = items[items.length - 1];
  // The line break before the bracket stays where it is.
  const isCut = last !== undefined && last.out === null;
  const inner = isCut ? `${withoutTrailingBlanks(kept.join(","))}${trailingBlanks(text, at - 1)}` : kept.join(",");
  return {
    out: `${text.charAt(open)}${inner}${close}`,
    end: at,
    string: null,
    pair: isObject && kept.length === items.length ? pairOf(items) : null,
  };
}

function readItem(text: string, at: number, isObject: boolean, visitor: Visitor, depth: number): Item | null {
  let valueAt = afterBlanks(text, at);
  let name = "";
  if (isObject) {
    const key = readString(text, valueAt);
    if (key === null) return null;
    name = key.value;
    const colon = afterBlanks(text, key.end);
    if (text.charAt(colon) !== ":") return null;
    valueAt = afterBlanks(text, colon + 1);
  }
  const value = readValue(text, valueAt, visitor, depth);
  if (value === null) return null;
  const end = afterBlanks(text, value.end);
  const before = text.slice(at, valueAt);
  const after = text.slice(value.end, end);
  const shown = changed(isObject ? name : null, value, visitor);
  return { out: shown === null ? null : `${before}${shown}${after}`, end, name, value, valueAt: before.length };
}

/** What stands for a value in the end; null if it goes away with its member or element. */
function changed(member: string | null, value: Value, visitor: Visitor): string | null {
  const { string, pair, out } = value;
  if (pair !== null && member === null) {
    return apply(
      visitor.variable(pair.name, pair.value),
      out,
      (to) => `${pair.before}${JSON.stringify(to)}${pair.after}`,
    );
  }
  if (string === null) return out;
  if (member !== null) return apply(visitor.variable(member, string), out, (to) => JSON.stringify(to));
  const equals = string.indexOf("=");
  if (equals <= 0) return out;
  const name = string.slice(0, equals);
  return apply(visitor.variable(name, string.slice(equals + 1)), out, (to) => JSON.stringify(`${name}=${to}`));
}

function apply(change: Change, out: string, written: (value: string) => string): string | null {
  if (change.kind === "remove") return null;
  return change.kind === "set" ? written(change.value) : out;
}

function pairOf(items: readonly Item[]): Pair | null {
  const name = items.find((item) => NAME_MEMBERS.includes(item.name))?.value.string ?? null;
  const at = items.findIndex((item) => VALUE_MEMBERS.includes(item.name));
  const item = items[at];
  const value = item?.value.string ?? null;
  if (name === null || value === null || item === undefined) return null;
  const outs = items.map((one) => one.out ?? "");
  const own = outs[at] ?? "";
  const head = outs.slice(0, at).concat([own.slice(0, item.valueAt)]);
  const tail = [own.slice(item.valueAt + item.value.out.length)].concat(outs.slice(at + 1));
  return { name, value, before: `{${head.join(",")}`, after: `${tail.join(",")}}` };
}

/** Reads a text in double quotes; null if there is none, or if it never ends. */
export function readString(text: string, at: number): Part | null {
  if (text.charAt(at) !== '"') return null;
  let end = at + 1;
  while (end < text.length && text.charAt(end) !== '"') {
    const char = text.charAt(end);
    if (char < " ") return null;
    end += char === "\\" ? 2 : 1;
  }
  if (end >= text.length) return null;
  try {
    return { value: JSON.parse(text.slice(at, end + 1)) as string, end: end + 1 };
  } catch {
    return null;
  }
}

function afterBlanks(text: string, at: number): number {
  let end = at;
  while (end < text.length && " \t\r\n".includes(text.charAt(end))) end += 1;
  return end;
}

function trailingBlanks(text: string, end: number): string {
  let start = end;
  while (start > 0 && " \t\r\n".includes(text.charAt(start - 1))) start -= 1;
  return text.slice(start, end);
}

function withoutTrailingBlanks(text: string): string {
  return text.slice(0, text.length - trailingBlanks(text, text.length).length);
}
