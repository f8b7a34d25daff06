// SPDX-License-Identifier: Apache-2.0
import { parseHostPort } from "./addresses.js";
import { consistsOf, DIGITS, LETTERS } from "./characters.js";
import { isIpv6 } from "./ip.js";

const NEITHER = "must be a host, a domain or an IPv4 network";

/**
 * What is wrong with one entry of a NO_PROXY list, or null.
 *
 * No common program fails at what is left: names, domains with a leading dot, either with a port, IPv4 addresses and
 * networks, and IPv6 addresses. Python's httpx (0.24 to 0.28) fails to start at brackets, at IPv6 networks and at ports
 * that are not numbers: https://github.com/encode/httpx/issues/3221.
 */
export function noProxyEntryProblem(entry: string): string | null {
  if (entry === "*") return "must not keep everything out of the tunnel";
  if (entry.startsWith("*.")) return "must begin with the dot, not with *";
  if (entry.includes("[") || entry.includes("]"))
    return "must not have brackets or a port, at which some programs fail";
  if (!consistsOf(entry, `${LETTERS}${DIGITS}._:/-`)) return NEITHER;
  // Some programs do not read the form that ends with an IPv4 address.
  if (isIpv6(entry)) return entry.includes(".") ? NEITHER : null;
  const slash = entry.indexOf("/");
  if (slash > 0 && isIpv6(entry.slice(0, slash))) return "must not be an IPv6 network, at which some programs fail";
  const name = entry.startsWith(".") ? entry.slice(1) : entry;
  const isGood = slash >= 0 ? isIpv4Network(entry) : parseHostPort(hasPort(name) ? name : `${name}:1`) !== null;
  return isGood ? null : NEITHER;
}

/**
 * The form of an entry that every program reads, for those that are only spelt for some: `*.corp.test`, `[fd00::1]`.
 */
export function plainNoProxyEntry(entry: string): string {
  if (entry.startsWith("*.")) return entry.slice(1);
  const inner = entry.startsWith("[") && entry.endsWith("]") ? entry.slice(1, -1) : "";
  return isIpv6(inner) ? inner : entry;
}

function hasPort(entry: string): boolean {
  return entry.includes(":");
}

function isIpv4Network(text: string): boolean {
  const slash = text.indexOf("/");
  const bits = text.slice(slash + 1);
  const parts = text.slice(0, slash).split(".");
  const areBytes = parts.every((part) => isNumber(part, 255));
  return parts.length === 4 && areBytes && isNumber(bits, 32);
}

function isNumber(text: string, most: number): boolean {
  return consistsOf(text, DIGITS) && text.length <= 3 && Number(text) <= most;
}
