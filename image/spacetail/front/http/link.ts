// SPDX-License-Identifier: Apache-2.0
import { formatHostPort, type HostPort } from "../../../../contract/wire/addresses.js";
import type { Outlet } from "../../egress/egress.js";
import { proxyAuthorization } from "../../egress/proxy-dial.js";
import type { UpstreamProxy } from "../../egress/upstream.js";
import type { FrontParts } from "../parts.js";
import type { Problem } from "../problem.js";
import { NOTHING, type Source, sourceOf } from "../source.js";
import type { Exchange } from "./exchange.js";

/** A client's link to one server: one connection at a time, on which requests follow each other. */
export interface Link {
  readonly server: HostPort;
  /** The exchanges that are not complete, in the order of their requests. */
  readonly pending: Exchange[];
  /** What the server sends. */
  readonly source: () => Source;
  /** The present connection; null if there is none any more. */
  readonly outlet: () => Outlet | null;
  /** The proxy of the run that passes requests on; null if the present connection leads to the server. */
  readonly proxy: () => UpstreamProxy | null;
  /** Whether the present connection has carried an answer. */
  readonly isUsed: () => boolean;
  /** Makes a connection, and sends all that is pending; the problem if that fails. */
  readonly open: () => Promise<Problem | null>;
  /** The head of a request for whoever is at the other end of the present connection. */
  readonly headOf: (exchange: Exchange) => Buffer;
  /** Sends bytes. False if the server takes no more, which its answer may explain. */
  readonly send: (bytes: Buffer) => Promise<boolean>;
  /** An answer is complete. */
  readonly answered: (isPersistent: boolean) => void;
  /** Closes the present connection. */
  readonly close: () => void;
}

export function linkTo(server: HostPort, { dialer, log }: FrontParts): Link {
  const pending: Exchange[] = [];
  let outlet: Outlet | null = null;
  let source = sourceOf(NO_CONNECTION, NOTHING);
  let proxy: UpstreamProxy | null = null;
  let isOpening = false;
  let isUsed = false;

  const close = (): void => {
    if (outlet !== null) outlet.connection.close();
    outlet = null;
  };
  /** Notices when the server closes a connection on which nothing is under way. */
  const watch = (): void => {
    const watched = outlet;
    // An answer that nobody has asked for is of no use either.
    const ended = (): void => {
      if (outlet === watched && pending.length === 0) close();
    };
    // What comes within TLS cannot be seen without reading it.
    if (watched?.carrier === "system") watched.connection.readable(ended);
  };
  const headOf = ({ method, minor, path, url, fields }: Exchange): Buffer => {
    const login = proxy === null ? "" : proxyAuthorization(proxy);
    const own = login === "" ? "" : `Proxy-Authorization: ${login}\r\n`;
    return Buffer.from(`${method} ${proxy === null ? path : url} HTTP/1.${minor}\r\n${own}${fields}`, "latin1");
  };
  const write = (bytes: Buffer): Promise<boolean> => {
    if (outlet === null) return Promise.resolve(false);
    return outlet.connection.write(bytes).then(
      () => true,
      () => false,
    );
  };

  return {
    server,
    pending,
    source: () => source,
    outlet: () => outlet,
    proxy: () => proxy,
    isUsed: () => isUsed,
    open: async () => {
      close();
      isOpening = true;
      const dialed = await dialer.dial(server, true);
      const opened = dialed.outlet;
      if (opened === null) {
        isOpening = false;
        if (dialed.problem !== null) log(dialed.problem.text);
        return dialed.problem;
      }
      proxy = dialed.proxy;
      outlet = opened;
      source = sourceOf(opened.connection, opened.early);
      isUsed = false;
      // More may be added while this goes on.
      for (let i = 0; i < pending.length; i += 1) {
        const exchange = pending[i];
        if (exchange !== undefined) await write(headOf(exchange));
      }
      isOpening = false;
      return null;
    },
    headOf,
    send: (bytes) => (isOpening ? Promise.resolve(true) : write(bytes)),
    answered: (isPersistent) => {
      isUsed = true;
      pending.shift();
      if (!isPersistent) close();
      else if (pending.length === 0) watch();
    },
    close,
  };
}

/** Whether a link leads to a server. */
export function leadsTo(link: Link, server: HostPort): boolean {
  return formatHostPort(link.server) === formatHostPort(server);
}

/** Before there is a connection nothing comes from it. */
const NO_CONNECTION = {
  id: 0,
  read: async (): Promise<Buffer | null> => null,
  readable: (then: () => void): void => then(),
  write: async (): Promise<void> => {},
  end: (): void => {},
  close: (): void => {},
};
