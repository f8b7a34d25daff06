// SPDX-License-Identifier: Apache-2.0

/** How secrets of Tailscale and of headscale begin. */
const PREFIXES: readonly string[] = ["tskey-", "hskey-"];

/**
 * Takes secrets out of a text that people will see: the given values, and whatever looks like a key of Tailscale or
 * headscale.
 */
export function redact(text: string, secrets: readonly string[]): string {
  let out = text;
  for (const secret of secrets) if (secret !== "") out = out.split(secret).join("*****");
  for (const prefix of PREFIXES) out = redactPrefixed(out, prefix);
  return out;
}

/** True if something in the text looks like a key of Tailscale or headscale. */
export function holdsKey(text: string): boolean {
  return PREFIXES.some((prefix) => text.includes(prefix));
}

function redactPrefixed(text: string, prefix: string): string {
  let out = "";
  let at = 0;
  for (;;) {
    const found = text.indexOf(prefix, at);
    if (found < 0) return out + text.slice(at);
    let end = found + prefix.length;
    while (end < text.length && isKeyChar(text.charAt(end))) end += 1;
    out += `${text.slice(at, found)}${prefix}*****`;
    at = end;
  }
}

function isKeyChar(char: string): boolean {
  return (
    (char >= "a" && char <= "z") ||
    (char >= "A" && char <= "Z") ||
    (char >= "0" && char <= "9") ||
    char === "-" ||
    char === "_"
  );
}
