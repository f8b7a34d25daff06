// SPDX-License-Identifier: Apache-2.0
import { formatHostPort, type HostPort } from "../../../contract/wire/addresses.js";
import { dialAddresses, race } from "../egress/dial.js";
import type { Egress, Outlet } from "../egress/egress.js";
import type { UpstreamProxy } from "../egress/upstream.js";
import { CodedError, errorCode, errorMessage } from "../errors/failure.js";
import type { Router } from "../names/router.js";
import type { Connection, Net } from "../platform/net.js";
import { type Deadline, deadlineIn, now } from "../process/clock.js";
import { type TailnetDial, tailnetDialer } from "../tailnet/dial.js";
import type { DialResult } from "../tailnet/local-api.js";
import type { Explainer } from "./explainer.js";
import type { Knocker } from "./knock.js";
import { codeInWords, kindOfCode, type Problem, type ProblemKind } from "./problem.js";
import { NOTHING } from "./source.js";

/** How an attempt to reach a service ended. */
export interface Dialed {
  /** Null if it failed. */
  readonly outlet: Outlet | null;
  /** Null if it succeeded. */
  readonly problem: Problem | null;
  /** Whether the connection goes through the tailnet. */
  readonly isTailnet: boolean;
  /** The proxy that the outlet leads to and that is to pass requests on; null if it leads to the service. */
  readonly proxy: UpstreamProxy | null;
}

/** Makes connections for the clients of the front. */
export interface Dialer {
  /**
   * Connects to a service, wherever it is. Never rejects, and always ends.
   *
   * @param plainHttp whether plain HTTP is to be spoken, for which a run may have another proxy
   */
  readonly dial: (target: HostPort, plainHttp: boolean) => Promise<Dialed>;
}

/** What a dialer needs. */
export interface DialerParts {
  readonly net: Net;
  /** tailscaled's socket. */
  readonly socket: string;
  readonly router: Router;
  readonly egress: Egress;
  readonly knocker: Knocker;
  readonly explainer: Explainer;
  /** Why nothing on the tailnet can be reached any more; empty while the node is on it. */
  readonly trouble: () => string;
}

/**
 * How long a machine may take to accept a connection once there is a way to it: time for the first packet and for three
 * more, should that be lost. Milliseconds.
 */
const CONNECT_MS = 20_000;

/** The same for the run's own proxy, which makes the connection, and for the internet. Milliseconds. */
const OUTSIDE_MS = 30_000;

/**
 * How long an address of several has the field to itself. Most are those of one node, which peers that are new to it
 * should not ask in two ways. Milliseconds.
 */
const NEXT_ADDRESS_MS = 1000;

/** How long all attempts may take: pings have limits of their own. Milliseconds. */
const ALL_MS = 120_000;

