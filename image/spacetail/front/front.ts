// SPDX-License-Identifier: Apache-2.0
import { formatHostPort, type HostPort } from "../../../contract/wire/addresses.js";
import type { Forward } from "../../../contract/wire/forwards.js";
import { errorCode } from "../errors/failure.js";
import { SystemError } from "../errors/system-error.js";
import type { Connection, Listener, Net } from "../platform/net.js";
import { mostRefusals } from "./capacity.js";
import type { Client, Done, FrontParts } from "./parts.js";
import { refuse, serve, serveForward } from "./serve.js";
import { NOTHING, sourceOf } from "./source.js";

/** The listeners of a tunnel. */
export interface Front {
  /** Adds the forwards that are not there yet. Rejects with the first one whose port cannot be used. */
  readonly forward: (forwards: readonly Forward[]) => Promise<void>;
  /** The forwards that listen. */
  readonly forwards: () => readonly Forward[];
  /** Stops listening; open connections stay. */
  readonly close: () => void;
}

/** What is done with a client. */
type Work = (client: Client, done: Done) => void;

const LOOPBACK = "127.0.0.1";

/**
 * Listens for clients of the proxies. Each address takes both protocols.
 *
 * @param addresses where to listen; duplicates are one
 * @param capacity how many clients to serve at the same time
 * @throws SystemError for the first address that cannot be used, which its message begins with; then nothing listens
 */
export async function openFront(
  net: Net,
  parts: FrontParts,
  addresses: readonly HostPort[],
  forwards: readonly Forward[],
  capacity: number,
): Promise<Front> {
  const listeners = new Map<string, Listener[]>();
  let clients = 0;
  let refusals = 0;

  const accept = (connection: Connection, work: Work, isForward: boolean): void => {
    const client: Client = { connection, source: sourceOf(connection, NOTHING) };
    const isServed = clients < capacity;
    // A forward has no way to say why: its client may speak any protocol.
    if (!isServed && (isForward || refusals >= mostRefusals(capacity))) {
      connection.close();
      return;
    }
    if (isServed) clients += 1;
    else refusals += 1;
    const leave = (): void => {
      if (isServed) clients -= 1;
      else refusals -= 1;
    };
    const done: Done = (outlet) => {
      if (outlet === null) {
        leave();
        return;
      }
      parts.activity.begin();
      parts.relay(connection, outlet, () => {
        parts.activity.end();
        leave();
      });
    };
    if (isServed) work(client, done);
    else refuse(client, parts, done);
  };
  const listen = async (at: HostPort, work: Work, isForward: boolean): Promise<void> => {
    const name = formatHostPort(at);
    if (listeners.has(name)) return;
    const made: Listener[] = [];
    const ips = at.host === "localhost" ? [LOOPBACK, "::1"] : await net.lookup(at.host);
    for (const ip of ips) {
      try {
        made.push(await net.listen(ip, at.port, (connection) => accept(connection, work, isForward)));
      } catch (error) {
        const code = errorCode(error);
        // Without IPv6 nobody can take that address for `localhost` either.
        if (ip === "::1" && (code === "EADDRNOTAVAIL" || code === "EAFNOSUPPORT")) continue;
        for (const one of made) one.close();
        throw new SystemError(code, formatHostPort({ host: ip, port: at.port }));
      }
    }
    listeners.set(name, made);
  };
  const close = (): void => {
    for (const some of listeners.values()) for (const one of some) one.close();
  };
  const forwarded: Forward[] = [];
  const front: Front = {
    forward: async (more) => {
      for (const one of more) {
        if (forwarded.some((other) => other.port === one.port)) continue;
        const at = { host: LOOPBACK, port: one.port };
        const name = formatHostPort(at);
        if (listeners.has(name)) throw new SystemError("EADDRINUSE", name);
        await listen(at, (client, done) => serveForward(client, one.target, parts, done), true);
        forwarded.push(one);
      }
    },
    forwards: () => forwarded,
    close,
  };
  try {
    for (const at of addresses) await listen(at, (client, done) => serve(client, parts, done), false);
    await front.forward(forwards);
  } catch (error) {
    close();
    throw error;
  }
  return front;
}
