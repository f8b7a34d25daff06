// SPDX-License-Identifier: Apache-2.0
import type { HostPort } from "../../../contract/wire/addresses.js";
import { Failure } from "../errors/failure.js";
import type { ConnectUnix } from "../platform/net.js";
import type {
  DerpMap,
  DnsConfig,
  DnsQueryResponse,
  MaskedPrefs,
  NamePrefs,
  Notify,
  PingResult,
  StartOptions,
  Status,
} from "./ipn.js";
import { type LocalReply, readLines, readReply, requestText } from "./local-transport.js";

/**
 * tailscaled's LocalAPI. Every call has a limit in milliseconds; when it is over, the connection is closed, which also
 * cancels the request in tailscaled.
 *
 * Calls throw a Failure if tailscaled refuses or does not answer in time, and an error if nothing listens on the
 * socket.
 */
export interface LocalApi {
  /** tailscaled's view of itself and its peers. */
  readonly status: (limitMs: number) => Promise<Status>;
  /** The same without peers, which is cheap on any tailnet. */
  readonly statusWithoutPeers: (limitMs: number) => Promise<Status>;
  /** The relays of the tailnet. */
  readonly derpMap: (limitMs: number) => Promise<DerpMap>;
  /** The preferences that decide about names and routes, and about peers that connect. */
  readonly prefs: (limitMs: number) => Promise<NamePrefs>;
  /** The tailnet's DNS; null before the node has joined. */
  readonly dnsConfig: (limitMs: number) => Promise<DnsConfig | null>;
  /**
   * Asks the tailnet's name servers for the records of a name. The reply is in the wire format of DNS; it is empty if
   * tailscaled has none.
   *
   * @param type `A` or `AAAA`
   */
  readonly queryDns: (name: string, type: string, limitMs: number) => Promise<Buffer>;
  /** tailscaled's metrics for users, as Prometheus reads them. */
  readonly metrics: (limitMs: number) => Promise<string>;
  /** Sets auth key and preferences. */
  readonly start: (options: StartOptions, limitMs: number) => Promise<void>;
  /** Makes tailscaled register the node with the key of `start`, which it otherwise only keeps. */
  readonly loginInteractive: (limitMs: number) => Promise<void>;
  readonly editPrefs: (prefs: MaskedPrefs, limitMs: number) => Promise<void>;
  readonly logout: (limitMs: number) => Promise<void>;
  /** Makes tailscaled talk to the control server anew, with preferences and node as they are. */
  readonly restart: (limitMs: number) => Promise<void>;
  /** One ping; null if there was no answer in time or tailscaled cannot send it. */
  readonly ping: (address: string, type: PingType, limitMs: number) => Promise<PingResult | null>;
  /** Connects to a service through the tailnet. */
  readonly dial: (target: HostPort, limitMs: number) => Promise<Dialed>;
  /** Follows the bus, on which tailscaled reports its state; the first message has the present state. */
  readonly watchBus: () => Promise<Bus>;
}

/** `disco` asks the peer's magicsock, outside of WireGuard; `TSMP` goes through WireGuard. */
export type PingType = "disco" | "TSMP";

/** How a dial ended. */
export type DialResult = "connected" | "unresolved" | "not-on-tailnet" | "refused" | "failed" | "timeout";

/** A connection through the tailnet, or why there is none. */
export interface Dialed {
  readonly result: DialResult;
  /** Closes the connection, if there is one. */
  readonly close: () => void;
}

/** A stream of messages. */
export interface Bus {
  /** The next message, or null at the end of the stream or after `limitMs`. */
  readonly next: (limitMs: number) => Promise<Notify | null>;
  readonly close: () => void;
}

const PATH = "/localapi/v0/";

/** ipn.NotifyInitialState: the first message has the present state. */
const INITIAL_STATE = 2;

