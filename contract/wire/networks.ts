// SPDX-License-Identifier: Apache-2.0
import { isLoopback, withoutBrackets } from "./addresses.js";
import { consistsOf, DIGITS } from "./characters.js";
import { ipv4Bytes, ipv6Bytes } from "./ip.js";

/** A network, as `10.0.0.0/8` or `fd00::/8` write it. */
export interface Network {
  /** The bytes of its address: 4 or 16. */
  readonly bytes: readonly number[];
  /** How many bits of an address must agree with it. */
  readonly bits: number;
}

/**
 * The bytes of an IP address: 4 or 16; null for any other text. IPv6 addresses may have brackets and a zone, which is
 * ignored. IPv4 addresses that are written as IPv6 ones (`::ffff:10.0.0.1`) have 4 bytes, so that they are recognized.
 */
export function ipBytes(text: string): number[] | null {
  if (!text.includes(":")) return ipv4Bytes(text);
  const inner = withoutBrackets(text);
  const zone = inner.indexOf("%");
  const bytes = ipv6Bytes(zone < 0 ? inner : inner.slice(0, zone));
  if (bytes === null) return null;
  const isMapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
  return isMapped ? bytes.slice(12) : bytes;
}

/** Reads `address/bits`, or an address alone, which is a network of one; null for any other text. */
export function parseNetwork(text: string): Network | null {
  const slash = text.indexOf("/");
  const bytes = ipBytes(slash < 0 ? text : text.slice(0, slash));
  if (bytes === null) return null;
  const length = bytes.length * 8;
  if (slash < 0) return { bytes, bits: length };
  const digits = text.slice(slash + 1);
  if (!consistsOf(digits, DIGITS) || digits.length > 3 || Number(digits) > length) return null;
  return { bytes, bits: Number(digits) };
}

/** True if the address with these bytes is in the network. */
export function isInNetwork(bytes: readonly number[], network: Network): boolean {
  if (bytes.length !== network.bytes.length) return false;
  let bits = network.bits;
  for (let i = 0; bits > 0; i += 1) {
    const differing = (bytes[i] ?? 0) ^ (network.bytes[i] ?? 0);
    if (differing >> Math.max(0, 8 - bits) !== 0) return false;
    bits -= 8;
  }
  return true;
}

/** The networks that the texts name, without those that are none. */
export function networksOf(texts: readonly string[]): Network[] {
  const networks: Network[] = [];
  for (const text of texts) {
    const network = parseNetwork(text);
    if (network !== null) networks.push(network);
  }
  return networks;
}

/**
 * True for this machine itself, however it is written: loopback addresses, mapped into IPv6 too, the unspecified ones,
 * which Linux connects to loopback, and `localhost` with all names below it (RFC 6761, section 6.3).
 */
export function isThisMachine(host: string): boolean {
  const bytes = ipBytes(host);
  if (bytes === null) {
    const lower = host.toLowerCase();
    const name = lower.endsWith(".") ? lower.slice(0, -1) : lower;
    return isLoopback(name) || name.endsWith(".localhost");
  }
  if (bytes.length === 4 && bytes[0] === 127) return true;
  const last = bytes[bytes.length - 1] ?? 0;
  const isOne = last === 1 && bytes.length === 16;
  return (last === 0 || isOne) && bytes.slice(0, -1).every((byte) => byte === 0);
}

/** Whether a host is an IPv4 address in a form that only some programs read, such as 2130706433 or 0x7f.1. */
export function looksNumeric(host: string): boolean {
  const last =
    host
      .split(".")
      .filter((label) => label !== "")
      .pop() ?? "";
  return (
    consistsOf(last, DIGITS) ||
    (last.toLowerCase().startsWith("0x") && consistsOf(last.slice(2), `${DIGITS}abcdefABCDEF`))
  );
}
