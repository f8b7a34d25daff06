// SPDX-License-Identifier: Apache-2.0
import { jsonText } from "./escape.js";

/** An expression in HCL, as it is written. */
export class Expression {
  constructor(public readonly text: string) {}
}

/** A value in HCL. Members that are undefined are left out. */
export type Hcl = string | boolean | number | Expression | readonly Hcl[] | HclObject;

/** Members of an object, or attributes of a block. */
export interface HclObject {
  readonly [name: string]: Hcl | undefined;
}

/** A block in the layout of `terraform fmt`: `resource "spacelift_context" "tailnet" { ... }`. */
export function block(type: string, labels: readonly string[], body: HclObject, inner: readonly string[] = []): string {
  const head = [type, ...labels.map(quoted)].join(" ");
  const parts = [...attributes(body), ...inner.flatMap((text) => ["", ...text.trimEnd().split("\n")])];
  const trimmed = parts[0] === "" ? parts.slice(1) : parts;
  if (trimmed.length === 0) return `${head} {\n}\n`;
  return `${head} {\n${trimmed.map((line) => (line === "" ? "" : `  ${line}`)).join("\n")}\n}\n`;
}

/** A text in quotes, whose `${` and `%{` mean nothing to Terraform. */
export function quoted(text: string): string {
  // HCL knows no \b and no \f.
  const known = jsonText(text).replace(/\\(.)/g, (pair, char) => {
    return char === "b" ? "\\u0008" : char === "f" ? "\\u000c" : pair;
  });
  return known.replace(/([$%])\{/g, "$1$1{");
}

/** A call of a function. */
export function call(name: string, argument: Hcl): Expression {
  return new Expression(`${name}(${hclText(argument)})`);
}

/** A value as it is written in HCL. */
export function hclText(value: Hcl): string {
  return valueLines(value).join("\n");
}

/** Lines of `name = value`, in which neighbours that take one line have their equals signs in one column. */
function attributes(body: HclObject): string[] {
  const members = Object.entries(body).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name: key(name), lines: valueLines(value) }],
  );
  const out: string[] = [];
  let group: typeof members = [];
  const flush = () => {
    const width = Math.max(...group.map(({ name }) => name.length));
    for (const { name, lines } of group) out.push(`${name.padEnd(width)} = ${lines[0] ?? ""}`);
    group = [];
  };
  for (const member of members) {
    if (member.lines.length === 1) {
      group.push(member);
      continue;
    }
    flush();
    const [first = "", ...rest] = member.lines;
    out.push(`${member.name} = ${first}`, ...rest);
  }
  flush();
  return out;
}

/** `for` would begin an expression. */
function key(name: string): string {
  return /^(?!for$)[A-Za-z_][\w-]*$/.test(name) ? name : quoted(name);
}

function valueLines(value: Hcl): string[] {
  if (typeof value === "string") return [quoted(value)];
  if (typeof value === "boolean" || typeof value === "number") return [String(value)];
  if (value instanceof Expression) return value.text.split("\n");
  if (isList(value)) return listLines(value);
  const members = attributes(value);
  return members.length === 0 ? ["{}"] : ["{", ...members.map((line) => `  ${line}`), "}"];
}

function listLines(list: readonly Hcl[]): string[] {
  const elements = list.map(valueLines);
  const line = `[${elements.map(([first]) => first).join(", ")}]`;
  if (elements.every(({ length }) => length === 1) && line.length <= 60) return [line];
  return [
    "[",
    ...elements.flatMap((lines) => lines.map((one, i) => `  ${one}${i === lines.length - 1 ? "," : ""}`)),
    "]",
  ];
}

function isList(value: Hcl): value is readonly Hcl[] {
  return Array.isArray(value);
}
