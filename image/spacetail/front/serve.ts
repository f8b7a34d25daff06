// SPDX-License-Identifier: Apache-2.0
import type { Outlet } from "../egress/egress.js";
import { byteAt } from "./bytes.js";
import { closeGently } from "./closing.js";
import { answerText } from "./http/answers.js";
import { serveHttp } from "./http/session.js";
import type { Client, FrontParts } from "./parts.js";
import { OPEN, REJECTED_4, replyBytes, VERSION } from "./socks/messages.js";
import { serveSocks } from "./socks/session.js";
import { NOTHING } from "./source.js";

/** The first byte of a client that speaks SOCKS4, which has no names and no IPv6. */
const SOCKS4 = 4;

/**
 * Serves a client in the protocol that its first byte shows.
 *
 * @returns the outlet to relay the client with, if the client has got one; null if its connection has been closed
 */
export function serve(client: Client, parts: FrontParts): Promise<Outlet | null> {
  // No async function: in the native build each that waits has a stack of its own, and idle clients are many.
  return client.source.more().then((): Promise<Outlet | null> => {
    const first = firstByte(client);
    if (first === VERSION) return serveSocks(client, parts);
    if (first === SOCKS4) return answer(client, REJECTED_4);
    if (first >= 0) return serveHttp(client, parts);
    return answer(client, NOTHING);
  });
}

/** Tells a client, in its protocol, that there are too many already. */
export function refuse(client: Client): Promise<Outlet | null> {
  return client.source.more().then((): Promise<Outlet | null> => {
    const first = firstByte(client);
    if (first === VERSION) return answer(client, Buffer.concat([OPEN, replyBytes(1)]));
    if (first === SOCKS4) return answer(client, REJECTED_4);
    return answer(client, first < 0 ? NOTHING : Buffer.from(answerText(TOO_MANY)));
  });
}

const TOO_MANY = {
  status: 503,
  reason: "Too many connections are open. Close some, or raise the limit of open files (ulimit -n).",
  isLast: true,
  isHead: false,
};

async function answer(client: Client, bytes: Buffer): Promise<Outlet | null> {
  if (bytes.length > 0) await client.connection.write(bytes);
  await closeGently(client);
  return null;
}

/** -1 if the client went away without a word. */
function firstByte({ source }: Client): number {
  const bytes = source.bytes();
  return bytes.length > 0 ? byteAt(bytes, 0) : -1;
}
