// SPDX-License-Identifier: Apache-2.0

/**
 * Characters that JSON does not escape although some reader takes them for the end of a line, or YAML does not allow
 * them, or nobody sees them: DEL and C1 controls (NEL among them), separators of lines and paragraphs, bidirectional
 * controls, byte order marks and noncharacters.
 */
const UNSAFE = /[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/g;

/** Halves of characters, which cannot be in a file. */
const LONE_SURROGATES = /\p{Surrogate}/gu;

/**
 * A value as JSON that stays on its line wherever it is put: in HCL, in YAML, in a comment of either, in Markdown.
 * The same escapes are known to quoted texts of HCL (but for `\b` and `\f`) and to double quotes of YAML.
 */
export function jsonText(value: unknown, indent = 0): string {
  const json = JSON.stringify(value, (_, one) => (typeof one === "string" ? wellFormed(one) : one), indent);
  return json.replace(UNSAFE, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Text of which every half of a character is a replacement character, as it would be in a file. */
function wellFormed(text: string): string {
  return text.replace(LONE_SURROGATES, "\ufffd");
}
