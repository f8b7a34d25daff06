// SPDX-License-Identifier: Apache-2.0

/** Text in which nothing means something to Markdown or HTML, for a cell of a table or any other line. */
export function plainText(text: string): string {
  return oneLine(text).replace(/[\\`*_[\]<>&|~$]/g, "\\$&");
}

/**
 * A code span for a cell of a table. In the code, backslashes before a bar must be pairs, as in HCL and JSON: readers
 * differ in what they make of an odd one.
 */
export function codeCell(code: string): string {
  // Bars end a cell even in code, and a backslash before them is taken away.
  return codeSpan(oneLine(code)).replaceAll("|", "\\|");
}

/** A block of code in that language. */
export function codeBlock(language: string, code: string): string {
  const fence = longerThan(code, "```");
  return `${fence}${language}\n${code}\n${fence}`;
}

function codeSpan(code: string): string {
  const fence = longerThan(code, "`");
  // A blank at both ends is taken away, and parts backticks from the fence.
  const isPadded = code.startsWith("`") || code.endsWith("`") || /^ .* $/.test(code);
  return isPadded ? `${fence} ${code} ${fence}` : `${fence}${code}${fence}`;
}

/** A run of backticks that is not in the code, at least as long as `least`. */
function longerThan(code: string, least: string): string {
  const longest = Math.max(0, ...(code.match(/`+/g) ?? []).map(({ length }) => length));
  return "`".repeat(Math.max(least.length, longest + 1));
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ");
}
