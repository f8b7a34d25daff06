// SPDX-License-Identifier: Apache-2.0

import { errorCode, errorMessage } from "../../errors/failure.js";
import { announce } from "../announce.js";
import type { Client, Done, FrontParts } from "../parts.js";
import { httpStatus } from "../problem.js";
import { answer, answered, answerLast, awaitAnswer, cut, finish, give, isHead, type Session } from "./answering.js";
import { ESTABLISHED } from "./answers.js";
import { bodyScanner } from "./body.js";
import { type Exchange, SAFE_METHODS } from "./exchange.js";
import { type Framing, requestFraming } from "./framing.js";
import { parseRequestHead, type RequestHead } from "./head.js";
import { type Link, leadsTo, linkTo } from "./link.js";
import { type Read, readHead } from "./reading.js";
import { forwardRequest } from "./rewrite.js";
import { connectTarget, plainTarget } from "./target.js";

/** How long the head of a request may be. Bytes. */
const LONGEST_REQUEST_HEAD = 65_536;

/** How many requests may be under way on one connection. */
const MOST_PENDING = 16;

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
  return readHead(session.client.source, LONGEST_REQUEST_HEAD).then((read) => serveHead(session, read));
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

function isMalformed(error: unknown): boolean {
  return error instanceof Error && error.name === "Malformed";
}
