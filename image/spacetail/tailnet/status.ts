// SPDX-License-Identifier: Apache-2.0
import type { PeerStatus, Status } from "./ipn.js";

/** This node as others see it. */
export interface Self {
  readonly name: string;
  /** Empty before it has joined. */
  readonly addresses: readonly string[];
  readonly tags: readonly string[];
}

export function selfOf(status: Status): Self {
  const node = status.Self;
  if (node === null || node === undefined) return { name: "", addresses: [], tags: [] };
  return { name: displayName(node), addresses: node.TailscaleIPs ?? [], tags: node.Tags ?? [] };
}

/** All peers of a status, sorted by name so that every run treats them alike. */
export function peersOf(status: Status): PeerStatus[] {
  const peers: PeerStatus[] = [];
  for (const peer of Object.values(status.Peer ?? {})) if (peer !== undefined) peers.push(peer);
  return peers.sort((a, b) => (a.DNSName < b.DNSName ? -1 : 1));
}

/**
 * The peer that a name or address means: its MagicDNS name, in full or, for nodes of this tailnet, without the
 * tailnet's domain; or one of its addresses. Null if there is no such peer.
 */
export function findPeer(status: Status, host: string): PeerStatus | null {
  const wanted = withoutDot(host.toLowerCase());
  const suffix = status.MagicDNSSuffix === "" ? "" : `.${withoutDot(status.MagicDNSSuffix.toLowerCase())}`;
  for (const peer of peersOf(status)) {
    const name = withoutDot(peer.DNSName.toLowerCase());
    if (name === wanted || name === wanted + suffix || (peer.TailscaleIPs ?? []).includes(wanted)) return peer;
  }
  return null;
}

/** The address to reach a peer at, preferably IPv4. Empty if it has none. */
export function addressOf(peer: PeerStatus): string {
  const addresses = peer.TailscaleIPs ?? [];
  return addresses.find((address) => !address.includes(":")) ?? addresses[0] ?? "";
}

/** A node's name as people write it: `db.tail.test`. */
export function displayName(peer: PeerStatus): string {
  return withoutDot(peer.DNSName) || peer.HostName;
}

function withoutDot(name: string): string {
  return name.endsWith(".") ? name.slice(0, -1) : name;
}
