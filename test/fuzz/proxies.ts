// SPDX-License-Identifier: Apache-2.0
import { connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { requests, responses, socksClient } from "./grammar-http.js";
import { Random, seedOf } from "./random.js";

/** How many clients there are at the same time. */
const CLIENTS = 24;

/** How long a client waits for the end of an answer before it goes. Milliseconds. */
const PATIENCE_MS = 300;

/** What {@link fuzzProxies} talks to. */
export interface Proxies {
  readonly http: number;
  readonly socks5: number;
}

/**
 * Lets clients that nobody should have talk to running proxies, some of them to servers that nobody should have either.
 * What they say follows from a seed. The caller sees whether the proxies survive.
 *
 * @param goOn whether to go on after so many
 * @returns how many clients there were
 */
export async function fuzzProxies(proxies: Proxies, seed: number, goOn: (clients: number) => boolean): Promise<number> {
  let count = 0;
  const sockets = new Set<Socket>();
  const server = await hostileServer(seed, sockets);
  const address = server.address();
  const port = address !== null && typeof address === "object" ? address.port : 0;
  const work = async (): Promise<void> => {
    while (goOn(count)) {
      count += 1;
      await client(proxies, new Random(seedOf(seed, "proxies", count)), port);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, work));
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
  return count;
}

async function client({ http, socks5 }: Proxies, random: Random, server: number): Promise<void> {
  const isHttp = random.once(2);
  // Most hosts of the requests are this machine, where the server listens.
  const bytes = isHttp
    ? Buffer.from(requests(random).toString("latin1").replaceAll("//db", `//127.0.0.1:${server}`), "latin1")
    : addressed(socksClient(random), server);
  const socket = connect({
    host: "127.0.0.1",
    port: random.once(8) ? socks5 : isHttp ? http : socks5,
    allowHalfOpen: true,
  });
  socket.on("error", () => {});
  socket.resume();
  const closed = new Promise<void>((resolve) => {
    socket.on("close", () => resolve());
  });
  const pieces = 1 + random.below(4);
  for (let i = 0; i < pieces && !socket.destroyed; i += 1) {
    socket.write(bytes.subarray((i * bytes.length) / pieces, ((i + 1) * bytes.length) / pieces));
    if (random.once(3)) await sleep(random.below(5));
  }
  if (random.once(4)) socket.resetAndDestroy();
  else if (!random.once(3)) socket.end();
  await Promise.race([closed, sleep(random.below(PATIENCE_MS))]);
  socket.destroy();
  await closed;
}

/** Lets an address in a request of SOCKS5 be the server's. */
function addressed(bytes: Buffer, port: number): Buffer {
  const at = bytes.indexOf(Buffer.from([5, 1, 0, 1]));
  if (at >= 0 && bytes.length >= at + 10) bytes.set([127, 0, 0, 1, port >> 8, port & 255], at + 4);
  return bytes;
}

/** Answers whatever it is asked, or before. */
function hostileServer(seed: number, sockets: Set<Socket>): Promise<Server> {
  let count = 0;
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    count += 1;
    const random = new Random(seedOf(seed, "server", count));
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    socket.on("end", () => socket.end());
    const answer = (): void => {
      socket.write(responses(random));
      if (random.once(3)) socket.end();
      // Node never lets go of one that is reset while it ends, nor ends itself.
      if (random.once(6) && !socket.writableEnded) socket.resetAndDestroy();
    };
    if (random.once(6)) answer();
    socket.on("data", answer);
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve(server));
  });
}
