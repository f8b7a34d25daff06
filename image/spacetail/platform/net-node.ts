// SPDX-License-Identifier: Apache-2.0
import { connect, createServer, isIP, type Socket } from "node:net";
import { errorCode } from "../errors/failure.js";
import { SystemError } from "../errors/system-error.js";
import { LONGEST_TIMER_MS } from "../process/clock.js";
import { lookupNode } from "./lookup-node.js";
import { type Connection, isLookable, type Listener, type Net, type Relayed } from "./net.js";

/** How often a connection that carries nothing is checked, in milliseconds. */
const KEEP_ALIVE_MS = 30_000;

const TCP = { allowHalfOpen: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS };

// The streams behind the connections that relays get.
const sockets = new WeakMap<Connection, Socket>();
let lastId = 0;

/** Sockets of the build for Node. */
export function nodeNet(): Net {
  return {
    listen,
    connectTcp: (ip, port, limitMs) => {
      const what = `connect ${ip}:${port}`;
      // Node would look a name up.
      if (isIP(ip) === 0) return Promise.reject(new SystemError("EINVAL", what));
      return dial(connect({ host: ip, port, ...TCP }), what, Math.min(Math.max(1, limitMs), LONGEST_TIMER_MS));
    },
    connectUnix: (path) => dial(connect({ path, allowHalfOpen: true }), `connect ${path}`, LONGEST_TIMER_MS),
    lookup,
    relay,
    cut: (connection) => {
      sockets.get(connection)?.resetAndDestroy();
      connection.close();
    },
    handOver: () => {
      throw new Error("Node cannot send sockets");
    },
    canHandOver: false,
  };
}

function listen(ip: string, port: number, accept: (connection: Connection) => void): Promise<Listener> {
  return new Promise((resolve, reject) => {
    if (isIP(ip) === 0) return reject(new SystemError("EINVAL", `listen ${ip}:${port}`));
    const server = createServer({ ...TCP, pauseOnConnect: true }, (socket) => accept(opened(socket)));
    // After it listens, errors concern single connections.
    server.on("error", reject);
    server.listen({ host: ip, port, backlog: 4096 }, () => {
      const address = server.address();
      resolve({
        port: address !== null && typeof address === "object" ? address.port : port,
        close: () => server.close(),
      });
    });
  });
}

function dial(socket: Socket, what: string, limitMs: number): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => socket.destroy(new SystemError("ETIMEDOUT", what)), limitMs);
    socket.once("error", reject);
    socket.once("close", () => clearTimeout(timer));
    socket.once("connect", () => {
      clearTimeout(timer);
      socket.off("error", reject);
      resolve(opened(socket));
    });
  });
}

async function lookup(host: string): Promise<string[]> {
  if (!isLookable(host)) throw new SystemError("ENOTFOUND", `lookup ${host}`);
  return await lookupNode(host);
}

/** A stream of Node's as a connection. */
export function opened(socket: Socket): Connection {
  socket.pause();
  // Errors are kept in `errored`; without a listener Node would throw them.
  socket.on("error", () => {});
  lastId += 1;
  let waiting: (() => void) | null = null;
  const connection: Connection = {
    id: lastId,
    read: () => {
      waiting = null;
      return read(socket);
    },
    readable: (then) => {
      const isNew = waiting === null;
      waiting = then;
      if (!isNew) return;
      whenReadable(socket, () => {
        const wanted = waiting;
        waiting = null;
        wanted?.();
      });
    },
    write: (bytes) => write(socket, bytes),
    end: () => {
      socket.end();
    },
    close: () => {
      socket.destroy();
    },
  };
  sockets.set(connection, socket);
  return connection;
}

/** Calls `then` once, when there is something to read, or nothing more can come. */
function whenReadable(socket: Socket, then: () => void): void {
  const events = ["readable", "end", "close"];
  let over = false;
  const ready = (): void => {
    if (over) return;
    over = true;
    for (const event of events) socket.off(event, ready);
    then();
  };
  // Node emits none of them without a reason.
  for (const event of events) socket.on(event, ready);
  if (socket.readableLength > 0 || socket.readableEnded || socket.destroyed) setImmediate(ready);
}

function read(socket: Socket): Promise<Buffer | null> {
  return new Promise((resolve, reject) => {
    const events = ["readable", "end", "close"];
    const attempt = (): void => {
      const data = socket.destroyed ? null : (socket.read() as Buffer | null);
      if (data === null && !socket.destroyed && !socket.readableEnded) return;
      for (const event of events) socket.off(event, attempt);
      if (data !== null) resolve(data);
      else if (socket.errored !== null) reject(socket.errored);
      else resolve(null);
    };
    for (const event of events) socket.on(event, attempt);
    attempt();
  });
}

function write(socket: Socket, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const closed = new SystemError("EPIPE", "write");
    if (socket.destroyed || socket.writableEnded) return reject(socket.errored ?? closed);
    socket.write(bytes, (error) => {
      const code = errorCode(error);
      if (error === null || error === undefined) resolve();
      // Node has codes of its own for a socket that was closed meanwhile, and the system another for its last write.
      else reject(socket.errored ?? (code.startsWith("ERR_") || code === "ECANCELED" ? closed : error));
    });
  });
}

/** Reads on for nobody, in the background. */
function discard(socket: Socket): void {
  const next = (bytes: Buffer | null): void => {
    if (bytes !== null) discard(socket);
  };
  read(socket).then(next, () => {});
}

function relay(a: Connection, b: Connection, done: (relayed: Relayed) => void): void {
  const [one, other] = [sockets.get(a), sockets.get(b)];
  if (one === undefined || other === undefined) {
    a.close();
    b.close();
    done({ fromA: 0, fromB: 0, error: "EBADF" });
    return;
  }
  // Nobody else may use them now.
  sockets.delete(a);
  sockets.delete(b);
  const result = { fromA: 0, fromB: 0, error: "" };
  const fail = (error: unknown): void => {
    if (result.error === "") result.error = errorCode(error);
  };
  const reset = (): void => {
    for (const socket of [one, other]) {
      // Only TCP has resets, and Node never closes a socket that it cannot reset because its end is being sent.
      if (socket.remoteAddress !== undefined && !socket.writableEnded) socket.resetAndDestroy();
      // By itself Node would first send what is left, for ever if nobody reads it.
      socket.destroy();
    }
  };
  const move = async (from: Socket, to: Socket, carried: (length: number) => void): Promise<void> => {
    for (;;) {
      let bytes: Buffer | null;
      try {
        bytes = await read(from);
      } catch (error) {
        fail(error);
        return reset();
      }
      if (bytes === null) break;
      try {
        await write(to, bytes);
      } catch (error) {
        // What the other side had sent before it closed may still be there. This side may not take it unless somebody
        // reads its answer. EPIPE means that the other side ended its stream properly before.
        if (errorCode(error) !== "EPIPE") fail(error);
        return discard(from);
      }
      carried(bytes.length);
    }
    // A connection reports its error only once. If a write got it, this is not a proper end.
    if (result.error === "") to.end();
  };
  Promise.all([
    move(one, other, (length) => {
      result.fromA += length;
    }),
    move(other, one, (length) => {
      result.fromB += length;
    }),
  ]).then(() => {
    if (result.error !== "") reset();
    done(result);
  });
}
