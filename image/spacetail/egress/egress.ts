// SPDX-License-Identifier: Apache-2.0
import { CodedError, errorCode, errorMessage } from "../errors/failure.js";
import type { Connection, Net } from "../platform/net.js";
import type { Platform } from "../platform/platform.js";
import { type Deadline, limited, remaining } from "../process/clock.js";
import { dialAddresses, resolve } from "./dial.js";
import { throughProxy } from "./proxy-dial.js";
import { pump } from "./pump.js";
import { proxyFor, proxyName, type Upstream, type UpstreamProxy } from "./upstream.js";

/** A connection out of this machine. */
export interface Outlet {
  readonly connection: Connection;
  /** What the other side has sent already. It must be read before anything else. */
  readonly early: Buffer;
  readonly carrier: Carrier;
}

/**
 * Who passes on what a client and the other side send each other: the process ({@link pump}), because the connection is
 * within another; the system ({@link Net.relay}); or tailscaled ({@link Net.handOver}).
 */
export type Carrier = "process" | "system" | "tailscaled";

/** The ways out of this machine beside the tunnel: straight, or through the proxy that the run had before. */
export interface Egress {
  readonly upstream: Upstream;
  /**
   * Connects to a host by the run's own rules.
   *
   * @param plainHttp whether plain HTTP is to be spoken, for which a run may have another proxy
   * @returns rejects with a {@link CodedError}; by the deadline at the latest
   */
  readonly connect: (host: string, port: number, plainHttp: boolean, deadline: Deadline) => Promise<Outlet>;
  /** Connects to a host through a proxy, which looks up its name. */
  readonly connectThrough: (proxy: UpstreamProxy, host: string, port: number, deadline: Deadline) => Promise<Outlet>;
  /** Connects to a proxy itself, for requests that it is to pass on. */
  readonly connectTo: (proxy: UpstreamProxy, deadline: Deadline) => Promise<Outlet>;
  /** Connects a client with an outlet until both have ended, and then calls `done`. */
  readonly relay: (client: Connection, outlet: Outlet, done: () => void) => void;
}

export function egressOf(platform: Platform, upstream: Upstream): Egress {
  const { net } = platform;
  const connectTo = async (proxy: UpstreamProxy, deadline: Deadline): Promise<Outlet> => {
    try {
      const connection = await dialHost(net, proxy.host, proxy.port, deadline);
      if (proxy.scheme !== "https") return systemOutlet(connection);
      const within = await secured(platform, connection, proxy.host, deadline);
      return { connection: within, early: NOTHING, carrier: "process" };
    } catch (error) {
      throw new CodedError("EPROXY", `the proxy ${proxyName(proxy)} cannot be used: ${errorMessage(error)}`);
    }
  };
  const connectThrough = async (
    proxy: UpstreamProxy,
    host: string,
    port: number,
    deadline: Deadline,
  ): Promise<Outlet> => {
    const { connection, carrier } = await connectTo(proxy, deadline);
    try {
      const late = `the proxy ${proxyName(proxy)} did not answer in time`;
      const early = await limited(throughProxy(connection, proxy, host, port), remaining(deadline), late);
      return { connection, early, carrier };
    } catch (error) {
      connection.close();
      throw error;
    }
  };
  return {
    upstream,
    connect: async (host, port, plainHttp, deadline) => {
      const proxy = proxyFor(upstream, host, port, plainHttp);
      if (proxy !== null) return await connectThrough(proxy, host, port, deadline);
      return systemOutlet(await dialHost(net, host, port, deadline));
    },
    connectThrough,
    connectTo,
    relay: (client, { connection, early, carrier }, done) => {
      const start = (): void => {
        if (carrier === "process") pump(client, connection).then(() => done());
        else if (carrier === "tailscaled") net.handOver(client, connection, done);
        else net.relay(client, connection, done);
      };
      if (early.length === 0) {
        start();
        return;
      }
      // A client that has gone makes the relay end at once.
      client.write(early).then(start, start);
    },
  };
}

const NOTHING = Buffer.alloc(0);

function systemOutlet(connection: Connection): Outlet {
  return { connection, early: NOTHING, carrier: "system" };
}

async function dialHost(net: Net, host: string, port: number, deadline: Deadline): Promise<Connection> {
  return await dialAddresses(net, await resolve(net, host, deadline), port, deadline);
}

/** TLS over a connection, which is closed if that fails or takes too long. */
export async function secured(
  platform: Platform,
  connection: Connection,
  name: string,
  deadline: Deadline,
): Promise<Connection> {
  try {
    return await limited(
      platform.secure(connection, name),
      remaining(deadline),
      "the TLS handshake did not end in time",
    );
  } catch (error) {
    connection.close();
    throw new CodedError(errorCode(error), errorMessage(error));
  }
}
