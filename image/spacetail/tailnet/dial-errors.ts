// SPDX-License-Identifier: Apache-2.0
import { formatHostPort, type HostPort } from "../../../contract/addresses.js";
import type { LocalReply } from "./local-api.js";

/** How a try to connect to a service ended. */
export type TargetReason = "reached" | "unknown" | "elsewhere" | "offline" | "policy" | "refused" | "silent";

/**
 * Judges tailscaled's answer to a dial.
 *
 * @param reply null if there was none in time
 * @param address the address that was dialed, or the name if no node has it
 * @param log tailscaled's log, the only place that tells of a refusal by policy
 */
export function judgeDial(reply: LocalReply | null, address: string, port: number, log: string): TargetReason {
  if (reply !== null) {
    if (reply.status === 101) return "reached";
    if (reply.status === 200 && reply.headers["dial-self"] === "true") return "elsewhere";
    if (reply.body.startsWith("resolve failure")) return "unknown";
    if (reply.body.includes("refused")) return "refused";
  }
  const destination = `> ${formatHostPort({ host: address, port })} rejected due to `;
  return log.includes(destination) ? "policy" : "silent";
}

/** The line that tells the user why a service was not reached. */
export function targetText(target: HostPort, reason: TargetReason, node: string, waited: string): string {
  const service = formatHostPort(target);
  switch (reason) {
    case "unknown":
      return `Cannot reach ${service}: no node of this tailnet is called ${target.host}. Check TS_WAIT_FOR.`;
    case "elsewhere":
      return `Cannot reach ${service}: ${target.host} is not on this tailnet. Check TS_WAIT_FOR, or pass --accept-routes.`;
    case "offline":
      return `Cannot reach ${service}: ${node} was offline for ${waited}. Start it.`;
    case "policy":
      return `Cannot reach ${service}: the tailnet's policy refuses it to this node. Grant its tags access to port ${target.port} of ${node}.`;
    case "refused":
      return `Cannot reach ${service}: ${node} refused the connection for ${waited}. Start what is to listen on port ${target.port}.`;
    default:
      return `Cannot reach ${service}: ${node} did not answer for ${waited}. Check the service, its firewall and the tailnet's policy.`;
  }
}
