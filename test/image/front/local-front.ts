// SPDX-License-Identifier: Apache-2.0
import { connect, createServer, type Server, type Socket } from "node:net";
import { activity } from "../../../image/spacetail/front/activity.js";
import type { Dialed, Dialer } from "../../../image/spacetail/front/dialer.js";
import { type Front, openFront } from "../../../image/spacetail/front/front.js";
import type { FrontParts } from "../../../image/spacetail/front/parts.js";
import type { Problem } from "../../../image/spacetail/front/problem.js";
import { nodeNet } from "../../../image/spacetail/platform/net-node.js";

const net = nodeNet();

/** A front whose hosts are programs of the test on loopback. */
export interface LocalFront {
  readonly port: number;
  /** The lines of its log. */
  readonly log: string[];
  /** How many connections it has made. */
  readonly dials: () => number;
  /** Whether nothing is under way, so that the node may be restarted. */
  readonly isIdle: () => boolean;
  /** Makes a host answer, by its name; a problem is what a dial of it ends with, as soon as a promise says so. */
  readonly serve: (host: string, at: Place) => void;
  readonly front: Front;
}

/** Where a host is: a port, or why it cannot be reached. */
export type Place = number | Problem | Promise<number | Problem>;

/** @param udpPort where tailscaled's own proxy listens */
export async function localFront(capacity = 100, udpPort = 0): Promise<LocalFront> {
  const hosts = new Map<string, Place>();
  const current = activity();
  const log: string[] = [];
  let dials = 0;
  const dialer: Dialer = {
    dial: async ({ host }): Promise<Dialed> => {
      dials += 1;
      const at = (await hosts.get(host)) ?? { kind: "unresolved", text: `Cannot reach ${host}: no such host` };
      if (typeof at !== "number") return { outlet: null, problem: at, isTailnet: true, proxy: null };
      const connection = await net.connectTcp("127.0.0.1", at, 5000);
      return {
        outlet: { connection, early: Buffer.alloc(0), carrier: "system" },
        problem: null,
        isTailnet: true,
        proxy: null,
      };
    },
  };
  const parts: FrontParts = {
    net,
    dialer,
    relay: (client, outlet, done) => {
      client.write(outlet.early).then(() => net.relay(client, outlet.connection, done));
    },
    udpPort: () => udpPort,
    activity: current,
    log: (line) => log.push(line),
  };
  const port = await freePort();
  const front = await openFront(net, parts, [{ host: "127.0.0.1", port }], [], capacity);
  return { port, log, dials: () => dials, isIdle: current.isIdle, serve: (host, at) => hosts.set(host, at), front };
}

/** A port that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(address !== null && typeof address === "object" ? address.port : 0);
    });
  });
}

const clients: Socket[] = [];

afterEach(() => {
  for (const socket of clients.splice(0)) socket.destroy();
});

/** A client that writes bytes as they are, until the end of the test. */
export class RawClient {
  private text = "";
  private ended = false;
  private wake = (): void => {};

  private constructor(readonly socket: Socket) {
    const notify = (change: () => void) => (): void => {
      change();
      this.wake();
    };
    socket.setEncoding("latin1");
    socket.on("data", (data) => notify(() => (this.text += data))());
    for (const event of ["end", "close", "error"])
      socket.on(
        event,
        notify(() => (this.ended = true)),
      );
  }

  static open(port: number): Promise<RawClient> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: "127.0.0.1", port, allowHalfOpen: true }, () => resolve(new RawClient(socket)));
      socket.once("error", reject);
      clients.push(socket);
    });
  }

  send(...lines: string[]): void {
    this.socket.write(lines.join("\r\n"), "latin1");
  }

  /** Everything up to a text, with it. Fails if the connection ends before. */
  async until(wanted: string): Promise<string> {
    await this.wait(() => this.text.includes(wanted));
    const at = this.text.indexOf(wanted);
    if (at < 0) throw new Error(`the connection ended after ${JSON.stringify(this.text)}`);
    return this.take(at + wanted.length);
  }

  /** Exactly so many bytes. */
  async exactly(count: number): Promise<string> {
    await this.wait(() => this.text.length >= count);
    return this.take(count);
  }

  /** Everything up to the end of the connection. */
  async all(): Promise<string> {
    await this.wait(() => false);
    return this.take(this.text.length);
  }

  private take(count: number): string {
    const taken = this.text.slice(0, count);
    this.text = this.text.slice(count);
    return taken;
  }

  private async wait(isDone: () => boolean): Promise<void> {
    while (!isDone() && !this.ended) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }
}
