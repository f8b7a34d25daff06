// SPDX-License-Identifier: Apache-2.0
import { errorName, SystemError } from "../errors/system-error.js";
import { LONGEST_TIMER_MS } from "../process/clock.js";
import { NativeConnection } from "./native-connection.js";
import { NativeSocket } from "./native-socket.js";
import { type Connection, isLookable, type Listener, type Net, type Relayed } from "./net.js";
import { expectEvent, forgetEvent, type Happened, newId } from "./net-events.js";

// Bound to image/native by image/native/ffi.json. A negative result is -errno.
declare function netListen(ip: string, port: number): number;
declare function netPort(fd: number): number;
declare function netAccept(fd: number): number;
declare function netConnect(ip: string, port: number): number;
declare function netConnected(fd: number): number;
declare function netCut(fd: number): number;
declare function netConnectUnix(path: string): number;
declare function netRelay(a: number, b: number, id: number): number;
declare function netHandOver(client: number, daemon: number, id: number): number;
declare function netLookup(host: string, id: number): number;

const EBADF = 9;
const EAGAIN = 11;

/** ECONNABORTED and EMFILE: the connection is gone, but the next one may be fine. */
const SKIPPED: readonly number[] = [103, 24];

/** How many connections are accepted before others have their turn. */
const ACCEPTS = 64;

/** How long a listening socket is left alone after any other error, such as a lack of memory. */
const REST_MS = 50;

// The connections that have not been closed, by their IDs.
const open = new Map<number, NativeConnection>();

/** Sockets of the native build. The event loop waits for them; a thread of image/native does relays and handovers. */
export function nativeNet(): Net {
  return { listen, connectTcp, connectUnix, lookup, relay, cut, handOver, canHandOver: true };
}

function opened(socket: NativeSocket): Connection {
  const own = new NativeConnection(socket);
  open.set(socket.id, own);
  return {
    id: socket.id,
    read: () => own.read(),
    readable: (then) => own.readable(then),
    write: (bytes) => own.write(bytes),
    end: () => own.end(),
    close: () => {
      // Whoever took it closes it.
      if (open.delete(socket.id)) own.close();
    },
  };
}

function failed(result: number, what: string): Error {
  return new SystemError(errorName(-result), what);
}

function listen(ip: string, port: number, accept: (connection: Connection) => void): Promise<Listener> {
  return new Promise<Listener>((resolve, reject) => {
    const fd = netListen(ip, port);
    if (fd < 0) return reject(failed(fd, `listen ${ip}:${port}`));
    const socket = new NativeSocket(fd);
    acceptAll(socket, accept);
    resolve({ port: netPort(fd), close: () => socket.close() });
  });
}

/** A socket that somebody else has made as a connection. */
export function connectionOn(fd: number): Connection {
  return opened(new NativeSocket(fd));
}

function acceptAll(socket: NativeSocket, accept: (connection: Connection) => void): void {
  for (let i = 0; i < ACCEPTS && !socket.closed; i++) {
    const fd = netAccept(socket.fd);
    if (fd >= 0) accept(opened(new NativeSocket(fd)));
    else if (fd === -EAGAIN) break;
    else if (!SKIPPED.includes(-fd)) {
      setTimeout(() => acceptAll(socket, accept), REST_MS);
      return;
    }
  }
  if (!socket.closed) socket.readable(() => acceptAll(socket, accept));
}

function connectTcp(ip: string, port: number, limitMs: number): Promise<Connection> {
  return new Promise<Connection>((resolve, reject) => {
    const what = `connect ${ip}:${port}`;
    const fd = netConnect(ip, port);
    if (fd < 0) return reject(failed(fd, what));
    const socket = new NativeSocket(fd);
    const fail = (error: Error): void => {
      socket.close();
      reject(error);
    };
    const limit = Math.min(Math.max(1, limitMs), LONGEST_TIMER_MS);
    const timer = setTimeout(() => fail(new SystemError("ETIMEDOUT", what)), limit);
    socket.writable(() => {
      clearTimeout(timer);
      const result = netConnected(fd);
      if (result < 0) fail(failed(result, what));
      else resolve(opened(socket));
    });
  });
}

function connectUnix(path: string): Promise<Connection> {
  return new Promise<Connection>((resolve, reject) => {
    const fd = netConnectUnix(path);
    if (fd < 0) reject(failed(fd, `connect ${path}`));
    else resolve(opened(new NativeSocket(fd)));
  });
}

function lookup(host: string): Promise<string[]> {
  return new Promise<string[]>((resolve, reject) => {
    const what = `lookup ${host}`;
    if (!isLookable(host)) return reject(new SystemError("ENOTFOUND", what));
    const id = newId();
    expectEvent(id, (status, text) => {
      if (status < 0) reject(new SystemError(text, what));
      else resolve(text.trim().split(" "));
    });
    const result = netLookup(host, id);
    if (result === 0) return;
    forgetEvent(id);
    reject(failed(result, what));
  });
}

/** Begins something with two sockets, whose end is an event for `id`. */
type Start = (one: number, other: number, id: number) => number;

function relay(a: Connection, b: Connection, done: (relayed: Relayed) => void): void {
  take(
    a,
    b,
    (one, other, id) => netRelay(one, other, id),
    (status, text) => {
      const [fromA = "0", fromB = "0"] = text.split(" ");
      done({ fromA: Number(fromA), fromB: Number(fromB), error: status < 0 ? errorName(-status) : "" });
    },
  );
}

function cut(connection: Connection): void {
  const own = open.get(connection.id);
  if (own !== undefined && !own.socket.closed) netCut(own.socket.fd);
  connection.close();
}

function handOver(client: Connection, daemon: Connection, done: () => void): void {
  take(
    client,
    daemon,
    (one, other, id) => netHandOver(one, other, id),
    () => done(),
  );
}

/** Leaves two connections to image/native, when everything written to them is sent. */
function take(a: Connection, b: Connection, start: Start, ended: Happened): void {
  const one = open.get(a.id);
  const other = open.get(b.id);
  if (one === undefined || other === undefined) {
    a.close();
    b.close();
    ended(-EBADF, "");
    return;
  }
  open.delete(a.id);
  open.delete(b.id);
  one.whenWritten(() => other.whenWritten(() => startTogether(one, other, start, ended)));
}

function startTogether(one: NativeConnection, other: NativeConnection, start: Start, ended: Happened): void {
  const id = newId();
  expectEvent(id, ended);
  const result = start(one.socket.fd, other.socket.fd, id);
  if (result === 0) {
    one.socket.release();
    other.socket.release();
    return;
  }
  forgetEvent(id);
  one.close();
  other.close();
  ended(result, "");
}
