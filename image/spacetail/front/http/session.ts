// SPDX-License-Identifier: Apache-2.0
import { formatHostPort } from "../../../../contract/wire/addresses.js";
import type { Outlet } from "../../egress/egress.js";
import { errorMessage } from "../../errors/failure.js";
import { closeGently } from "../closing.js";
import type { Client, FrontParts } from "../parts.js";
import { httpStatus } from "../problem.js";
import { type Answer, answerText, ESTABLISHED } from "./answers.js";
import { bodyScanner } from "./body.js";
import { type Exchange, SAFE_METHODS } from "./exchange.js";
import { type Framing, requestFraming, responseFraming } from "./framing.js";
import { parseRequestHead, parseResponseHead, type RequestHead } from "./head.js";
import { type Link, leadsTo, linkTo } from "./link.js";
import { readHead } from "./reading.js";
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
  /** The server of the last request; null before there is one. */
  link: Link | null;
  /** Ends when all answers so far have been passed on. */
  answers: Promise<void>;
  /** Whether the client gets nothing more. */
  isOver: boolean;
  /** What the connection is to be relayed with; null before that is so. */
  given: Outlet | null;
  /** The end of the connection; null before. */
  closing: Promise<void> | null;
}

/**
 * Serves a client that speaks HTTP to its proxy until the connection ends. Requests for any servers may follow each
 * other; each answer is passed on before the next.
 *
 * @returns the outlet to relay the client with, if the client has got one; null if its connection has been closed
 */
export function serveHttp(client: Client, parts: FrontParts): Promise<Outlet | null> {
  const session: Session = {
    client,
    parts,
    link: null,
    answers: Promise.resolve(),
    isOver: false,
    given: null,
    closing: null,
  };
  // No async function: in the native build each that waits has a stack of its own, and idle clients are many.
  return new Promise<Outlet | null>((resolve, reject) => {
    const end = (): void => {
      const { given } = session;
      if (given === null && session.link !== null) session.link.close();
      if (given === null) (session.closing ?? closeGently(client)).then(() => resolve(null), reject);
      else resolve(given);
    };
    const fail = (error: unknown): void => {
      if (session.link !== null) session.link.close();
      reject(error instanceof Error ? error : new Error(errorMessage(error)));
    };
    const next = (): void => {
      if (session.isOver) end();
      else if (client.source.bytes().length > 0) serveOne(session).then(next, fail);
      else client.source.more().then(() => serveOne(session).then(next, fail), fail);
    };
    next();
  });
}

/** Reads one request and sends it on; its answer may come later. */
async function serveOne(session: Session): Promise<void> {
  const { client } = session;
  const read = await readHead(client.source, LONGEST_REQUEST_HEAD);
  if (session.isOver) return;
  if (read.head === null) {
    // The server is to see that the client sends no more, as it would without a proxy.
    const outlet = session.link === null ? null : session.link.outlet();
    if (outlet !== null && !read.isTooLong) outlet.connection.end();
    await session.answers;
    if (read.isTooLong) await answerLast(session, 431, "The headers of the request are too long.");
    session.isOver = true;
    return;
  }
  try {
    const head = parseRequestHead(read.head);
    if (head.method === "CONNECT") await connect(session, head);
    else await forward(session, head);
  } catch (error) {
    if (!isMalformed(error)) throw error;
    await session.answers;
    await answerLast(session, 400, `Bad request: ${errorMessage(error)}.`);
  }
}

/** CONNECT: a connection to a server, on which the client may speak any protocol. */
async function connect(session: Session, head: RequestHead): Promise<void> {
  const { client, parts } = session;
  const target = connectTarget(head.target);
  await session.answers;
  if (session.isOver) return;
  if (session.link !== null) session.link.close();
  const { outlet, problem } = await parts.dialer.dial(target, false);
  if (outlet === null) {
    const text = problem === null ? "" : problem.text;
    parts.log(text);
    await answerLast(session, problem === null ? 502 : httpStatus(problem.kind), text);
    return;
  }
  await client.connection.write(Buffer.from(ESTABLISHED));
  await give(session, outlet);
}

/** Leaves the connection to a relay. */
async function give(session: Session, outlet: Outlet): Promise<void> {
  const { source } = session.client;
  session.isOver = true;
  session.given = outlet;
  const early = source.take(source.bytes().length);
  if (early.length > 0) await outlet.connection.write(early);
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
  if (!isFollower) await session.answers;
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
  const { activity } = session.parts;
  activity.begin();
  session.answers = session.answers
    .then(() => untilAnswer(session, link))
    .then(() => passAnswer(session, link, exchange))
    .then(() => activity.end());
  await sendRequest(session, link, exchange, framing);
  if (isUpgrade) await session.answers;
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
    await session.answers;
  }
}

/** Ends when a server has begun to answer, or has closed its connection. Never rejects. */
function untilAnswer(session: Session, link: Link): Promise<void> {
  const hasEnded = session.isOver || link.outlet() === null || link.source().bytes().length > 0;
  if (hasEnded) return Promise.resolve();
  return link.source().more().then(ignore, ignore);
}

function ignore(): void {}

/** Passes on the answer to a request. Never rejects. */
async function passAnswer(session: Session, link: Link, exchange: Exchange): Promise<void> {
  if (session.isOver) return;
  const began = { answer: false };
  try {
    await passHeads(session, link, exchange, began);
  } catch (error) {
    if (session.given !== null) return;
    link.close();
    const text = `Cannot read the answer of ${formatHostPort(link.server)}: ${errorMessage(error)}.`;
    session.parts.log(text);
    if (began.answer) cut(session);
    else await answerLast(session, 502, text, isHead(exchange));
  }
}

/** Passes on interim answers and then the final one, with its body. */
async function passHeads(session: Session, link: Link, exchange: Exchange, began: { answer: boolean }): Promise<void> {
  const { client } = session;
  for (;;) {
    const bytes = await answerHead(session, link, exchange);
    if (bytes === null) return;
    const head = parseResponseHead(bytes);
    const source = link.source();
    if (head.status === 101) {
      const outlet = link.outlet();
      if (!exchange.isUpgrade || outlet === null)
        throw new Error("it changes the protocol although nobody asked it to");
      await client.connection.write(Buffer.from(forwardResponse(head, false), "latin1"));
      const early = source.take(source.bytes().length);
      await give(session, { connection: outlet.connection, early, plain: outlet.plain });
      return;
    }
    const framing = responseFraming(head, exchange.method);
    // A server that answers before it has the whole request may not read the rest, so nothing can follow it.
    const isEarly = !exchange.isSent;
    const isLast = !exchange.isPersistent || isEarly || framing.kind === "until-close" || head.minor === 0;
    const scanner = bodyScanner(framing);
    let out: Buffer = Buffer.from(forwardResponse(head, isLast), "latin1");
    if (head.status < 200) {
      await client.connection.write(out);
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
        await client.connection.write(out);
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

/** Ends the connection to the client. */
function finish(session: Session): void {
  session.isOver = true;
  if (session.link !== null) session.link.close();
  // The loop over requests may wait for the next one, which the client may never send.
  session.closing = closeGently(session.client);
}

/** Lets the client see that an answer is not complete. */
function cut(session: Session): void {
  session.isOver = true;
  session.client.connection.close();
}

function isHead(exchange: Exchange): boolean {
  return exchange.method === "HEAD";
}

function isMalformed(error: unknown): boolean {
  return error instanceof Error && error.name === "Malformed";
}
