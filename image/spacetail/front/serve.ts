// SPDX-License-Identifier: Apache-2.0
import type { HostPort } from "../../../contract/wire/addresses.js";
import type { Outlet } from "../egress/egress.js";
import { errorCode, errorMessage } from "../errors/failure.js";
import { limited } from "../process/clock.js";
import { byteAt, CR, isToken } from "./bytes.js";
import { closeGently } from "./closing.js";
import { answerText } from "./http/answers.js";
import { serveHttp } from "./http/session.js";
import type { Client, Done, FrontParts } from "./parts.js";
import { OPEN, REJECTED_4, replyBytes, VERSION } from "./socks/messages.js";
import { serveSocks } from "./socks/session.js";
import { NOTHING } from "./source.js";

/** The first byte of a client that speaks SOCKS4, which has no names and no IPv6. */
const SOCKS4 = 4;

/** How long a client that is to be refused may take to show its protocol. Milliseconds. */
const REFUSAL_MS = 2000;

/** Serves a client in the protocol that its first byte shows. */
export function serve(client: Client, parts: FrontParts, done: Done): void {
  // No promise before there is something to do: in the native build whatever waits for one has a stack of its own.
  client.connection.readable(() => {
    client.source.more().then(
      () => {
        const first = firstByte(client);
        if (first === VERSION) settle(serveSocks(client, parts), client, parts, done);
        else if (first === SOCKS4) settle(answer(client, REJECTED_4), client, parts, done);
        else if (first < 0) settle(answer(client, NOTHING), client, parts, done);
        else if (beginsHttp(client)) serveHttp(client, parts, done);
        else settle(answer(client, Buffer.from(answerText(NOT_HTTP))), client, parts, done);
      },
      (error: unknown) => fail(error, client, parts, done),
    );
  });
}

/** Tells a client, in its protocol, that there are too many already. */
export function refuse(client: Client, parts: FrontParts, done: Done): void {
  settle(refusal(client), client, parts, done);
}

async function refusal(client: Client): Promise<Outlet | null> {
  // One that says nothing is not to keep others from their answer.
  await limited(client.source.more(), REFUSAL_MS, "the client says nothing");
  const first = firstByte(client);
  if (first === VERSION) return await answer(client, Buffer.concat([OPEN, replyBytes(1)]));
  if (first === SOCKS4) return await answer(client, REJECTED_4);
  return await answer(client, first < 0 ? NOTHING : Buffer.from(answerText(TOO_MANY)));
}

/** Connects a client to the service of a forward. A client that does not know of a proxy can be told nothing. */
export function serveForward(client: Client, target: HostPort, parts: FrontParts, done: Done): void {
  const dialed = parts.dialer.dial(target, false).then(({ outlet, problem }): Outlet | null => {
    if (problem !== null) parts.log(problem.text);
    if (outlet === null) client.connection.close();
    return outlet;
  });
  settle(dialed, client, parts, done);
}

function settle(work: Promise<Outlet | null>, client: Client, parts: FrontParts, done: Done): void {
  work.then(done, (error: unknown) => fail(error, client, parts, done));
}

/** The client went away, or its connection broke: there is nobody to tell. */
function fail(error: unknown, client: Client, parts: FrontParts, done: Done): void {
  if (errorCode(error) === "") parts.log(`A connection failed: ${errorMessage(error)}.`);
  client.connection.close();
  done(null);
}

/** Others would wait for an answer, and no end of a request might ever come. */
const NOT_HTTP = {
  status: 400,
  reason: "Bad request: this is not HTTP. The address of this proxy begins with http://, or socks5h://.",
  isLast: true,
  isHead: false,
};

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

/** True for a client that begins with a method, or with an empty line in front of it. */
function beginsHttp(client: Client): boolean {
  return firstByte(client) === CR || isToken(client.source.bytes(), 0, 1);
}

/** -1 if the client went away without a word. */
function firstByte({ source }: Client): number {
  const bytes = source.bytes();
  return bytes.length > 0 ? byteAt(bytes, 0) : -1;
}
