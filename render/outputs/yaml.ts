// SPDX-License-Identifier: Apache-2.0
import { jsonText } from "./escape.js";

/** A value that is written where it first occurs, and referred to after that. */
export class Anchor {
  constructor(
    public readonly name: string,
    public readonly value: Yaml,
  ) {}
}

/** A text that must be in single quotes, without any of its own. */
export class Quoted {
  constructor(public readonly text: string) {}
}

/** What can be written as YAML here. Members that are undefined are left out. */
export type Yaml = string | number | boolean | Anchor | Quoted | readonly Yaml[] | YamlMapping;

/** A mapping. */
export interface YamlMapping {
  readonly [name: string]: Yaml | undefined;
}

/** A document: mappings and lists in block style, texts plain where every version of YAML reads them as texts. */
export function yamlDocument(value: YamlMapping): string {
  return `${linesOf(value, new Set()).join("\n")}\n`;
}

/** The lines of a value; one line for a value that is beside its key. */
function linesOf(value: Yaml, written: Set<Anchor>): string[] {
  if (typeof value === "string") return [scalar(value)];
  if (typeof value === "boolean" || typeof value === "number") return [String(value)];
  if (value instanceof Quoted) return [`'${value.text}'`];
  if (value instanceof Anchor) return linesOf(value.value, written);
  if (isList(value)) return value.flatMap((one) => element(linesOf(one, written)));
  return Object.entries(value).flatMap(([name, one]) => (one === undefined ? [] : member(scalar(name), one, written)));
}

function member(key: string, value: Yaml, written: Set<Anchor>): string[] {
  if (value instanceof Anchor && written.has(value)) return [`${key}: *${value.name}`];
  const mark = value instanceof Anchor ? ` &${value.name}` : "";
  if (value instanceof Anchor) written.add(value);
  const lines = linesOf(value, written);
  if (typeof value !== "object" || value instanceof Quoted) return [`${key}: ${lines[0]}`];
  if (lines.length === 0) return [`${key}:${mark} ${isList(value) ? "[]" : "{}"}`];
  return [`${key}:${mark}`, ...lines.map((line) => `  ${line}`)];
}

function element([first, ...rest]: string[]): string[] {
  return [`- ${first ?? "{}"}`, ...rest.map((line) => `  ${line}`)];
}

function isList(value: Yaml): value is readonly Yaml[] {
  return Array.isArray(value);
}

/**
 * A text. Plain if it begins with a letter, a slash or a dollar sign and contains nothing that means something to YAML;
 * else in double quotes, which take JSON's escapes.
 */
function scalar(text: string): string {
  const isPlain = /^[A-Za-z/$][\x20-\x7e]*$/.test(text) && !/: |:$| #| $/.test(text);
  if (isPlain && !/^(true|false|yes|no|on|off|null|y|n)$/i.test(text)) return text;
  return jsonText(text);
}
