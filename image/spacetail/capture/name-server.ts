// SPDX-License-Identifier: Apache-2.0
import { canonical } from "../names/dns-message.js";
import type { TailnetView } from "../names/view.js";
import type { Datagrams } from "../platform/datagrams.js";
import type { Connection, Net } from "../platform/net.js";
import { limited } from "../process/clock.js";
import type { LocalApi } from "../tailnet/local-api.js";
import { emptyReply, fitting, NO_ERROR, parseQuestion, replyFor, SERVER_FAILURE, typeName } from "./question.js";

/** Loopback addresses to listen on. One is enough, unless several programs are captured at the same time. */
export const ADDRESSES: readonly string[] = [100, 101, 102, 103, 104, 105, 106, 107].map(
  (last) => `127.100.100.${last}`,
);

export const DNS_PORT = 53;

/** How long the tailnet's name servers may take, and each of the run's own. Milliseconds. */
const TAILNET_MS = 6000;
const OWN_MS = 4000;

/** Where captured programs ask for names. */
export interface NameServer {
  readonly ip: string;
  /** 53, unless nobody but root may listen there. */
  readonly port: number;
}

/** What a name server works with. */
export interface NameServerParts {
  readonly net: Net;
  readonly datagrams: Datagrams;
  readonly api: LocalApi;
  /** What is known of the tailnet at the moment; null if nothing is. */
  readonly view: () => TailnetView | null;
  /** The run's own name servers. */
  readonly servers: readonly string[];
}

/**
 * Answers questions about the tailnet's names through tailscaled, and passes all others on to the run's own name
 * servers as they are.
 *
 * @returns null if there is no address to listen on
 */
export async function openNameServer(parts: NameServerParts): Promise<NameServer | null> {
  const { net, datagrams } = parts;
  for (const port of [DNS_PORT, 0]) {
    for (const ip of ADDRESSES) {
      try {
        const server = datagrams.serve(ip, port, (message, reply) => {
          answer(parts, message, false, reply);
        });
        if (port === DNS_PORT) await listenTcp(parts, net, ip);
        return { ip, port: server.port };
      } catch {
        // Somebody else listens there, or it is not allowed.
      }
    }
  }
  return null;
}

/** For replies that are too long for UDP. Without it, programs have to do with what fits. */
async function listenTcp(parts: NameServerParts, net: Net, ip: string): Promise<void> {
  try {
    await net.listen(ip, DNS_PORT, (connection) => {
      serveTcp(parts, connection).then(
        () => connection.close(),
        () => connection.close(),
      );
    });
  } catch {
    // As above.
  }
}

/** Messages have their length in front of them. */
async function serveTcp(parts: NameServerParts, connection: Connection): Promise<void> {
  let bytes: Buffer = Buffer.alloc(0);
  for (;;) {
    const length = bytes.length < 2 ? -1 : bytes.readUInt16BE(0);
    if (length < 0 || bytes.length < length + 2) {
      const next = await connection.read();
      if (next === null) return;
      bytes = Buffer.concat([bytes, next]);
      continue;
    }
    const message = bytes.subarray(2, length + 2);
    bytes = bytes.subarray(length + 2);
    // It is never answered.
    if (parseQuestion(message) === null) return;
    const reply = await new Promise<Buffer>((resolve) => answer(parts, message, true, resolve));
    const head = Buffer.alloc(2);
    head.writeUInt16BE(reply.length, 0);
    await connection.write(Buffer.concat([head, reply]));
  }
}

/** Answers a question, or nothing if it is none. */
function answer(parts: NameServerParts, message: Buffer, isTcp: boolean, reply: (bytes: Buffer) => void): void {
  const question = parseQuestion(message);
  if (question === null) return;
  const send = (bytes: Buffer): void => reply(isTcp ? bytes : fitting(message, question, bytes));
  const fail = (): void => send(emptyReply(message, question, SERVER_FAILURE));
  const view = parts.view();
  const name = canonical(question.name);
  const isOurs = view !== null && isTailnets(name, view);
  const own = (): void => forward(parts, message, isTcp, 0, (bytes) => (bytes === null ? fail() : reply(bytes)));
  if (!isOurs && (view === null || !view.nameServers)) {
    own();
    return;
  }
  const type = typeName(question.type);
  if (type === "") {
    if (isOurs) send(emptyReply(message, question, NO_ERROR));
    else own();
    return;
  }
  limited(parts.api.queryDns(question.name, type, TAILNET_MS), TAILNET_MS, "no answer").then(
    (bytes) => {
      if (bytes.length > 0) send(replyFor(message, bytes));
      else if (isOurs) fail();
      else own();
    },
    () => (isOurs ? fail() : own()),
  );
}

/** Whether the tailnet's name servers are the ones to ask. */
function isTailnets(name: string, view: TailnetView): boolean {
  if (view.names.has(name)) return true;
  const ends = view.suffix === "" ? view.splitDomains : [view.suffix].concat(view.splitDomains);
  return ends.some((end) => name === end || name.endsWith(`.${end}`));
}

/** Asks the run's own name servers, one after another. */
function forward(
  parts: NameServerParts,
  message: Buffer,
  isTcp: boolean,
  at: number,
  done: (reply: Buffer | null) => void,
): void {
  const server = parts.servers[at];
  if (server === undefined) {
    done(null);
    return;
  }
  const next = (bytes: Buffer | null): void => {
    if (bytes !== null) done(bytes);
    else forward(parts, message, isTcp, at + 1, done);
  };
  if (isTcp) askTcp(parts.net, server, message).then(next, () => next(null));
  else parts.datagrams.ask(server, DNS_PORT, message, OWN_MS, next);
}

async function askTcp(net: Net, server: string, message: Buffer): Promise<Buffer | null> {
  const connection = await net.connectTcp(server, DNS_PORT, OWN_MS);
  const timer = setTimeout(() => connection.close(), OWN_MS);
  try {
    const head = Buffer.alloc(2);
    head.writeUInt16BE(message.length, 0);
    await connection.write(Buffer.concat([head, message]));
    let bytes: Buffer = Buffer.alloc(0);
    for (;;) {
      const next = await connection.read();
      if (next === null) return null;
      bytes = Buffer.concat([bytes, next]);
      const length = bytes.length < 2 ? -1 : bytes.readUInt16BE(0);
      if (length >= 0 && bytes.length >= length + 2) return bytes.subarray(2, length + 2);
    }
  } finally {
    clearTimeout(timer);
    connection.close();
  }
}
