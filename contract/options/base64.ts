// SPDX-License-Identifier: Apache-2.0

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/**
 * The bytes of a text in UTF-8. A half of a surrogate pair without its other half becomes U+FFFD, as it does in
 * Node.js.
 */
export function utf8Bytes(text: string): number[] {
  const bytes: number[] = [];
  for (const char of text) {
    const given = char.codePointAt(0) ?? 0;
    const code = given >= 0xd800 && given <= 0xdfff ? 0xfffd : given;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), tail(code));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), tail(code >> 6), tail(code));
    else bytes.push(0xf0 | (code >> 18), tail(code >> 12), tail(code >> 6), tail(code));
  }
  return bytes;
}

/** Base64 of a text in UTF-8, with padding, as RFC 4648 has it in section 4. */
export function base64(text: string): string {
  const bytes = utf8Bytes(text);
  const groups: string[] = [];
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const bits = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    const chars = [18, 12, 6, 0].map((shift) => ALPHABET.charAt((bits >> shift) & 63));
    groups.push(`${chars[0]}${chars[1]}${left > 1 ? chars[2] : "="}${left > 2 ? chars[3] : "="}`);
  }
  return groups.join("");
}

function tail(bits: number): number {
  return 0x80 | (bits & 0x3f);
}