/** The LocalAPI on a unix socket. */
export function localApi(connect: ConnectUnix, socket: string): LocalApi {
  const request = async (method: string, call: string, body: string, limitMs: number): Promise<LocalReply | null> => {
    const connection = await connect(socket);
    try {
      await connection.write(Buffer.from(requestText(method, `${PATH}${call}`, body)));
      return await readReply(connection, limitMs);
    } finally {
      connection.close();
    }
  };
  const command = async (method: string, call: string, body: string, limitMs: number): Promise<string> =>
    bodyOf(await request(method, call, body, limitMs), call);
  return {
    status: async (limitMs) => JSON.parse(await command("GET", "status", "", limitMs)) as Status,
    statusWithoutPeers: async (limitMs) =>
      JSON.parse(await command("GET", "status?peers=false", "", limitMs)) as Status,
    derpMap: async (limitMs) => JSON.parse(await command("GET", "derpmap", "", limitMs)) as DerpMap,
    prefs: async (limitMs) => JSON.parse(await command("GET", "prefs", "", limitMs)) as NamePrefs,
    dnsConfig: async (limitMs) => {
      const reply = await request("GET", "dns-config", "", limitMs);
      return reply === null || reply.status !== 200 ? null : (JSON.parse(reply.body) as DnsConfig);
    },
    queryDns: async (name, type, limitMs) => {
      const reply = await request("GET", `dns-query?name=${encodeURIComponent(name)}&type=${type}`, "", limitMs);
      if (reply === null || reply.status !== 200) return Buffer.alloc(0);
      const found = JSON.parse(reply.body) as DnsQueryResponse;
      return Buffer.from(found.Bytes ?? "", "base64");
    },
    metrics: async (limitMs) => await command("GET", "usermetrics", "", limitMs),
    start: async (options, limitMs) => {
      await command("POST", "start", JSON.stringify(options), limitMs);
    },
    loginInteractive: async (limitMs) => {
      await command("POST", "login-interactive", "", limitMs);
    },
    editPrefs: async (prefs, limitMs) => {
      await command("PATCH", "prefs", JSON.stringify(prefs), limitMs);
    },
    logout: async (limitMs) => {
      await command("POST", "logout", "", limitMs);
    },
    restart: async (limitMs) => {
      await command("POST", "start", "{}", limitMs);
    },
    ping: async (address, type, limitMs) => {
      const reply = await request("POST", `ping?ip=${encodeURIComponent(address)}&type=${type}`, "", limitMs);
      return reply === null || reply.status !== 200 ? null : (JSON.parse(reply.body) as PingResult);
    },
    dial: async (target, limitMs) => {
      const connection = await connect(socket);
      try {
        await connection.write(Buffer.from(dialText(DIAL, target)));
        const reply = await readReply(connection, limitMs);
        return { result: dialResult(reply), close: () => connection.close() };
      } catch (error) {
        connection.close();
        throw error;
      }
    },
    watchBus: async () => {
      const connection = await connect(socket);
      await connection.write(Buffer.from(requestText("GET", `${PATH}watch-ipn-bus?mask=${INITIAL_STATE}`, "")));
      const lines = readLines(connection);
      return {
        next: async (limitMs) => {
          const line = await lines.next(limitMs);
          return line === null ? null : (JSON.parse(line) as Notify);
        },
        close: () => lines.close(),
      };
    },
  };
}

/** A call that dials, and what it upgrades its connection to. */
export interface DialCall {
  readonly path: string;
  readonly protocol: string;
}

/** tailscaled's own, which closes a connection as soon as one of its sides has ended. */
export const DIAL: DialCall = { path: "dial", protocol: "ts-dial" };

/** Ours, of image/tailscale/tailscaled. After the second, tailscaled waits for a client: see {@link Net.handOver}. */
export const OWN_DIAL: DialCall = { path: "spacetail-dial", protocol: "spacetail-dial" };
export const HANDOVER: DialCall = { path: "spacetail-handover", protocol: "spacetail-handover" };

/** The request for a dial. It upgrades its connection, which takes HTTP/1.1. */
export function dialText({ path, protocol }: DialCall, target: HostPort): string {
  const { host, port } = target;
  const headers = `Connection: upgrade\r\nUpgrade: ${protocol}\r\nDial-Host: ${host}\r\nDial-Port: ${port}\r\nDial-Network: tcp\r\n`;
  return `POST ${PATH}${path} HTTP/1.1\r\nHost: local-tailscaled.sock\r\n${headers}Content-Length: 0\r\n\r\n`;
}

/**
 * What tailscaled's answer to a dial means; null is no answer in time. Failures have the same status 502, so their text
 * decides. Source: tailscale.com v1.102.3, ipn/localapi/localapi.go serveDial.
 */
export function dialResult(reply: Pick<LocalReply, "status" | "headers" | "body"> | null): DialResult {
  if (reply === null) return "timeout";
  if (reply.status === 101) return "connected";
  // tailscaled asks its client to make the connection.
  if (reply.status === 200 && reply.headers["dial-self"] === "true") return "not-on-tailnet";
  if (reply.body.startsWith("resolve failure: ")) return "unresolved";
  return reply.body.includes("refused") ? "refused" : "failed";
}

function bodyOf(reply: LocalReply | null, call: string): string {
  const name = call.split("?")[0] ?? call;
  if (reply === null) throw new Failure(`tailscaled did not answer "${name}" in time.`);
  if (reply.status >= 300) throw new Failure(`tailscaled refused "${name}" (${reply.status}: ${reply.body.trim()}).`);
  return reply.body;
}
