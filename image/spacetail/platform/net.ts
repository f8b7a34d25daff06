// SPDX-License-Identifier: Apache-2.0

/**
 * Sockets, as the proxies, the forwards and the LocalAPI need them. Node's `net` has them all; the run-time library of
 * the native build has no unix sockets, no half-closed connections and a resolver that blocks, so there they come from
 * image/native. Error codes are Node's, such as ECONNREFUSED; `errorCode` returns them.
 */
export interface Net {
  /**
   * Listens on an IP address, and calls `accept` with each connection. Port 0 takes any free port. While the process
   * has no descriptors left, new connections are closed at once.
   *
   * @returns rejects with the code of the error, such as EADDRINUSE
   */
  readonly listen: (ip: string, port: number, accept: (connection: Connection) => void) => Promise<Listener>;
  /**
   * Connects to an IP address. The attempt is given up after `limitMs`, with ETIMEDOUT.
   */
  readonly connectTcp: (ip: string, port: number, limitMs: number) => Promise<Connection>;
  /** Connects to a unix socket. */
  readonly connectUnix: ConnectUnix;
  /**
   * All addresses of a host by the resolver of the system (/etc/hosts and DNS), in the order in which it recommends
   * them. An IP address is its own. Never blocks: other work goes on, and signals are served.
   *
   * @returns rejects with ENOTFOUND for a name that does not exist, and with EAI_AGAIN if no server answers
   */
  readonly lookup: (host: string) => Promise<string[]>;
  /**
   * Passes bytes on between two connections in both directions until both have ended, and closes them. The end of one
   * direction is passed on as such: the other direction stays open. After an error in either, both are reset, so that
   * nobody takes a cut stream for a complete one.
   *
   * What was written to the connections before is sent first. No `read` may be pending, and `end` must not have been
   * called. `done` gets to know the end; a promise would cost the native build a stack for each relay, because whatever
   * waits for one there has its own.
   */
  readonly relay: (a: Connection, b: Connection, done: (relayed: Relayed) => void) => void;
  /** Closes a TCP connection so that the other side gets a reset, and does not take a cut stream for a complete one. */
  readonly cut: (connection: Connection) => void;
  /**
   * Gives a client's TCP socket to tailscaled, which then serves the client alone. What was written to the connections
   * before is sent first, and `done` gets to know the end, as with {@link relay}.
   *
   * @param daemon a connection on which tailscaled waits for a client
   */
  readonly handOver: (client: Connection, daemon: Connection, done: () => void) => void;
  /** Whether {@link handOver} is possible: Node cannot send sockets. */
  readonly canHandOver: boolean;
}

/** Connects to a unix socket; rejects with ENOENT, ECONNREFUSED or another code. */
export type ConnectUnix = (path: string) => Promise<Connection>;

/** A listening socket. */
export interface Listener {
  readonly port: number;
  /** Stops listening; open connections stay. */
  readonly close: () => void;
}

/** One end of a TCP or unix connection. Nothing else may use it after {@link Net.relay} or {@link Net.handOver}. */
export interface Connection {
  /** A number that no other connection of this process has. */
  readonly id: number;
  /**
   * The bytes that have come, as soon as there are some; null when the other side has sent its last. One call at a
   * time.
   */
  readonly read: () => Promise<Buffer | null>;
  /**
   * Calls `then` once, when there is something to read, `read` would tell the end, or the connection is closed; a later
   * call or `read` takes the place of an earlier one. Unlike a promise, it costs the native build no stack, so
   * thousands can wait like this.
   */
  readonly readable: (then: () => void) => void;
  /** Resolves when there is room for more, so that a slow reader slows the writer down. */
  readonly write: (bytes: Buffer) => Promise<void>;
  /** Sends what was written, then the end of the stream. Reading goes on. */
  readonly end: () => void;
  /** Closes both directions at once; a pending `read` resolves with null. Nothing happens if they are closed. */
  readonly close: () => void;
}

/** What a relay has carried. Bytes. */
export interface Relayed {
  readonly fromA: number;
  readonly fromB: number;
  /** The code of the error that ended it; empty if both directions came to their end. */
  readonly error: string;
}

/** Whether a resolver may be asked for `host`. */
export function isLookable(host: string): boolean {
  return host !== "" && host.length < 256 && !host.includes("\0");
}
