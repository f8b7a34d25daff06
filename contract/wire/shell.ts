// SPDX-License-Identifier: Apache-2.0

/** `text` as one word of a POSIX shell, whatever characters it holds. */
export function shellQuote(text: string): string {
  return `'${text.split("'").join("'\\''")}'`;
}
