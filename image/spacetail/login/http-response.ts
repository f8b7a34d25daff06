// SPDX-License-Identifier: Apache-2.0
import { consistsOf, DIGITS } from "../../../contract/wire/characters.js";
import { parseHead, type ReplyHead } from "../egress/http-reply.js";

/** An HTTP/1 reply as it comes in. */
export interface Response {
  /** Takes the next bytes; true when the reply is complete. Throws if they cannot belong to an HTTP reply. */
  readonly feed: (bytes: Buffer) => boolean;
  /** The connection has ended; true if the reply is complete with that. */
  readonly end: () => boolean;
  /** Null until the head is complete. */
  readonly head: () => ReplyHead | null;
  readonly body: () => string;
}

const NEWLINE = 10;

/**
 * Reads the reply to one request.
 *
 * @param most the greatest size of the reply in bytes
 */
export function responseReader(most: number): Response {
  let buffered: Buffer = Buffer.alloc(0);
  let head: ReplyHead | null = null;
  let body: Buffer = Buffer.alloc(0);
  /** How the body ends: after so many bytes; -1 by chunks; -2 with the connection. */
  let length = -2;
  let complete = false;

  const startBody = (found: ReplyHead): void => {
    buffered = buffered.subarray(found.bodyAt);
    // What comes before the reply proper, such as 103 Early Hints.
    if (found.status < 200) return;
    head = found;
    const given = found.headers["content-length"] ?? "";
    const coding = (found.headers["transfer-encoding"] ?? "").toLowerCase();
    if (coding.endsWith("chunked")) length = -1;
    else if (consistsOf(given, DIGITS) && given.length < 10) length = Number(given);
    if (found.status === 204 || found.status === 304) length = 0;
  };

  const takeChunks = (): void => {
    for (;;) {
      const newline = buffered.indexOf(NEWLINE);
      if (newline < 0) return;
      const size = chunkSize(buffered.subarray(0, newline).toString("latin1"));
      if (size < 0) throw new Error("the answer has a malformed chunk");
      if (size === 0) {
        complete = true;
        return;
      }
      // The chunk ends with a newline, as its size does.
      if (buffered.length < newline + 1 + size + 2) return;
      body = Buffer.concat([body, buffered.subarray(newline + 1, newline + 1 + size)]);
      buffered = buffered.subarray(newline + 1 + size + 2);
    }
  };

  return {
    feed: (bytes) => {
      buffered = Buffer.concat([buffered, bytes]);
      if (buffered.length + body.length > most) throw new Error("the answer is too long");
      while (head === null) {
        const found = parseHead(buffered.toString("latin1"));
        if (found === null) return false;
        startBody(found);
      }
      if (length === -1) takeChunks();
      else if (length >= 0 && buffered.length >= length) {
        body = buffered.subarray(0, length);
        complete = true;
      }
      return complete;
    },
    end: () => {
      if (complete) return true;
      if (head === null || length !== -2) return false;
      body = buffered;
      return true;
    },
    head: () => head,
    body: () => body.toString("utf8"),
  };
}

/** The size in the first line of a chunk, which may have extensions; -1 if it is malformed. */
export function chunkSize(line: string): number {
  const text = (line.split(";")[0] ?? "").trim();
  if (text.length > 7 || !consistsOf(text, `${DIGITS}ABCDEFabcdef`)) return -1;
  return Number(`0x${text}`);
}
