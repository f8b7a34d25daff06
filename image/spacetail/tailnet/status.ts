// SPDX-License-Identifier: Apache-2.0

// The parts of tailscaled's JSON that are used here. Names and types are those of tailscale.com/ipn and ipn/ipnstate.

export interface PeerStatus {
  readonly ID: string;
  readonly HostName: string;
  /** Fully qualified, with a dot at the end. */
  readonly DNSName: string;
  readonly TailscaleIPs?: readonly string[] | null;
  readonly Tags?: readonly string[] | null;
  readonly Online: boolean;
  readonly ExitNodeOption: boolean;
}

export interface Status {
  readonly BackendState: string;
  readonly MagicDNSSuffix: string;
  readonly Self?: PeerStatus | null;
  readonly Peer?: Readonly<Record<string, PeerStatus | undefined>> | null;
  readonly Health?: readonly string[] | null;
}

export interface Notify {
  readonly State?: number | null;
  readonly ErrMessage?: string | null;
  readonly BrowseToURL?: string | null;
}

export interface PingResult {
  readonly Err: string;
  readonly LatencySeconds: number;
}

/** ipn.State, as the bus numbers it. */
export const NEEDS_MACHINE_AUTH = 3;
export const RUNNING = 6;

/** All peers of a status, in the order of their names so that every run treats them alike. */
export function peersOf(status: Status): PeerStatus[] {
  const peers: PeerStatus[] = [];
  for (const peer of Object.values(status.Peer ?? {})) if (peer !== undefined) peers.push(peer);
  return peers.sort((a, b) => (a.DNSName < b.DNSName ? -1 : 1));
}

/**
 * The peer that a name or address means: its MagicDNS name, whole or, for nodes of this tailnet, without the tailnet's
 * domain, or one of its addresses. Null if no peer is meant.
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

/** The address to reach a peer at; IPv4 before IPv6. Empty if it has none. */
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
