// SPDX-License-Identifier: Apache-2.0
import { consistsOf, DIGITS } from "./characters.js";

/** The 4 bytes of an IPv4 address; null for any other text. */
export function ipv4Bytes(text: string): number[] | null {
  const parts = text.split(".");
  if (parts.length !== 4) return null;
  const bytes: number[] = [];
  for (const part of parts) {
    // A leading zero means octal to some programs, so it means nothing here.
    const isByte = consistsOf(part, DIGITS) && part.length <= 3 && (part === "0" || !part.startsWith("0"));
    if (!isByte || Number(part) > 255) return null;
    bytes.push(Number(part));
  }
  return bytes;
}

/** The 16 bytes of an IPv6 address without brackets and zone; null for any other text. */
export function ipv6Bytes(text: string): number[] | null {
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const head = groupBytes(halves[0] ?? "", halves.length === 1);
  const tail = halves.length === 2 ? groupBytes(halves[1] ?? "", true) : [];
  if (head === null || tail === null) return null;
  const missing = 16 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 2) return null;
  const zeros: number[] = [];
  for (let i = 0; i < missing; i += 1) zeros.push(0);
  return head.concat(zeros, tail);
}

/** True for an IPv6 address without brackets and zone. */
export function isIpv6(text: string): boolean {
  return ipv6Bytes(text) !== null;
}

/** The bytes of groups with colons between them; the last may be an IPv4 address. */
function groupBytes(text: string, endsAddress: boolean): number[] | null {
  if (text === "") return [];
  const groups = text.split(":");
  const bytes: number[] = [];
  for (let i = 0; i < groups.length; i += 1) {
    const group = groups[i] ?? "";
    if (endsAddress && i === groups.length - 1 && group.includes(".")) {
      const last = ipv4Bytes(group);
      if (last === null) return null;
      for (const byte of last) bytes.push(byte);
    } else {
      if (group.length > 4 || !consistsOf(group, `${DIGITS}ABCDEFabcdef`)) return null;
      const value = Number(`0x${group}`);
      bytes.push(value >> 8, value & 255);
    }
  }
  return bytes;
}
