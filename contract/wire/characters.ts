// SPDX-License-Identifier: Apache-2.0

// Character sets instead of regular expressions: the executable is compiled from these files too, and an engine for
// regular expressions would be a tenth of it.

export const DIGITS = "0123456789";
export const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** True if the text is not empty and every character of it is one of `allowed`. */
export function consistsOf(text: string, allowed: string): boolean {
  return text !== "" && countOf(text, allowed) === text.length;
}

/** How many characters at the beginning of the text are among `allowed`. */
export function countOf(text: string, allowed: string): number {
  let count = 0;
  while (count < text.length && allowed.includes(text.charAt(count))) count += 1;
  return count;
}

/** The words of a text, split at blanks, tabs and newlines. */
export function wordsOf(text: string): string[] {
  const blanks = text.split("\t").join(" ").split("\n").join(" ").split("\r").join(" ");
  return blanks.split(" ").filter((word) => word !== "");
}

/** The text without what does not show around it: blanks, line breaks, and the byte order mark of some editors. */
export function trimmed(text: string): string {
  let out = text.trim();
  while (out.startsWith("\ufeff") || out.endsWith("\ufeff")) {
    out = (out.startsWith("\ufeff") ? out.slice(1) : out.slice(0, -1)).trim();
  }
  return out;
}
