// SPDX-License-Identifier: Apache-2.0
import { formatHostPort, type HostPort } from "../../../contract/wire/addresses.js";
import type { LocalReply } from "./local-api.js";

/** How a try to connect to a service ended. */
export type TargetReason = "reached" | "unknown" | "elsewhere" | "offline" | "policy" | "refused" | "silent";

/**
 * Judges tailscaled's answer to a dial.
 *
 * A peer whose policy refuses a connection drops it without a word that reaches LocalAPI. But a machine that answers
 * pings through WireGuard, and neither accepts nor refuses a connection, is kept from it by policy or by a firewall.
 *
 * @param reply null if there was none in time
 * @param pinged true if the node answered a ping through WireGuard a moment before
 */
export function judgeDial(reply: LocalReply | null, pinged: boolean): TargetReason {
  if (reply !== null) {
    if (reply.status === 101) return "reached";
    if (reply.status === 200 && reply.headers["dial-self"] === "true") return "elsewhere";
    if (reply.body.startsWith("resolve failure")) return "unknown";
    if (reply.body.includes("refused")) return "refused";
  }
  return pinged ? "policy" : "silent";
}

/** The line that tells the user why a service was not reached. */
export function targetText(target: HostPort, reason: TargetReason, node: string, waited: string): string {
  const { host, port } = target;
  const service = formatHostPort({ host, port });
  switch (reason) {
    case "unknown":
      return `Cannot reach ${service}: this node sees none called ${host}. Check TS_WAIT_FOR, and that the tailnet's policy lets this node's tags see it.`;
    case "elsewhere":
      return `Cannot reach ${service}: ${host} is not on this tailnet. Check TS_WAIT_FOR, or pass --accept-routes.`;
    case "offline":
      return `Cannot reach ${service}: ${node} was offline for ${waited}. Start it.`;
    case "policy":
      return `Cannot reach ${service}: ${node} answers pings but drops the connection, as the tailnet's policy makes it. Grant this node's tags port ${port} of ${node}, or open its firewall.`;
    case "refused":
      return `Cannot reach ${service}: ${node} refused the connection for ${waited}. Start what is to listen on port ${port}.`;
    default:
      return `Cannot reach ${service}: ${node} did not answer for ${waited}, not even a ping. Check that it is up.`;
  }
}
