// SPDX-License-Identifier: Apache-2.0
import type { Host, Stream } from "../host/host.js";
import { within } from "../process/clock.js";
import { parseHead, type ReplyHead } from "./http-reply.js";

/** tailscaled's control socket. Requests are HTTP/1.0, so that replies are neither chunked nor kept alive. */
export interface LocalApi {
  readonly host: Host;
  readonly socket: string;
}

export interface LocalReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/**
 * Makes one request and reads the whole reply.
 *
 * @param path below /localapi/v0/
 * @param body JSON, or empty for none
 * @param timeoutMs after which the connection is closed, which also cancels the request in tailscaled
 * @returns null if there was no reply in time
 * @throws SystemError or a socket's error if tailscaled does not listen
 */
export async function call(
  api: LocalApi,
  method: string,
  path: string,
  body: string,
  timeoutMs: number,
): Promise<LocalReply | null> {
  const stream = await api.host.connect(api.socket);
  try {
    stream.write(requestText(method, path, body));
    return await within(readReply(stream), timeoutMs);
  } finally {
    stream.close();
  }
}

/** A stream of JSON texts, one a line, such as `watch-ipn-bus`. */
export interface Lines {
  /** The next line, or null at the end of the stream or when `timeoutMs` is over. */
  readonly next: (timeoutMs: number) => Promise<string | null>;
  readonly close: () => void;
}

/** Opens a stream of lines. `next` throws if tailscaled answers with an error. */
export async function follow(api: LocalApi, path: string): Promise<Lines> {
  const stream = await api.host.connect(api.socket);
  stream.write(requestText("GET", path, ""));
  const reader = lineReader(stream);
  let pending: Promise<string | null> | null = null;
  return {
    next: async (timeoutMs) => {
      // A read that outlives its time limit belongs to the next call.
      if (pending === null) pending = reader();
      const line = await within(pending, timeoutMs);
      if (line !== null) pending = null;
      return line;
    },
    close: () => stream.close(),
  };
}

/** A connection that tailscaled made into the tailnet, or why it did not. */
export interface Dialed {
  readonly reply: LocalReply | null;
  /** Closes the connection, if there is one. */
  readonly close: () => void;
}

/** Asks tailscaled to connect to `host:port` through the tailnet. Status 101 means that the connection stands. */
export async function dial(api: LocalApi, host: string, port: number, timeoutMs: number): Promise<Dialed> {
  const stream = await api.host.connect(api.socket);
  const headers = `Connection: upgrade\r\nUpgrade: ts-dial\r\nDial-Host: ${host}\r\nDial-Port: ${port}\r\nDial-Network: tcp\r\n`;
  stream.write(`POST /localapi/v0/dial HTTP/1.1\r\nHost: local-tailscaled.sock\r\n${headers}Content-Length: 0\r\n\r\n`);
  const reply = await within(readReply(stream), timeoutMs);
  return { reply, close: () => stream.close() };
}

function requestText(method: string, path: string, body: string): string {
  // Length in bytes, as prefs may hold any text.
  const length = body === "" && method === "GET" ? "" : `Content-Length: ${Buffer.from(body).length}\r\n`;
  return `${method} /localapi/v0/${path} HTTP/1.0\r\nHost: local-tailscaled.sock\r\n${length}\r\n${body}`;
}

/** Reads to the end of the stream, or to the end of the head of an upgrade, which has no end. */
async function readReply(stream: Stream): Promise<LocalReply | null> {
  let text = "";
  const parts: Buffer[] = [];
  let head: ReplyHead | null = null;
  for (;;) {
    const chunk = await stream.read();
    if (chunk === null) break;
    parts.push(chunk);
    if (head === null) {
      text += chunk.toString("latin1");
      head = parseHead(text);
    }
    if (head !== null && (head.status === 101 || complete(head, parts))) break;
  }
  if (head === null) throw new Error("tailscaled closed the connection without an answer");
  const body = Buffer.concat(parts).subarray(head.bodyAt).toString("utf8");
  return { status: head.status, headers: head.headers, body };
}

/** Whether a reply that says its length is whole; replies to HTTP/1.1 requests stay open. */
function complete(head: ReplyHead, parts: readonly Buffer[]): boolean {
  const length = head.headers["content-length"];
  if (length === undefined) return false;
  let bytes = 0;
  for (const part of parts) bytes += part.length;
  return bytes >= head.bodyAt + Number(length);
}

function lineReader(stream: Stream): () => Promise<string | null> {
  let buffered: Buffer = Buffer.alloc(0);
  let inBody = false;
  return async () => {
    for (;;) {
      if (!inBody) {
        const text = buffered.toString("latin1");
        const head = parseHead(text);
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
      const chunk = await stream.read();
      if (chunk === null) return null;
      buffered = Buffer.concat([buffered, chunk]);
    }
  };
}
