// SPDX-License-Identifier: Apache-2.0
import type { Outlet } from "../../../image/spacetail/egress/egress.js";
import { pump } from "../../../image/spacetail/egress/pump.js";
import { activity } from "../../../image/spacetail/front/activity.js";
import type { Dialed } from "../../../image/spacetail/front/dialer.js";
import type { FrontParts } from "../../../image/spacetail/front/parts.js";
import { serve } from "../../../image/spacetail/front/serve.js";
import { sourceOf } from "../../../image/spacetail/front/source.js";
import type { Connection, Net } from "../../../image/spacetail/platform/net.js";
import { chunksOf, type MemoryConnection, memoryConnection } from "./memory.js";
import { byteAt, type Target } from "./target.js";

/** The most connections that a session may make: a server that answers nothing would be dialed for each request. */
const MOST_DIALS = 40;

/**
 * A session of the proxies from its first byte to its end. Of the input, one byte says how it is cut, two how much is
 * the client's; the rest is what each server says.
 */
export const front: Target = {
  name: "front",
  run: async (input) => {
    const kind = byteAt(input, 0);
    const length = byteAt(input, 1) * 256 + byteAt(input, 2);
    const body = input.subarray(3);
    const fromClient = body.subarray(0, length);
    const fromServer = body.subarray(length);
    const client = memoryConnection(chunksOf(fromClient, kind % 16));
    const servers: MemoryConnection[] = [];
    const log: string[] = [];
    const current = activity();
    const server = (): Connection => {
      const made = memoryConnection(chunksOf(fromServer, Math.floor(kind / 16)));
      servers.push(made);
      return made.connection;
    };
    const parts: FrontParts = {
      net: netOf(server),
      dialer: {
        dial: async ({ host }): Promise<Dialed> => {
          if (host.startsWith("no") || servers.length >= MOST_DIALS) {
            const problem = { kind: "unresolved" as const, text: `Cannot reach ${host}` };
            return { outlet: null, problem, isTailnet: true, proxy: null };
          }
          const outlet: Outlet = { connection: server(), early: Buffer.alloc(0), carrier: "system" };
          return { outlet, problem: null, isTailnet: true, proxy: null };
        },
      },
      relay: (from, to, done) => {
        pump(from, to.connection).then(() => done());
      },
      udpPort: () => 1,
      activity: current,
      log: (line) => log.push(line),
    };
    const { connection } = client;
    await new Promise<void>((resolve) => {
      serve({ connection, source: sourceOf(connection, Buffer.alloc(0)) }, parts, (outlet) => {
        if (outlet === null) resolve();
        else parts.relay(connection, outlet, () => resolve());
      });
    });
    // An answer may be accounted for after the client has gone.
    for (let i = 0; i < 20 && !current.isIdle(); i += 1) await new Promise<void>((resolve) => setTimeout(resolve, 0));
    if (!current.isIdle()) throw new Error("something is still counted as under way");
    const told = client.written();
    const asked = Buffer.concat(servers.map((one) => one.written()));
    return `${told.toString("latin1")}\n${asked.toString("latin1")}\n${log.join("\n")}`;
  },
};

/** Nothing but connections to tailscaled's own proxy. */
function netOf(server: () => Connection): Net {
  return {
    listen: async () => {
      throw new Error("nothing listens");
    },
    connectTcp: async () => server(),
    connectUnix: async () => server(),
    lookup: async () => [],
    relay: (_a, _b, done) => done({ fromA: 0, fromB: 0, error: "" }),
    handOver: (_client, _daemon, done) => done(),
    cut: (connection) => connection.close(),
    canHandOver: false,
  };
}
