// SPDX-License-Identifier: Apache-2.0
import { byteAt } from "../front/bytes.js";

// Questions to name servers (RFC 1035) and replies to them. Pure; every index is checked.

/** What a client asks. */
export interface Question {
  /** As the client has written it, without the final dot. */
  readonly name: string;
  readonly type: number;
  /** Where the question ends in the message. */
  readonly end: number;
  /** How long a reply by UDP may be. Bytes. */
  readonly room: number;
}

const HEADER = 12;
const OPT = 41;

/** The reply codes. */
export const NO_ERROR = 0;
export const SERVER_FAILURE = 2;

/** Reads a message with one question; null for any other. */
export function parseQuestion(message: Buffer): Question | null {
  if (message.length < HEADER || (byteAt(message, 2) & 0x80) !== 0 || u16(message, 4) !== 1) return null;
  const labels: string[] = [];
  let at = HEADER;
  for (;;) {
    const length = byteAt(message, at);
    if (at >= message.length || length > 63 || at + 1 + length > message.length) return null;
    at += 1;
    if (length === 0) break;
    labels.push(message.subarray(at, at + length).toString("latin1"));
    at += length;
    if (labels.length > 127) return null;
  }
  if (at + 4 > message.length) return null;
  return { name: labels.join("."), type: u16(message, at), end: at + 4, room: roomFor(message, at + 4) };
}

/** EDNS allows more than 512 bytes. Its record is the first one behind the question, if there is no other. */
function roomFor(message: Buffer, at: number): number {
  const hasOpt = u16(message, 10) > 0 && byteAt(message, at) === 0 && u16(message, at + 1) === OPT;
  return hasOpt ? Math.max(512, u16(message, at + 3)) : 512;
}

/** A reply without records. */
export function emptyReply(message: Buffer, { end }: Question, code: number): Buffer {
  const reply = Buffer.from(message.subarray(0, end));
  reply[2] = 0x80 | (byteAt(message, 2) & 0x79);
  reply[3] = 0x80 | code;
  for (let at = 6; at < HEADER; at += 1) reply[at] = 0;
  return reply;
}

/** A reply to another question for the same as the reply to this one. */
export function replyFor(message: Buffer, answer: Buffer): Buffer {
  const reply = Buffer.from(answer);
  if (reply.length < HEADER || message.length < HEADER) return reply;
  reply[0] = byteAt(message, 0);
  reply[1] = byteAt(message, 1);
  return reply;
}

/** What is sent of a reply by UDP: the client asks again by TCP if it is too long. */
export function fitting(message: Buffer, question: Question, reply: Buffer): Buffer {
  if (reply.length <= question.room) return reply;
  const short = emptyReply(message, question, NO_ERROR);
  short[2] = byteAt(short, 2) | 0x02;
  return short;
}

/** The name of a record type, as the LocalAPI has it; empty for types that it does not know. */
export function typeName(type: number): string {
  switch (type) {
    case 1:
      return "A";
    case 2:
      return "NS";
    case 5:
      return "CNAME";
    case 6:
      return "SOA";
    case 12:
      return "PTR";
    case 15:
      return "MX";
    case 16:
      return "TXT";
    case 28:
      return "AAAA";
    case 33:
      return "SRV";
    default:
      return "";
  }
}

function u16(message: Buffer, at: number): number {
  return byteAt(message, at) * 256 + byteAt(message, at + 1);
}
