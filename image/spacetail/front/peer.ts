// SPDX-License-Identifier: Apache-2.0
import type { PeerStatus } from "../tailnet/ipn.js";
import type { LocalApi } from "../tailnet/local-api.js";
import { peersOf } from "../tailnet/status.js";

/** tailscaled answers questions about itself at once. Milliseconds. */
const STATUS_MS = 2000;

/** The node that has an address; null if there is none, or if tailscaled does not answer. */
export async function peerAt(api: LocalApi, address: string): Promise<PeerStatus | null> {
  try {
    const peers = peersOf(await api.status(STATUS_MS));
    return peers.find((peer) => (peer.TailscaleIPs ?? []).includes(address)) ?? null;
  } catch {
    return null;
  }
}
