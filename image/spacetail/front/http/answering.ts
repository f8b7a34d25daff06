// SPDX-License-Identifier: Apache-2.0
import { formatHostPort } from "../../../../contract/wire/addresses.js";
import type { Outlet } from "../../egress/egress.js";
import { unacceptable } from "../../egress/proxy-dial.js";
import { errorMessage } from "../../errors/failure.js";
import { sendEarly } from "../announce.js";
import { closeGently } from "../closing.js";
import type { Client, Done, FrontParts } from "../parts.js";
import { httpStatus } from "../problem.js";
import { type Answer, answerText } from "./answers.js";
import { bodyScanner } from "./body.js";
import type { Exchange } from "./exchange.js";
import { responseFraming } from "./framing.js";
import { parseResponseHead } from "./head.js";
import type { Link } from "./link.js";
import { readHead, readHeadAtOnce } from "./reading.js";
import { forwardResponse, isServerPersistent } from "./rewrite.js";

/** How long the head of an answer may be. Bytes. */
const LONGEST_RESPONSE_HEAD = 262_144;

/** A client's connection while it speaks HTTP. */
export interface Session {
  readonly client: Client;
  readonly parts: FrontParts;
  /** Ends the session, once. */
  readonly done: Done;
  /** The server of the last request; null before there is one. */
  link: Link | null;
  /** Whom to tell when all answers so far have been passed on. */
  waiting: (() => void)[];
  /** Whether the client gets nothing more. */
  isOver: boolean;
}

/** Resolves when all answers so far have been passed on. */
export function answered(session: Session): Promise<void> {
  if (session.link === null || session.link.pending.length === 0) return Promise.resolve();
  return new Promise<void>((resolve) => session.waiting.push(resolve));
}

/** Waits until the server begins with the next answer, or closes its connection. */
export function awaitAnswer(session: Session, link: Link): void {
  const outlet = link.outlet();
  const begin = (): void => {
    const exchange = link.pending[0];
    if (exchange !== undefined) passAnswer(session, link, exchange).then(() => afterAnswer(session, link, exchange));
  };
  if (outlet === null || link.source().bytes().length > 0) begin();
  else outlet.connection.readable(() => link.source().more().then(begin, begin));
}

function afterAnswer(session: Session, link: Link, exchange: Exchange): void {
  // It is still there if it got no answer.
  if (link.pending[0] === exchange) link.pending.shift();
  if (link.pending.length > 0 && !session.isOver) {
    awaitAnswer(session, link);
    return;
  }
  session.parts.activity.end();
  link.pending.splice(0);
  const waiting = session.waiting;
  session.waiting = [];
  for (const resolve of waiting) resolve();
}

/** What a client has got of an answer. */
interface Began {
  answer: boolean;
  /** Whether only the end of the connection tells that it is complete. */
  isOpenEnded: boolean;
}

/** Passes on the answer to the first request that has none. Never rejects. */
function passAnswer(session: Session, link: Link, exchange: Exchange): Promise<void> {
  const began: Began = { answer: false, isOpenEnded: false };
  return passHeads(session, link, exchange, began).catch((error: unknown) =>
    unreadable(session, link, exchange, began, error),
  );
}

/** Says that an answer cannot be read, if the client has not got its beginning. */
async function unreadable(
  session: Session,
  link: Link,
  exchange: Exchange,
  began: Began,
  error: unknown,
): Promise<void> {
  if (session.isOver) return;
  link.close();
  const text = `Cannot read the answer of ${formatHostPort(link.server)}: ${errorMessage(error)}.`;
  session.parts.log(text);
  if (began.isOpenEnded) session.parts.net.cut(session.client.connection);
  if (began.answer) cut(session);
  else await answerLast(session, 502, text, isHead(exchange));
}

/** Writes to the client. If it has gone, the session ends, and whose fault that is need not be told. */
function pass(session: Session, bytes: Buffer): Promise<void> {
  return session.client.connection.write(bytes).catch((error: unknown) => {
    cut(session);
    throw error;
  });
}

