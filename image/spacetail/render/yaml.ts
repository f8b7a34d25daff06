// SPDX-License-Identifier: Apache-2.0

/** What can be written as YAML here. Members that are undefined are left out. */
export type Yaml = string | boolean | readonly Yaml[] | { readonly [name: string]: Yaml | undefined };

/** A document: mappings and lists in block style, texts plain where every version of YAML reads them as texts. */
export function yamlDocument(value: { readonly [name: string]: Yaml | undefined }): string {
  return `${lines(value).join("\n")}\n`;
}

function lines(value: Yaml): string[] {
  if (typeof value === "string") return [scalar(value)];
  if (typeof value === "boolean") return [String(value)];
  if (isList(value)) return value.length === 0 ? ["[]"] : value.flatMap((one) => indented("- ", lines(one)));
  const members = Object.entries(value).flatMap(([name, member]) =>
    member === undefined ? [] : memberLines(name, member),
  );
  return members.length === 0 ? ["{}"] : members;
}

function memberLines(name: string, member: Yaml): string[] {
  const [first = "", ...rest] = lines(member);
  const key = scalar(name);
  const isInline = typeof member !== "object" || first === "[]" || first === "{}";
  if (isInline) return [`${key}: ${first}`];
  return [`${key}:`, ...[first, ...rest].map((line) => `  ${line}`)];
}

function indented(mark: string, [first = "", ...rest]: string[]): string[] {
  return [`${mark}${first}`, ...rest.map((line) => `  ${line}`)];
}

function isList(value: Yaml): value is readonly Yaml[] {
  return Array.isArray(value);
}

/**
 * A text. Plain if it begins with a letter, a slash or a dollar sign and holds nothing that means something to YAML; else
 * in double quotes, which take JSON's escapes.
 */
function scalar(text: string): string {
  const isPlain = /^[A-Za-z/$][\x20-\x7e]*$/.test(text) && !/: |:$| #| $/.test(text);
  if (isPlain && !/^(true|false|yes|no|on|off|null|y|n)$/i.test(text)) return text;
  // YAML breaks lines at characters that JSON leaves as they are.
  return JSON.stringify(text).replace(
    /[\x7f-\x9f\u2028\u2029\ufeff]|[\ud800-\udfff](?![\udc00-\udfff])/g,
    unicodeEscape,
  );
}

function unicodeEscape(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
