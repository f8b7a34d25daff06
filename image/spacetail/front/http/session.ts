// SPDX-License-Identifier: Apache-2.0
import { formatHostPort } from "../../../../contract/wire/addresses.js";
import type { Outlet } from "../../egress/egress.js";
import { unacceptable } from "../../egress/proxy-dial.js";
import { errorCode, errorMessage } from "../../errors/failure.js";
import { closeGently } from "../closing.js";
import { announce, sendEarly } from "../handover.js";
import type { Client, Done, FrontParts } from "../parts.js";
import { httpStatus } from "../problem.js";
import { type Answer, answerText, ESTABLISHED } from "./answers.js";
import { bodyScanner } from "./body.js";
import { type Exchange, SAFE_METHODS } from "./exchange.js";
import { type Framing, requestFraming, responseFraming } from "./framing.js";
import { parseRequestHead, parseResponseHead, type RequestHead } from "./head.js";
import { type Link, leadsTo, linkTo } from "./link.js";
import { type Read, readHead, readHeadAtOnce } from "./reading.js";
import { forwardRequest, forwardResponse, isServerPersistent } from "./rewrite.js";
import { connectTarget, plainTarget } from "./target.js";

/** How long heads may be. Bytes. */
const LONGEST_REQUEST_HEAD = 65_536;
const LONGEST_RESPONSE_HEAD = 262_144;

/** How many requests may be under way on one connection. */
const MOST_PENDING = 16;

