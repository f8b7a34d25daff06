// SPDX-License-Identifier: Apache-2.0
import { wordsOf } from "../../../contract/wire/characters.js";
import { parseBypass } from "../egress/bypass.js";
import type { PeerStatus } from "../tailnet/ipn.js";
import { canonical } from "./dns-message.js";

/**
 * The line for a run whose own NO_PROXY keeps programs away from the tunnel, since it names the tailnet or its
 * addresses; empty if it does not.
 *
 * @param noProxy what the run itself has in NO_PROXY
 */
export function bypassedMessage(noProxy: string, peers: readonly PeerStatus[]): string {
  const entries = wordsOf(noProxy.split(",").join(" "))
    // `*` is not passed on to programs: see noProxyEntryProblem.
    .filter((entry) => entry !== "*")
    .filter((entry, i, all) => all.indexOf(entry) === i)
    .filter((entry) => peers.some((peer) => isBypassed(peer, entry)));
  if (entries.length === 0) return "";
  const count = peers.filter((peer) => entries.some((entry) => isBypassed(peer, entry))).length;
  return (
    `NO_PROXY of this run has ${entries.join(", ")}: programs do not use the tunnel for ${count} of ${peers.length} ` +
    `peers. Remove ${entries.length === 1 ? "that entry" : "those entries"} from the run's environment.`
  );
}

function isBypassed({ DNSName, TailscaleIPs }: PeerStatus, entry: string): boolean {
  const bypass = parseBypass(entry);
  const hosts = [canonical(DNSName)].concat(TailscaleIPs ?? []);
  // Entries with a port may be meant for one service only, so any port is tried by those that have none.
  return hosts.some((host) => host !== "" && bypass(host, 0));
}
