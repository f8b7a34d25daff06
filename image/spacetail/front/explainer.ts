// SPDX-License-Identifier: Apache-2.0
import { formatHostPort, type HostPort } from "../../../contract/wire/addresses.js";
import type { LocalApi } from "../tailnet/local-api.js";
import { displayName } from "../tailnet/status.js";
import { peerAt } from "./peer.js";
import type { Problem, ProblemKind } from "./problem.js";

/** Says in words why a service on the tailnet was not reached. */
export interface Explainer {
  /** The node behind an address has not answered pings. */
  readonly silent: (address: string, target: HostPort, waitedMs: number) => Promise<Problem>;
  /**
   * The node behind an address answers pings, but there is no connection.
   *
   * @param reason what tailscaled says about it
   */
  readonly failed: (address: string, target: HostPort, kind: ProblemKind, reason: string) => Promise<Problem>;
}

export function explainer(api: LocalApi): Explainer {
  return {
    silent: async (address, target, waitedMs) => {
      const peer = await peerAt(api, address);
      const name = peer === null ? address : displayName(peer);
      const seconds = Math.round(waitedMs / 100) / 10;
      const what =
        peer !== null && !peer.Online
          ? `${name} is offline. Start it.`
          : `${name} did not answer for ${seconds} s, not even to pings. Check that it is up.`;
      return problem(target, "silent", what);
    },
    failed: async (address, target, kind, reason) => {
      const peer = kind === "refused" || kind === "silent" ? await peerAt(api, address) : null;
      const name = peer === null ? address : displayName(peer);
      const { port } = target;
      if (kind === "refused") {
        const what = `${name} refused the connection. Start the service that listens on port ${port}.`;
        return problem(target, kind, what);
      }
      // Subnet routers answer pings for the machines behind them.
      if (kind === "silent" && peer === null) return problem(target, kind, `${name} did not answer.`);
      if (kind === "silent") {
        const what = `${name} answers pings but drops the connection, which the tailnet's policy or a firewall does.`;
        return problem(target, kind, `${what} Grant this node's tags port ${port} of ${name}, or open its firewall.`);
      }
      return problem(target, kind, `${reason}.`);
    },
  };
}

function problem(target: HostPort, kind: ProblemKind, what: string): Problem {
  return { kind, text: `Cannot reach ${formatHostPort(target)}: ${what}` };
}