export function dialer(parts: DialerParts): Dialer {
  const { net, socket, router, egress, knocker, explainer } = parts;
  const dial = tailnetDialer(net, socket);

  const tailnet = async (addresses: readonly string[], target: HostPort, forClient: boolean): Promise<Dialed> => {
    const [first] = addresses;
    if (first === undefined) return failed("unresolved", `Cannot reach ${formatHostPort(target)}: no address.`, true);
    const trouble = parts.trouble();
    if (trouble !== "") return failed("unreachable", `Cannot reach ${formatHostPort(target)}: ${trouble}.`, true);
    const began = now();
    // Names may lead to several nodes, and not all of them need to be there.
    const answering: string[] = [];
    const one = async (address: string): Promise<TailnetDial> => {
      if (!(await knocker.knock(address))) return NO_ANSWER;
      answering.push(address);
      return await dial({ host: address, port: target.port }, CONNECT_MS, forClient);
    };
    const dialed = addresses.length === 1 ? await one(first) : await firstOf(addresses, one);
    const { connection, takesClient, early, result, reason } = dialed;
    if (connection !== null) {
      const outlet: Outlet = { connection, early, carrier: takesClient ? "tailscaled" : "system" };
      return { outlet, problem: null, isTailnet: true, proxy: null };
    }
    const [reached] = answering;
    const kind = kindOf(result, reason);
    if (reached !== undefined && kind === "silent") knocker.forget(reached);
    const problem =
      reached === undefined
        ? await explainer.silent(first, target, now() - began)
        : await explainer.failed(reached, target, kind, reason);
    return { outlet: null, problem, isTailnet: true, proxy: null };
  };

  /** Through the proxy that the run had before. It gets plain requests as they are, if it speaks HTTP. */
  const upstream = (proxy: UpstreamProxy, target: HostPort, plainHttp: boolean): Promise<Dialed> => {
    if (!plainHttp || proxy.scheme === "socks5") {
      return outside((deadline) => egress.connectThrough(proxy, target.host, target.port, deadline), target, null);
    }
    return outside((deadline) => egress.connectTo(proxy, deadline), target, proxy);
  };

  const outside = async (
    connect: (deadline: Deadline) => Promise<Outlet>,
    target: HostPort,
    proxy: UpstreamProxy | null,
  ): Promise<Dialed> => {
    try {
      return { outlet: await connect(deadlineIn(OUTSIDE_MS)), problem: null, isTailnet: false, proxy };
    } catch (error) {
      const code = errorCode(error);
      const words = codeInWords(code);
      const why = words === "" ? errorMessage(error) : `${words} (${errorMessage(error)})`;
      return failed(kindOfCode(code), `Cannot reach ${formatHostPort(target)}: ${why}.`, false);
    }
  };

  return {
    dial: async (target, plainHttp) => {
      const route = await router.route(target.host, target.port, plainHttp);
      switch (route.via) {
        case "tailnet":
          // A request of plain HTTP is passed on piece by piece.
          return await tailnet(route.addresses, target, !plainHttp);
        case "direct":
          return await outside(
            async (deadline) => {
              const connection = await dialAddresses(net, route.addresses, target.port, deadline);
              return { connection, early: NOTHING, carrier: "system" };
            },
            target,
            null,
          );
        case "upstream":
          return await upstream(route.proxy, target, plainHttp);
        default:
          return failed("unresolved", `Cannot reach ${formatHostPort(target)}: ${route.reason}.`, false);
      }
    },
  };
}

/** The first connection that is made to one of the addresses; if there is none, the failure that says most. */
async function firstOf(
  addresses: readonly string[],
  dial: (address: string) => Promise<TailnetDial>,
): Promise<TailnetDial> {
  const ended: TailnetDial[] = [];
  const attempt = async (address: string): Promise<Connection> => {
    const dialed = await dial(address);
    ended.push(dialed);
    const { connection, result, reason } = dialed;
    if (connection === null) throw new CodedError(CODES[kindOf(result, reason)] ?? "ECONNABORTED", reason);
    return connection;
  };
  try {
    const connection = await race(addresses, attempt, deadlineIn(ALL_MS), NEXT_ADDRESS_MS);
    return ended.find((one) => one.connection === connection) ?? NO_ANSWER;
  } catch (error) {
    const reason = errorMessage(error);
    return ended.find((one) => one.reason === reason) ?? NO_ANSWER;
  }
}

/** What each kind of failure is called where several are compared. */
const CODES: Readonly<Record<string, string>> = {
  refused: "ECONNREFUSED",
  silent: "ETIMEDOUT",
  unreachable: "EHOSTUNREACH",
  unresolved: "ENOTFOUND",
};

const NO_ANSWER: TailnetDial = {
  result: "timeout",
  connection: null,
  takesClient: false,
  early: NOTHING,
  reason: "",
};

function failed(kind: ProblemKind, text: string, isTailnet: boolean): Dialed {
  return { outlet: null, problem: { kind, text }, isTailnet, proxy: null };
}

function kindOf(result: DialResult, reason: string): ProblemKind {
  switch (result) {
    case "refused":
      return "refused";
    case "timeout":
      return "silent";
    case "unresolved":
      return "unresolved";
    case "not-on-tailnet":
      return "unreachable";
    default:
      return reason.includes("unreachable") || reason.includes("no route") ? "unreachable" : "failed";
  }
}
