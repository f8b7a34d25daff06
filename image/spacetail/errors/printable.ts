// SPDX-License-Identifier: Apache-2.0

/** Texts of servers are quoted up to this length. */
const MAX_QUOTED = 300;

/** A foreign text as part of a line of ours: not too long, and without control characters. */
export function printable(text: string): string {
  return withoutControls(text.slice(0, MAX_QUOTED));
}

/** A foreign text as one line: control characters, which could forge lines, become `?`. */
export function withoutControls(text: string): string {
  let out = "";
  for (const char of text) {
    const code = char.charCodeAt(0);
    out += code < 32 || (code >= 127 && code < 160) ? "?" : char;
  }
  return out;
}

/** A sentence without its full stop, to be put into parentheses. */
export function withoutStop(text: string): string {
  return text.endsWith(".") ? text.slice(0, -1) : text;
}
