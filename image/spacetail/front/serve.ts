// SPDX-License-Identifier: Apache-2.0
import { closeGently } from "./closing.js";
import { answerText } from "./http/answers.js";
import { serveHttp } from "./http/session.js";
import type { Client, FrontParts } from "./parts.js";
import { REJECTED_4, replyBytes, VERSION } from "./socks/messages.js";
import { serveSocks } from "./socks/session.js";

/** The first byte of a client that speaks SOCKS4, which has no names and no IPv6. */
const SOCKS4 = 4;

/** Serves a client until its connection ends, in the protocol that its first byte shows. */
export async function serve(client: Client, parts: FrontParts): Promise<void> {
  const first = await firstByte(client);
  if (first === VERSION) await serveSocks(client, parts);
  else if (first === SOCKS4) await answer(client, REJECTED_4);
  else if (first >= 0) await serveHttp(client, parts);
  else client.connection.close();
}

/** Tells a client, in its protocol, that there are too many already. */
export async function refuse(client: Client): Promise<void> {
  const first = await firstByte(client);
  const reason = "Too many connections are open. Close some, or raise the limit of open files (ulimit -n).";
  if (first === VERSION) await answer(client, Buffer.concat([Buffer.from([VERSION, 0]), replyBytes(1)]));
  else if (first === SOCKS4) await answer(client, REJECTED_4);
  else if (first >= 0) {
    await answer(client, Buffer.from(answerText({ status: 503, reason, isLast: true, isHead: false })));
  } else client.connection.close();
}

async function answer(client: Client, bytes: Buffer): Promise<void> {
  await client.connection.write(bytes);
  await closeGently(client);
}

/** -1 if the client went away without a word. */
async function firstByte({ source }: Client): Promise<number> {
  if (source.bytes().length === 0 && !(await source.more())) return -1;
  const bytes = source.bytes();
  return bytes.length > 0 ? (bytes[0] ?? -1) : -1;
}
