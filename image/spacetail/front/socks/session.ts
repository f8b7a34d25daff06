// SPDX-License-Identifier: Apache-2.0
import type { HostPort } from "../../../../contract/wire/addresses.js";
import type { Outlet } from "../../egress/egress.js";
import { errorMessage } from "../../errors/failure.js";
import type { Connection } from "../../platform/net.js";
import { announce, sendEarly } from "../announce.js";
import { closeGently } from "../closing.js";
import type { Client, FrontParts } from "../parts.js";
import { socksReply } from "../problem.js";
import { NOTHING, type Source, sourceOf } from "../source.js";
import { NO_METHOD, OPEN, type Parsed, parseGreeting, parseRequest, replyBytes, SUCCEEDED } from "./messages.js";

/** How long tailscaled's own proxy may take to accept a connection on loopback. Milliseconds. */
const UDP_CONNECT_MS = 5000;

/** The reply for a failure without a name. */
const FAILED = 1;

/**
 * Serves a client that speaks SOCKS5.
 *
 * @returns the outlet to relay the client with, if the client has got one; null if its connection has been closed
 */
export async function serveSocks(client: Client, parts: FrontParts): Promise<Outlet | null> {
  const outlet = await negotiate(client, parts);
  if (outlet === null) {
    await closeGently(client);
    return null;
  }
  await sendEarly(client, outlet);
  return outlet;
}

/** The connection that a client has asked for; null if it has been refused or has gone. */
async function negotiate(client: Client, parts: FrontParts): Promise<Outlet | null> {
  const { connection, source } = client;
  const greeting = await receive(source, parseGreeting);
  if (greeting === null || greeting.message === null) return null;
  source.take(greeting.length);
  const { isOpen } = greeting.message;
  await connection.write(isOpen ? OPEN : NO_METHOD);
  const request = isOpen ? await receive(source, parseRequest) : null;
  if (request === null) return null;
  if (request.message === null) {
    await connection.write(replyBytes(request.problem));
    return null;
  }
  const { command, target } = request.message;
  const bytes = source.take(request.length);
  return command === "connect" ? await connect(client, parts, target) : await associate(client, parts, bytes);
}

async function connect(client: Client, { dialer, log }: FrontParts, target: HostPort): Promise<Outlet | null> {
  const { outlet, problem } = await dialer.dial(target, false);
  if (problem !== null) log(problem.text);
  if (outlet !== null) await announce(client, outlet, replyBytes(SUCCEEDED));
  else await client.connection.write(replyBytes(problem === null ? FAILED : socksReply(problem.kind)));
  return outlet;
}

/** Passes a request for UDP on to tailscaled's own proxy, whose answer is the client's. */
async function associate({ connection }: Client, parts: FrontParts, request: Buffer): Promise<Outlet | null> {
  const { net, udpPort, log } = parts;
  let daemon: Connection | null = null;
  try {
    daemon = await net.connectTcp("127.0.0.1", udpPort(), UDP_CONNECT_MS);
    const source = sourceOf(daemon, NOTHING);
    await daemon.write(Buffer.from([5, 1, 0]));
    while (source.bytes().length < OPEN.length) if (!(await source.more())) throw new Error("tailscaled closed it");
    source.take(OPEN.length);
    await daemon.write(request);
    return { connection: daemon, early: source.bytes(), carrier: "system" };
  } catch (error) {
    if (daemon !== null) daemon.close();
    log(`UDP cannot be used: tailscaled's proxy does not answer (${errorMessage(error)}).`);
    await connection.write(replyBytes(FAILED));
    return null;
  }
}

/** Reads a message; null if the client has gone. */
async function receive<T>(source: Source, parse: (bytes: Buffer) => Parsed<T>): Promise<Parsed<T> | null> {
  for (;;) {
    const parsed = parse(source.bytes());
    if (parsed.message !== null || parsed.problem !== 0) return parsed;
    if (!(await source.more())) return null;
  }
}
