// SPDX-License-Identifier: Apache-2.0

// Replies of name servers (RFC 1035), which may hold anything: every index is checked, since the native build ends at
// an index out of range.

/** What a reply says about a name. */
export interface DnsAnswer {
  /**
   * - "found": these are its addresses; there may be none of the type that was asked for.
   * - "missing": the name does not exist.
   * - "failed": the server could not say.
   */
  readonly kind: "found" | "missing" | "failed";
  readonly addresses: readonly string[];
  /** The name that the asked one is an alias of, at the end of the chain; empty if it is no alias. */
  readonly alias: string;
  /** How long that is true. Seconds. */
  readonly ttl: number;
}

/** The types of records that are of use here. */
export const TYPE_A = 1;
export const TYPE_CNAME = 5;
export const TYPE_SOA = 6;
export const TYPE_AAAA = 28;

const CLASS_IN = 1;
const NAME_ERROR = 3;
const HEADER = 12;

/** The longest name, and the most steps that reading it may take, since compressed names may go around in circles. */
const MAX_NAME = 255;
const MAX_STEPS = 128;

/** The most records of one reply that are read, and the longest chain of aliases. */
const MAX_RECORDS = 256;
const MAX_ALIASES = 16;

/** How long a name that is missing is missing if the server does not say. Seconds. */
const DEFAULT_NEGATIVE_TTL = 5;

/** A record in a reply. */
interface DnsRecord {
  /** Lower case, without the final dot. */
  readonly name: string;
  readonly type: number;
  readonly ttl: number;
  /** Where its data is in the message. */
  readonly at: number;
  readonly length: number;
}

interface Name {
  readonly text: string;
  /** The offset behind it. */
  readonly end: number;
}

/**
 * Reads the reply to a question about a name's addresses.
 *
 * @param name the name that was asked for, with or without the final dot
 * @param type {@link TYPE_A} or {@link TYPE_AAAA}
 */
export function parseReply(message: Buffer, name: string, type: number): DnsAnswer {
  const failed: DnsAnswer = { kind: "failed", addresses: [], alias: "", ttl: 0 };
  if (message.length < HEADER || (byteAt(message, 2) & 0x80) === 0) return failed;
  const code = byteAt(message, 3) & 0x0f;
  if (code !== 0 && code !== NAME_ERROR) return failed;
  let at = HEADER;
  for (let i = 0; i < u16(message, 4); i += 1) {
    const question = readName(message, at);
    if (question === null) return failed;
    at = question.end + 4;
  }
  const answers = readRecords(message, at, u16(message, 6));
  if (answers === null) return failed;
  const authorities = readRecords(message, answers.end, u16(message, 8));
  let asked = canonical(name);
  let alias = "";
  let ttl = 0xffff_ffff;
  for (let i = 0; i < MAX_ALIASES; i += 1) {
    const step = answers.records.find((record) => record.type === TYPE_CNAME && record.name === asked);
    const target = step === undefined ? null : readName(message, step.at);
    if (step === undefined || target === null) break;
    ttl = Math.min(ttl, step.ttl);
    asked = target.text;
    alias = asked;
  }
  const addresses: string[] = [];
  for (const record of answers.records) {
    if (record.type !== type || record.name !== asked) continue;
    const address = addressOf(message, record);
    if (address === "") continue;
    addresses.push(address);
    ttl = Math.min(ttl, record.ttl);
  }
  if (addresses.length > 0) return { kind: "found", addresses, alias, ttl };
  const negative = authorities === null ? -1 : negativeTtl(message, authorities.records);
  const until = Math.min(ttl, negative < 0 ? DEFAULT_NEGATIVE_TTL : negative);
  return { kind: code === NAME_ERROR ? "missing" : "found", addresses, alias, ttl: until };
}

/** A name in the form in which names are compared: lower case, without the final dot. */
export function canonical(name: string): string {
  const lower = name.toLowerCase();
  return lower.endsWith(".") ? lower.slice(0, -1) : lower;
}

function readRecords(message: Buffer, from: number, count: number): { records: DnsRecord[]; end: number } | null {
  const records: DnsRecord[] = [];
  let at = from;
  for (let i = 0; i < Math.min(count, MAX_RECORDS); i += 1) {
    const name = readName(message, at);
    if (name === null || name.end + 10 > message.length) return null;
    const length = u16(message, name.end + 8);
    const data = name.end + 10;
    if (data + length > message.length) return null;
    if (u16(message, name.end + 2) === CLASS_IN) {
      // A TTL with the highest bit set means zero (RFC 2181, section 8).
      const ttl = u32(message, name.end + 4);
      records.push({
        name: name.text,
        type: u16(message, name.end),
        ttl: ttl > 0x7fff_ffff ? 0 : ttl,
        at: data,
        length,
      });
    }
    at = data + length;
  }
  return { records, end: at };
}

/** Reads a name, which may continue elsewhere in the message; null if it is malformed. */
function readName(message: Buffer, from: number): Name | null {
  let text = "";
  let at = from;
  let end = -1;
  for (let step = 0; step < MAX_STEPS; step += 1) {
    if (at < 0 || at >= message.length) return null;
    const length = byteAt(message, at);
    if (length === 0) return { text, end: end < 0 ? at + 1 : end };
    if ((length & 0xc0) === 0xc0) {
      if (at + 1 >= message.length) return null;
      if (end < 0) end = at + 2;
      at = ((length & 0x3f) << 8) | byteAt(message, at + 1);
      continue;
    }
    if ((length & 0xc0) !== 0 || at + 1 + length > message.length) return null;
    const label = message
      .subarray(at + 1, at + 1 + length)
      .toString("latin1")
      .toLowerCase();
    text = text === "" ? label : `${text}.${label}`;
    if (text.length > MAX_NAME) return null;
    at += 1 + length;
  }
  return null;
}

function addressOf(message: Buffer, { type, at, length }: DnsRecord): string {
  if (type === TYPE_A && length === 4) {
    return [0, 1, 2, 3].map((i) => `${byteAt(message, at + i)}`).join(".");
  }
  if (type !== TYPE_AAAA || length !== 16) return "";
  return [0, 2, 4, 6, 8, 10, 12, 14].map((i) => hex(u16(message, at + i))).join(":");
}

/** The TTL of a negative answer: the lower of the SOA record's own and its last field (RFC 2308); -1 without one. */
function negativeTtl(message: Buffer, records: readonly DnsRecord[]): number {
  const soa = records.find((record) => record.type === TYPE_SOA && record.length >= 20);
  return soa === undefined ? -1 : Math.min(soa.ttl, u32(message, soa.at + soa.length - 4));
}

function hex(value: number): string {
  const digits = "0123456789abcdef";
  let text = "";
  for (let rest = value; rest > 0 || text === ""; rest >>= 4) text = digits.charAt(rest & 15) + text;
  return text;
}

function byteAt(message: Buffer, at: number): number {
  return at >= 0 && at < message.length ? (message[at] ?? 0) : 0;
}

function u16(message: Buffer, at: number): number {
  return byteAt(message, at) * 0x100 + byteAt(message, at + 1);
}

function u32(message: Buffer, at: number): number {
  return u16(message, at) * 0x1_0000 + u16(message, at + 2);
}
