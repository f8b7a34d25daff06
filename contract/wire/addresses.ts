// SPDX-License-Identifier: Apache-2.0
import { consistsOf, DIGITS, LETTERS } from "./characters.js";
import { isIpv6 } from "./ip.js";

/** A TCP endpoint as it is written in `host:port`. */
export interface HostPort {
  /** A name, an IPv4 address, or an IPv6 address without brackets. */
  readonly host: string;
  /** 1 to 65535. */
  readonly port: number;
}

/** Where the tunnel's SOCKS5 proxy listens by default. */
export const DEFAULT_SOCKS5_SERVER = "localhost:1080";

/** Where the tunnel's HTTP proxy listens by default. */
export const DEFAULT_HTTP_PROXY = "localhost:8080";

/**
 * Destinations that never go through the tunnel, besides metadata services: loopback, and Spacelift itself (its state
 * backend and its uploads must work with the tunnel down).
 */
export const NEVER_PROXIED: readonly string[] = ["localhost", "127.0.0.1", "::1", ".spacelift.io"];

/**
 * Reads `host:port`. IPv6 addresses stand in brackets: `[::1]:80`.
 *
 * @returns the parts, or null if the text is not of that form or the port is not in 1 to 65535
 */
export function parseHostPort(text: string): HostPort | null {
  const colon = text.lastIndexOf(":");
  if (colon <= 0) return null;
  const port = parsePort(text.slice(colon + 1));
  if (port === 0) return null;
  const host = text.slice(0, colon);
  if (host.startsWith("[")) {
    if (!host.endsWith("]")) return null;
    const address = host.slice(1, -1);
    return isIpv6(address) ? { host: address, port } : null;
  }
  return isHostName(host) ? { host, port } : null;
}

/** The inverse of {@link parseHostPort}. */
export function formatHostPort(target: HostPort): string {
  const { host, port } = target;
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** A host as a URL has it, without the brackets of an IPv6 address. */
export function withoutBrackets(host: string): string {
  return host.startsWith("[") && host.endsWith("]") ? host.slice(1, -1) : host;
}

/** True for `localhost`, any address in 127.0.0.0/8 and `::1`, which never leave the machine. */
export function isLoopback(host: string): boolean {
  if (host === "localhost" || host === "::1" || host === "[::1]") return true;
  const parts = host.split(".");
  return (
    parts.length === 4 &&
    parts[0] === "127" &&
    parts.every((part) => consistsOf(part, DIGITS) && part.length <= 3 && Number(part) <= 255)
  );
}

/** Decimal digits only, so that neither `+80`, ` 80` nor `0x50` pass. Answers 0 for anything that is not a port. */
function parsePort(text: string): number {
  if (!consistsOf(text, DIGITS) || text.length > 5) return 0;
  const port = Number(text);
  return port <= 65535 ? port : 0;
}

function isHostName(host: string): boolean {
  if (host.length > 253) return false;
  return host.split(".").every((label, i, labels) => {
    // A single trailing dot marks a fully qualified name.
    if (label === "") return i > 0 && i === labels.length - 1;
    if (label.length > 63 || label.startsWith("-") || label.endsWith("-")) return false;
    return consistsOf(label, `${LETTERS}${DIGITS}_-`);
  });
}