/** A client's connection while it speaks HTTP. */
interface Session {
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

/**
 * Serves a client that speaks HTTP to its proxy until the connection ends. Requests for any servers may follow each
 * other; each answer is passed on before the next.
 */
export function serveHttp(client: Client, parts: FrontParts, done: Done): void {
  next({ client, parts, done, link: null, waiting: [], isOver: false });
}

/**
 * Waits for a request, and serves it. There are no promises while nothing happens: in the native build whatever waits
 * for one has a stack of its own, and idle clients are many.
 */
function next(session: Session): void {
  const { connection, source } = session.client;
  if (session.isOver) return;
  const failed = (error: unknown): void => fail(session, error);
  const serve = (): void => {
    serveOne(session).then(() => next(session), failed);
  };
  if (source.bytes().length > 0) serve();
  else connection.readable(() => source.more().then(serve, failed));
}

/** The client went away, or its connection broke: there is nobody to tell. */
function fail(session: Session, error: unknown): void {
  if (session.isOver) return;
  if (errorCode(error) === "") session.parts.log(`A connection failed: ${errorMessage(error)}.`);
  cut(session);
}

/** Reads one request and sends it on; its answer may come later. */
function serveOne(session: Session): Promise<void> {
  const { source } = session.client;
  const read = readHeadAtOnce(source, LONGEST_REQUEST_HEAD);
  if (read !== null) return serveHead(session, read);
  return readHead(source, LONGEST_REQUEST_HEAD).then((late) => serveHead(session, late));
}

async function serveHead(session: Session, read: Read): Promise<void> {
  if (session.isOver) return;
  if (read.head === null) {
    // The server is to see that the client sends no more, as it would without a proxy.
    const outlet = session.link === null ? null : session.link.outlet();
    if (outlet !== null && !read.isTooLong) outlet.connection.end();
    await answered(session);
    if (read.isTooLong) await answerLast(session, 431, "The headers of the request are too long.");
    else finish(session);
    return;
  }
  try {
    const head = parseRequestHead(read.head);
    if (head.method === "CONNECT") await connect(session, head);
    else await forward(session, head);
  } catch (error) {
    if (!isMalformed(error)) throw error;
    await answered(session);
    await answerLast(session, 400, `Bad request: ${errorMessage(error)}.`);
  }
}

/** CONNECT: a connection to a server, on which the client may speak any protocol. */
async function connect(session: Session, head: RequestHead): Promise<void> {
  const { client, parts } = session;
  const target = connectTarget(head.target);
  await answered(session);
  if (session.isOver) return;
  if (session.link !== null) session.link.close();
  const { outlet, problem } = await parts.dialer.dial(target, false);
  if (outlet === null) {
    const text = problem === null ? "" : problem.text;
    parts.log(text);
    await answerLast(session, problem === null ? 502 : httpStatus(problem.kind), text);
    return;
  }
  await announce(client, outlet, Buffer.from(ESTABLISHED));
  await give(session, outlet);
}

/** Leaves the connection to a relay. */
async function give(session: Session, outlet: Outlet): Promise<void> {
  session.isOver = true;
  await sendEarly(session.client, outlet);
  session.done(outlet);
}

/** A plain request. */
async function forward(session: Session, head: RequestHead): Promise<void> {
  const target = plainTarget(head.method, head.target);
  const framing = requestFraming(head);
  const { path, fields, isUpgrade, isPersistent } = forwardRequest(head, target);
  const isRepeatable = framing.kind === "none" && !isUpgrade && SAFE_METHODS.includes(head.method);
  const exchange: Exchange = {
    method: head.method,
    path,
    url: head.target,
    minor: head.minor,
    fields,
    isRepeatable,
    isUpgrade,
    isPersistent,
    isSent: false,
    isRepeated: false,
    fault: "",
  };
  // Other requests may depend on the answers to earlier ones, and could not be repeated if the server closed.
  const present = session.link;
  const isFollower =
    present !== null &&
    leadsTo(present, target.server) &&
    isRepeatable &&
    present.pending.length < MOST_PENDING &&
    present.pending.every((one) => one.isRepeatable);
  if (!isFollower) await answered(session);
  if (session.isOver) return;
  const link = present !== null && leadsTo(present, target.server) ? present : linkTo(target.server, session.parts);
  if (present !== null && link !== present) present.close();
  session.link = link;
  if (link.outlet() === null && link.pending.length === 0) {
    const problem = await link.open();
    if (problem !== null) {
      const isLast = framing.kind !== "none" || !isPersistent;
      await answer(session, {
        status: httpStatus(problem.kind),
        reason: problem.text,
        isLast,
        isHead: isHead(exchange),
      });
      return;
    }
  }
  link.pending.push(exchange);
  if (link.pending.length === 1) {
    session.parts.activity.begin();
    awaitAnswer(session, link);
  }
  await sendRequest(session, link, exchange, framing);
  if (isUpgrade) await answered(session);
}

/** Sends a request with its body. */
async function sendRequest(session: Session, link: Link, exchange: Exchange, framing: Framing): Promise<void> {
  const { source } = session.client;
  const scanner = bodyScanner(framing);
  let bytes: Buffer = link.headOf(exchange);
  try {
    for (;;) {
      if (!scanner.isComplete()) {
        const body = source.take(scanner.take(source.bytes()));
        if (body.length > 0) bytes = bytes.length === 0 ? body : Buffer.concat([bytes, body]);
      }
      // Whether the server takes no more or everything: what it answers is passed on.
      if (scanner.isComplete()) exchange.isSent = true;
      if (bytes.length > 0 && !(await link.send(bytes))) {
        if (!exchange.isRepeatable) exchange.isSent = false;
        return;
      }
      if (scanner.isComplete()) return;
      bytes = Buffer.alloc(0);
      if (source.bytes().length === 0 && !(await source.more())) {
        exchange.fault = "the body of the request is incomplete";
        link.close();
        return;
      }
      // The answer came before the end of the request.
      if (session.isOver || !link.pending.includes(exchange)) return;
    }
  } catch (error) {
    if (!isMalformed(error)) throw error;
    exchange.fault = errorMessage(error);
    link.close();
    await answered(session);
  }
}

/** Resolves when all answers so far have been passed on. */
function answered(session: Session): Promise<void> {
  if (session.link === null || session.link.pending.length === 0) return Promise.resolve();
  return new Promise<void>((resolve) => session.waiting.push(resolve));
}

/** Waits until the server begins with the next answer, or closes its connection. */
function awaitAnswer(session: Session, link: Link): void {
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

/** Passes on the answer to the first request that has none. Never rejects. */
function passAnswer(session: Session, link: Link, exchange: Exchange): Promise<void> {
  const began = { answer: false };
  return passHeads(session, link, exchange, began).catch((error: unknown) =>
    unreadable(session, link, exchange, began, error),
  );
}

/** Says that an answer cannot be read, if the client has not got its beginning. */
async function unreadable(
  session: Session,
  link: Link,
  exchange: Exchange,
  began: { answer: boolean },
  error: unknown,
): Promise<void> {
  if (session.isOver) return;
  link.close();
  const text = `Cannot read the answer of ${formatHostPort(link.server)}: ${errorMessage(error)}.`;
  session.parts.log(text);
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
async function passHeads(session: Session, link: Link, exchange: Exchange, began: { answer: boolean }): Promise<void> {
  for (;;) {
    if (session.isOver) return;
    const whole = link.outlet() === null ? null : readHeadAtOnce(link.source(), LONGEST_RESPONSE_HEAD);
    const bytes = whole === null || whole.head === null ? await answerHead(session, link, exchange) : whole.head;
    if (bytes === null) return;
    const head = parseResponseHead(bytes);
    const source = link.source();
    if (head.status === 101) {
      const outlet = link.outlet();
      if (!exchange.isUpgrade || !exchange.isSent || outlet === null)
        throw new Error("it changes the protocol although nobody asked it to");
      await pass(session, Buffer.from(forwardResponse(head, false), "latin1"));
      const early = source.take(source.bytes().length);
      await give(session, { connection: outlet.connection, early, plain: outlet.plain });
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

/** The head of the next answer; null if there is none and the client has been told so. */
async function answerHead(session: Session, link: Link, exchange: Exchange): Promise<Buffer | null> {
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

async function answerLast(session: Session, status: number, reason: string, isHead = false): Promise<void> {
  await answer(session, { status, reason, isLast: true, isHead });
}

async function answer(session: Session, one: Answer): Promise<void> {
  if (session.isOver) return;
  try {
    await session.client.connection.write(Buffer.from(answerText(one)));
  } catch {
    // The client is gone.
  }
  if (one.isLast) finish(session);
}

/** Ends the connection to the client when what was written has been sent. */
function finish(session: Session): void {
  const { client, link, done } = session;
  if (session.isOver) return;
  session.isOver = true;
  if (link !== null) link.close();
  closeGently(client).then(() => done(null));
}

/** Closes the connection to the client, which may see that an answer is not complete. */
function cut(session: Session): void {
  const { client, link, done } = session;
  if (session.isOver) return;
  session.isOver = true;
  if (link !== null) link.close();
  client.connection.close();
  done(null);
}

function isHead(exchange: Exchange): boolean {
  return exchange.method === "HEAD";
}

function isMalformed(error: unknown): boolean {
  return error instanceof Error && error.name === "Malformed";
}
