// SPDX-License-Identifier: Apache-2.0
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { buildProbes, Probe } from "./net-probe.js";

export const MB = 1024 * 1024;

/** What a test has opened. */
const open: { stop: () => void }[] = [];

/** Builds the probes before the tests of a file, and closes after each test what it has opened. */
export function prepareSockets(): void {
  beforeAll(buildProbes);
  afterEach(() => {
    for (const one of open.splice(0)) one.stop();
  });
}

/** Calls `stop` after the test. */
export function afterwards(stop: () => void): void {
  open.push({ stop });
}

/** Runs a probe until the end of the test. */
export function start(command: readonly string[], ...args: readonly (string | number)[]): Probe {
  const probe = new Probe([...command, ...args.map(String)]);
  open.push(probe);
  return probe;
}

/** A server that `serve` makes of each connection; a port of 127.0.0.1 or a path. */
export async function listen(serve: (socket: Socket) => void, at: number | string = 0): Promise<Server> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    serve(socket);
  });
  if (typeof at === "string") server.listen(at);
  else server.listen(at, "127.0.0.1");
  await once(server, "listening");
  open.push({
    stop: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  });
  return server;
}

export function portOf(server: Server): number {
  const address = server.address();
  return address !== null && typeof address === "object" ? address.port : 0;
}

export async function dial(port: number): Promise<Socket> {
  const socket = connect({ host: "127.0.0.1", port, allowHalfOpen: true });
  open.push({ stop: () => socket.destroy() });
  await once(socket, "connect");
  socket.on("error", () => {});
  return socket;
}

/** All that comes until the end. */
export async function all(socket: Socket): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of socket.iterator({ destroyOnReturn: false })) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

/** Sends until the other side has taken nothing for half a second. */
export function flood(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    let timer = setTimeout(resolve, 500);
    const send = (): void => {
      socket.write(Buffer.alloc(MB), (error) => {
        if (error) return;
        clearTimeout(timer);
        timer = setTimeout(resolve, 500);
        send();
      });
    };
    send();
  });
}

/** Starts a relay to a server. */
export async function relayTo(command: readonly string[], serve: (socket: Socket) => void, how = "relay") {
  const server = await listen(serve);
  const probe = start(command, how, portOf(server));
  return { probe, port: await probe.port() };
}

export function pattern(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let i = 0; i < length; i += 4) bytes.writeUInt32LE((i * 2654435761) % 2 ** 32, i);
  return bytes;
}

/** Serves what it gets. */
export const echo = (socket: Socket): void => {
  socket.pipe(socket);
};
