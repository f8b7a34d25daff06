// SPDX-License-Identifier: Apache-2.0
import type { HostPort } from "../../../../contract/wire/addresses.js";
import { byteAt, hex } from "../bytes.js";

/** A message of SOCKS5 (RFC 1928), read from the first bytes of a stream. */
export interface Parsed<T> {
  /** Null while bytes are missing. */
  readonly message: T | null;
  /** How many bytes it has. */
  readonly length: number;
  /** The reply that refuses it; 0 if it is well-formed so far. */
  readonly problem: number;
}

/** The first message of a client. */
export interface Greeting {
  /** Whether the client can do without authentication. */
  readonly isOpen: boolean;
}

/** What a client asks for. */
export interface SocksRequest {
  readonly command: "connect" | "udp-associate";
  readonly target: HostPort;
}

export const VERSION = 5;

/** No authentication, and the answer that demands it. */
export const OPEN: Buffer = Buffer.from([VERSION, 0]);
export const NO_METHOD: Buffer = Buffer.from([VERSION, 255]);

/** Replies (RFC 1928, section 6). */
export const SUCCEEDED = 0;
const GENERAL_FAILURE = 1;
const COMMAND_NOT_SUPPORTED = 7;
const ADDRESS_NOT_SUPPORTED = 8;

export function parseGreeting(bytes: Buffer): Parsed<Greeting> {
  if (bytes.length < 2) return incomplete();
  const length = 2 + byteAt(bytes, 1);
  if (bytes.length < length) return incomplete();
  return { message: { isOpen: bytes.subarray(2, length).includes(0) }, length, problem: 0 };
}

export function parseRequest(bytes: Buffer): Parsed<SocksRequest> {
  if (bytes.length < 5) return incomplete();
  const [version, command, type] = [byteAt(bytes, 0), byteAt(bytes, 1), byteAt(bytes, 3)];
  if (version !== VERSION) return refused(GENERAL_FAILURE);
  if (command !== 1 && command !== 3) return refused(COMMAND_NOT_SUPPORTED);
  const size = addressSize(type, byteAt(bytes, 4));
  if (size < 0) return refused(ADDRESS_NOT_SUPPORTED);
  const length = 4 + size + 2;
  if (bytes.length < length) return incomplete();
  const host = hostOf(bytes.subarray(4, 4 + size), type);
  const port = byteAt(bytes, length - 2) * 256 + byteAt(bytes, length - 1);
  // Addresses for UDP may be empty, because many clients do not know theirs yet.
  if (command === 1 && (host === "" || port === 0)) return refused(GENERAL_FAILURE);
  return {
    message: { command: command === 1 ? "connect" : "udp-associate", target: { host, port } },
    length,
    problem: 0,
  };
}

/** A reply. The address in it is of no use to anybody who asked for a connection. */
export function replyBytes(code: number): Buffer {
  return Buffer.from([VERSION, code, 0, 1, 0, 0, 0, 0, 0, 0]);
}

/** How many bytes an address has; the first one of a name is its length. */
function addressSize(type: number, first: number): number {
  if (type === 1) return 4;
  if (type === 4) return 16;
  return type === 3 ? 1 + first : -1;
}

function hostOf(address: Buffer, type: number): string {
  if (type === 1) return [0, 1, 2, 3].map((i) => `${byteAt(address, i)}`).join(".");
  if (type === 4) return ipv6Of(address);
  const name = address.subarray(1);
  for (let i = 0; i < name.length; i += 1) {
    const byte = byteAt(name, i);
    if (byte <= 32 || byte >= 127) return "";
  }
  return name.toString("latin1");
}

/** Not the shortest form; whoever dials it does not mind. */
function ipv6Of(address: Buffer): string {
  const groups: string[] = [];
  for (let i = 0; i < 16; i += 2) groups.push(hex(byteAt(address, i) * 256 + byteAt(address, i + 1)));
  return groups.join(":");
}

function incomplete<T>(): Parsed<T> {
  return { message: null, length: 0, problem: 0 };
}

function refused<T>(problem: number): Parsed<T> {
  return { message: null, length: 0, problem };
}

/** The answer to SOCKS4: rejected. */
export const REJECTED_4: Buffer = Buffer.from([0, 91, 0, 0, 0, 0, 0, 0]);
