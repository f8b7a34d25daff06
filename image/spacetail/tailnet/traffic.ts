// SPDX-License-Identifier: Apache-2.0
import type { PeerStatus, Status } from "./ipn.js";
import { addressOf, displayName, peersOf } from "./status.js";

/** The traffic between this node and a peer. */
export interface PeerTraffic {
  readonly name: string;
  readonly address: string;
  /** "idle": there has been none lately, so tailscaled does not say which way it goes. */
  readonly path: "direct" | "relayed" | "peer-relayed" | "idle";
  /** The peer's address, the code of Tailscale's relay, or the address of a relaying peer; empty for "idle". */
  readonly via: string;
  /** Bytes within WireGuard. */
  readonly received: number;
  readonly sent: number;
  /** RFC 3339; empty if there was none. */
  readonly lastHandshake: string;
}

/** The peers that this node has exchanged anything with, in the order of their names. */
export function trafficOf(status: Status): PeerTraffic[] {
  const used: PeerTraffic[] = [];
  for (const peer of peersOf(status)) {
    const received = peer.RxBytes ?? 0;
    const sent = peer.TxBytes ?? 0;
    // Without a handshake, what was sent was only knocking.
    if (received === 0) continue;
    const name = displayName(peer);
    const { path, via } = wayTo(peer);
    used.push({ name, path, via, address: addressOf(peer), received, sent, lastHandshake: handshakeOf(peer) });
  }
  return used;
}

/** The bytes from and to all of them. */
export function totalOf(peers: readonly PeerTraffic[]): Pick<PeerTraffic, "received" | "sent"> {
  let received = 0;
  let sent = 0;
  for (const peer of peers) {
    received += peer.received;
    sent += peer.sent;
  }
  return { received, sent };
}

/** Source: tailscale.com v1.102.3, cmd/tailscale/cli/status.go. */
function wayTo(peer: PeerStatus): Pick<PeerTraffic, "path" | "via"> {
  const direct = peer.CurAddr ?? "";
  const peerRelay = peer.PeerRelay ?? "";
  const relay = peer.Relay ?? "";
  if (direct !== "") return { path: "direct", via: direct };
  if (peerRelay !== "") return { path: "peer-relayed", via: peerRelay };
  // A peer always has a relay, whether it is in use or not.
  return peer.Active === true && relay !== "" ? { path: "relayed", via: relay } : { path: "idle", via: "" };
}

/** Go's zero time means none. */
function handshakeOf(peer: PeerStatus): string {
  const time = peer.LastHandshake ?? "";
  return time.startsWith("0001-") ? "" : time;
}

/** Which way the traffic with a peer goes, in words. */
export function wayMessage({ path, via }: PeerTraffic): string {
  switch (path) {
    case "direct":
      return `direct to ${via}`;
    case "relayed":
      return `relayed by ${via}`;
    case "peer-relayed":
      return `relayed by the peer at ${via}`;
    default:
      return "idle";
  }
}

const UNITS: readonly string[] = ["kB", "MB", "GB", "TB", "PB"];

/** A number of bytes as people read it: `17 B`, `3.4 kB`, `120 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  let value = bytes / 1000;
  let unit = 0;
  // What would be rounded to 1000 belongs to the next unit.
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 10 ? Math.round(value * 10) / 10 : Math.round(value)} ${UNITS[unit] ?? ""}`;
}
