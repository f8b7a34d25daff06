// SPDX-License-Identifier: Apache-2.0
import { lookup } from "node:dns";
import { connect, createServer, isIP, type Socket } from "node:net";
import { errorCode } from "../errors/failure.js";
import type { Connection, Listener, Net, Relayed } from "./net.js";

/** Sockets of the build for Node. */
export function nodeNet(): Net {
  // The streams behind the connections that relays get.
  const sockets = new WeakMap<Connection, Socket>();
  const open = (socket: Socket): Connection => {
    const connection = connectionOf(socket);
    sockets.set(connection, socket);
    return connection;
  };
  const dial = (socket: Socket): Promise<Connection> =>
    new Promise((resolve, reject) => {
      const fail = (error: Error): void => {
        socket.destroy();
        reject(error);
      };
      socket.once("error", fail);
      socket.once("timeout", () => fail(coded("ETIMEDOUT")));
      socket.once("connect", () => {
        socket.off("error", fail);
        socket.setTimeout(0);
        resolve(open(socket));
      });
    });
  return {
    listen: (ip, port, accept) =>
      new Promise<Listener>((resolve, reject) => {
        const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (socket) =>
          accept(open(socket)),
        );
        server.once("error", reject);
        server.listen(port, ip, () => {
          server.off("error", reject);
          const address = server.address();
          resolve({
            port: address !== null && typeof address === "object" ? address.port : port,
            close: () => server.close(),
          });
        });
      }),
    connectTcp: (ip, port, limitMs) =>
      dial(connect({ host: ip, port, allowHalfOpen: true, noDelay: true, timeout: Math.max(1, limitMs) })),
    connectUnix: (path) => dial(connect({ path, allowHalfOpen: true })),
    lookup: (host) =>
      new Promise<string[]>((resolve, reject) => {
        if (isIP(host) !== 0) return resolve([host]);
        lookup(host, { all: true, verbatim: true }, (error, found) => {
          if (error !== null) reject(error);
          else resolve(found.map((one) => one.address));
        });
      }),
    relay: async (a, b) => {
      const [one, other] = [sockets.get(a), sockets.get(b)];
      if (one === undefined || other === undefined) throw coded("EBADF");
      return relayed(one, other);
    },
  };
}

function coded(code: string): Error {
  return Object.assign(new Error(code), { code });
}

function connectionOf(socket: Socket): Connection {
  let failure: Error | null = null;
  let closed = false;
  socket.pause();
  socket.on("error", (error) => {
    failure = error;
  });
  socket.on("close", () => {
    closed = true;
  });
  return {
    read: () =>
      new Promise((resolve, reject) => {
        const events = ["readable", "end", "close", "error"];
        const attempt = (): boolean => {
          const data = socket.read() as Buffer | null;
          if (data !== null) resolve(data);
          else if (failure !== null) reject(failure);
          else if (closed || socket.readableEnded) resolve(null);
          else return false;
          return true;
        };
        if (attempt()) return;
        const again = (): void => {
          if (!attempt()) return;
          for (const event of events) socket.off(event, again);
        };
        for (const event of events) socket.on(event, again);
      }),
    write: (bytes) =>
      new Promise((resolve, reject) => {
        if (failure !== null || closed) return reject(failure ?? coded("EPIPE"));
        socket.write(bytes, (error) => {
          if (error === null || error === undefined) resolve();
          else reject(error);
        });
      }),
    end: () => {
      socket.end();
    },
    close: () => {
      socket.destroy();
    },
  };
}

function relayed(a: Socket, b: Socket): Promise<Relayed> {
  // What a reader has taken in advance is counted too, because it goes through the pipe.
  const count = { a: 0, b: 0 };
  let error = "";
  return new Promise((resolve) => {
    let open = 2;
    const join = (from: Socket, to: Socket, add: (length: number) => void): void => {
      for (const event of ["readable", "end", "close", "error"]) from.removeAllListeners(event);
      from.on("data", (data: Buffer) => {
        add(data.length);
        if (to.write(data)) return;
        from.pause();
        to.once("drain", () => from.resume());
      });
      from.on("end", () => to.end());
      from.on("error", (problem) => {
        if (error === "") error = errorCode(problem);
        to.destroy();
      });
      from.on("close", () => {
        if (!to.writableEnded) to.end();
        open -= 1;
        if (open === 0) resolve({ fromA: count.a, fromB: count.b, error });
      });
      from.resume();
    };
    join(a, b, (length) => {
      count.a += length;
    });
    join(b, a, (length) => {
      count.b += length;
    });
  });
}
