// SPDX-License-Identifier: Apache-2.0
import { parseHead, type ReplyHead } from "../egress/http-reply.js";
import type { Connection } from "../platform/net.js";
import { within } from "../process/clock.js";

/** A reply of tailscaled on its unix socket. */
export interface LocalReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/** A stream of JSON texts, one a line. */
export interface Lines {
  /**
   * The next line, or null at the end of the stream or after `limitMs`. Throws if tailscaled answered with an error.
   */
  readonly next: (limitMs: number) => Promise<string | null>;
  readonly close: () => void;
}

/** The longest head of a reply. Bytes. */
const LONGEST_HEAD = 65_536;

/** The text of a request. It is HTTP/1.0, so that the reply is neither chunked nor kept alive. */
export function requestText(method: string, path: string, body: string): string {
  // The length is in bytes, because preferences may contain any text.
  const length = body === "" && method === "GET" ? "" : `Content-Length: ${Buffer.from(body).length}\r\n`;
  return `${method} ${path} HTTP/1.0\r\nHost: local-tailscaled.sock\r\n${length}\r\n${body}`;
}

/** Reads one reply; null if it is not there after `limitMs`. */
export async function readReply(connection: Connection, limitMs: number): Promise<LocalReply | null> {
  return await within(wholeReply(connection), limitMs);
}

/** Reads the lines of a reply that does not end. */
export function readLines(connection: Connection): Lines {
  const read = lineReader(connection);
  let pending: Promise<string | null> | null = null;
  return {
    next: async (limitMs) => {
      // A read that outlives its limit is continued by the next call.
      if (pending === null) pending = read();
      const line = await within(pending, limitMs);
      if (line !== null) pending = null;
      return line;
    },
    close: () => connection.close(),
  };
}

/** Reads to the end of the stream, or to the end of the head of an upgrade, which has no end. */
async function wholeReply(connection: Connection): Promise<LocalReply | null> {
  let text = "";
  const parts: Buffer[] = [];
  let head: ReplyHead | null = null;
  for (;;) {
    const chunk = await connection.read();
    if (chunk === null) break;
    parts.push(chunk);
    if (head === null) {
      text += chunk.toString("latin1");
      head = headOf(text);
    }
    if (head !== null && (head.status === 101 || isComplete(head, parts))) break;
  }
  if (head === null) throw new Error("tailscaled closed the connection without an answer");
  const body = Buffer.concat(parts).subarray(head.bodyAt).toString("utf8");
  return { status: head.status, headers: head.headers, body };
}

/** The head that a text begins with; null while it is not complete. */
function headOf(text: string): ReplyHead | null {
  const head = parseHead(text);
  if (head === null && text.length > LONGEST_HEAD) throw new Error("the head of tailscaled's answer is too long");
  return head;
}

/** Whether a reply with a Content-Length is complete; connections of HTTP/1.1 requests stay open. */
function isComplete(head: ReplyHead, parts: readonly Buffer[]): boolean {
  const length = head.headers["content-length"];
  if (length === undefined) return false;
  let bytes = 0;
  for (const part of parts) bytes += part.length;
  return bytes >= head.bodyAt + Number(length);
}

function lineReader(connection: Connection): () => Promise<string | null> {
  let buffered: Buffer = Buffer.alloc(0);
  let inBody = false;
  return async () => {
    for (;;) {
      if (!inBody) {
        const text = buffered.toString("latin1");
        const head = headOf(text);
        if (head !== null) {
          if (head.status !== 200)
            throw new Error(`tailscaled answered ${head.status}: ${text.slice(head.bodyAt).trim()}`);
          inBody = true;
          buffered = buffered.subarray(head.bodyAt);
        }
      }
      const newline = inBody ? buffered.indexOf(10) : -1;
      if (newline >= 0) {
        const line = buffered.subarray(0, newline).toString("utf8");
        buffered = buffered.subarray(newline + 1);
        return line;
      }
      const chunk = await connection.read();
      if (chunk === null) return null;
      buffered = Buffer.concat([buffered, chunk]);
    }
  };
}
