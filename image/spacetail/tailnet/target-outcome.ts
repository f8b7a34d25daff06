// SPDX-License-Identifier: Apache-2.0
import { formatHostPort, type HostPort } from "../../../contract/wire/addresses.js";
import type { DialResult } from "./local-api.js";

/** How an attempt to reach a service ended. */
export type TargetOutcome =
  | "reached"
  | "unknown-name"
  | "not-on-tailnet"
  | "offline"
  | "dropped"
  | "refused"
  | "unreachable";

/**
 * What the result of a dial says about a service.
 *
 * A peer whose policy refuses a connection drops it, of which LocalAPI learns nothing. But if a machine answers pings
 * through WireGuard and neither accepts nor refuses a connection, the policy or a firewall drops it.
 *
 * @param pinged true if the node answered a ping through WireGuard a moment before
 */
export function outcomeOf(result: DialResult, pinged: boolean): TargetOutcome {
  if (result === "connected") return "reached";
  if (result === "not-on-tailnet") return "not-on-tailnet";
  if (result === "unresolved") return "unknown-name";
  if (result === "refused") return "refused";
  return pinged ? "dropped" : "unreachable";
}

/** The line that tells the user why a service was not reached. */
export function outcomeMessage(target: HostPort, outcome: TargetOutcome, node: string, waited: string): string {
  const { host, port } = target;
  const service = formatHostPort({ host, port });
  switch (outcome) {
    case "unknown-name":
      return `Cannot reach ${service}: no node named "${host}" is visible to this node. Check TS_WAIT_FOR, and that the tailnet's policy lets this node's tags see it.`;
    case "not-on-tailnet":
      return `Cannot reach ${service}: ${host} is not on this tailnet. Check TS_WAIT_FOR, or add --accept-routes to TS_EXTRA_ARGS.`;
    case "offline":
      return `Cannot reach ${service}: ${node} was offline for ${waited}. Start it.`;
    case "dropped":
      return `Cannot reach ${service}: ${node} answers pings but drops the connection, which the tailnet's policy or a firewall does. Grant this node's tags port ${port} of ${node}, or open its firewall.`;
    case "refused":
      return `Cannot reach ${service}: ${node} refused the connection for ${waited}. Start the service that listens on port ${port}.`;
    default:
      return `Cannot reach ${service}: ${node} did not answer for ${waited}, not even to pings. Check that it is up.`;
  }
}
