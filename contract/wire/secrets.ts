// SPDX-License-Identifier: Apache-2.0
import { DIGITS, LETTERS } from "./characters.js";

/** How the secrets of Tailscale and of headscale begin. Source: Tailscale's documentation, "Key prefixes". */
const PREFIXES: readonly string[] = ["tskey-", "hskey-"];

/** What people read in place of a secret. */
export const REDACTED = "[secret]";

/**
 * True if the text contains what looks like a secret of Tailscale or headscale: an auth key, the secret of an OAuth
 * client, an API token.
 */
export function holdsTailscaleSecret(text: string): boolean {
  return withoutTailscaleSecrets(text) !== text;
}

/** The text with {@link REDACTED} in place of whatever looks like a secret of Tailscale or headscale. */
export function withoutTailscaleSecrets(text: string): string {
  let out = text;
  for (const prefix of PREFIXES) out = withoutKeys(out, prefix);
  return out;
}

/** Shorter texts are words that occur in any message, and nothing that keeps a secret. */
const SHORTEST = 8;

/** {@link withoutTailscaleSecrets}, and without the given secrets, whatever they look like. */
export function redact(text: string, secrets: readonly string[]): string {
  let out = text;
  for (const secret of secrets) if (secret.length >= SHORTEST) out = out.split(secret).join(REDACTED);
  return withoutTailscaleSecrets(out);
}

/** Texts are quoted up to this length. */
const LONGEST = 200;

/**
 * What somebody gave, in quotes, as part of a line: without secrets that can be recognized, and without characters that
 * would break the line or that a terminal would obey.
 */
export function quoted(text: string): string {
  const shown = withoutTailscaleSecrets(text);
  let out = "";
  for (const char of shown.slice(0, LONGEST)) {
    const code = char.charCodeAt(0);
    if (char === '"' || char === "\\") out += `\\${char}`;
    else if (char === "\n") out += "\\n";
    else if (code < 32 || (code >= 127 && code < 160) || code === 0x2028 || code === 0x2029) {
      out += `\\u${hex4(code)}`;
    } else out += char;
  }
  return `"${out}${shown.length > LONGEST ? "..." : ""}"`;
}

function hex4(code: number): string {
  const digits = "0123456789abcdef";
  return [12, 8, 4, 0].map((shift) => digits.charAt((code >> shift) & 15)).join("");
}

function withoutKeys(text: string, prefix: string): string {
  let out = "";
  let at = 0;
  for (;;) {
    const found = text.indexOf(prefix, at);
    if (found < 0) return out + text.slice(at);
    const begin = found + prefix.length;
    let end = begin;
    while (end < text.length && `${LETTERS}${DIGITS}-_`.includes(text.charAt(end))) end += 1;
    // A prefix that no key follows is a word in a sentence, such as "tskey-...".
    const isKey = end > begin && `${LETTERS}${DIGITS}`.includes(text.charAt(begin));
    out += text.slice(at, found) + (isKey ? REDACTED : text.slice(found, end));
    at = end;
  }
}
