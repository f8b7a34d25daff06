// SPDX-License-Identifier: Apache-2.0
import { connect, createServer, type Socket } from "node:net";

/** Makes a server on 127.0.0.1 one that also listens on [::1]. */
export interface Ipv6Twin {
  /** How many connections have come. */
  readonly connections: () => number;
  readonly close: () => void;
}

/** Passes what comes to a port of ::1 on to the same port of 127.0.0.1. */
export async function onIpv6(port: number): Promise<Ipv6Twin> {
  const open = new Set<Socket>();
  let connections = 0;
  const twin = createServer((client) => {
    connections += 1;
    const server = connect(port, "127.0.0.1");
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      open.add(from);
      from.pipe(to);
      from.on("error", () => to.destroy());
      from.on("close", () => {
        open.delete(from);
        to.destroy();
      });
    }
  });
  await new Promise<void>((listening, failed) => {
    twin.once("error", failed);
    twin.listen(port, "::1", listening);
  });
  return {
    connections: () => connections,
    close: () => {
      twin.close();
      for (const socket of open) socket.destroy();
    },
  };
}