/** Passes on interim answers and then the final one, with its body. */
async function passHeads(session: Session, link: Link, exchange: Exchange, began: Began): Promise<void> {
  for (;;) {
    if (session.isOver) return;
    const atOnce = headAtOnce(link);
    const bytes = atOnce === null ? await awaitHead(session, link, exchange) : atOnce;
    if (bytes === null) return;
    const head = parseResponseHead(bytes);
    const source = link.source();
    if (head.status === 101) {
      const outlet = link.outlet();
      if (!exchange.isUpgrade || !exchange.isSent || outlet === null)
        throw new Error("it changes the protocol although nobody asked it to");
      await pass(session, Buffer.from(forwardResponse(head, false), "latin1"));
      const early = source.take(source.bytes().length);
      await give(session, { connection: outlet.connection, early, carrier: outlet.carrier });
      return;
    }
    // The client knows nothing of that proxy, and would take this one for it.
    const proxy = link.proxy();
    if (head.status === 407 && proxy !== null) throw unacceptable(proxy, "");
    const framing = responseFraming(head, exchange.method);
    // A server that answers before it has the whole request may not read the rest, so nothing can follow it.
    const isEarly = !exchange.isSent;
    const isLast = !exchange.isPersistent || isEarly || framing.kind === "until-close" || head.minor === 0;
    const scanner = bodyScanner(framing);
    let out: Buffer = Buffer.from(forwardResponse(head, isLast), "latin1");
    if (head.status < 200) {
      await pass(session, out);
      continue;
    }
    let isWhole = true;
    for (;;) {
      if (!scanner.isComplete()) {
        const body = source.take(scanner.take(source.bytes()));
        if (body.length > 0) out = out.length === 0 ? body : Buffer.concat([out, body]);
      }
      if (out.length > 0) {
        began.answer = true;
        began.isOpenEnded = framing.kind === "until-close";
        await pass(session, out);
      }
      if (scanner.isComplete()) break;
      out = Buffer.alloc(0);
      if (source.bytes().length === 0 && !(await source.more())) {
        isWhole = framing.kind === "until-close";
        break;
      }
    }
    link.answered(isWhole && !isEarly && framing.kind !== "until-close" && isServerPersistent(head));
    if (!isWhole) throw new Error("it ended before it was complete");
    if (isLast) finish(session);
    return;
  }
}

/** The head of the next answer if it has been received. */
function headAtOnce(link: Link): Buffer | null {
  const read = link.outlet() === null ? null : readHeadAtOnce(link.source(), LONGEST_RESPONSE_HEAD);
  return read === null ? null : read.head;
}

/** The head of the next answer; null if there is none and the client has been told so. */
async function awaitHead(session: Session, link: Link, exchange: Exchange): Promise<Buffer | null> {
  for (;;) {
    let head: Buffer | null = null;
    let isTooLong = false;
    const isPartial = link.source().bytes().length > 0;
    if (link.outlet() !== null) {
      try {
        const read = await readHead(link.source(), LONGEST_RESPONSE_HEAD);
        head = read.head;
        isTooLong = read.isTooLong;
      } catch {
        // A reset is an end like any other: nothing more comes.
      }
    }
    if (head !== null) return head;
    if (session.isOver) return null;
    const name = formatHostPort(link.server);
    if (exchange.fault !== "") {
      await answerLast(session, 400, `Bad request: ${exchange.fault}.`);
      return null;
    }
    if (isTooLong) throw new Error("its headers are too long");
    // A server may close a connection at the moment in which the next request is sent on it.
    const isStale = exchange.isRepeatable && !exchange.isRepeated && (link.isUsed() || link.outlet() === null);
    if (!isStale || isPartial) {
      await answerLast(session, 502, `${name} closed the connection without an answer.`, isHead(exchange));
      return null;
    }
    exchange.isRepeated = true;
    const problem = await link.open();
    if (problem !== null) {
      await answerLast(session, httpStatus(problem.kind), problem.text, isHead(exchange));
      return null;
    }
  }
}

export async function answerLast(session: Session, status: number, reason: string, isHead = false): Promise<void> {
  await answer(session, { status, reason, isLast: true, isHead });
}

export async function answer(session: Session, one: Answer): Promise<void> {
  if (session.isOver) return;
  try {
    await session.client.connection.write(Buffer.from(answerText(one)));
  } catch {
    // The client is gone.
  }
  if (one.isLast) finish(session);
}

/** Ends the connection to the client when what was written has been sent. */
export function finish(session: Session): void {
  const { client, link, done } = session;
  if (session.isOver) return;
  session.isOver = true;
  if (link !== null) link.close();
  closeGently(client).then(() => done(null));
}

/** Closes the connection to the client, which may see that an answer is not complete. */
export function cut(session: Session): void {
  const { client, link, done } = session;
  if (session.isOver) return;
  session.isOver = true;
  if (link !== null) link.close();
  client.connection.close();
  done(null);
}

export function isHead(exchange: Exchange): boolean {
  return exchange.method === "HEAD";
}

/** Leaves the connection to a relay. */
export async function give(session: Session, outlet: Outlet): Promise<void> {
  session.isOver = true;
  await sendEarly(session.client, outlet);
  session.done(outlet);
}
