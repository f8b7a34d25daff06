// SPDX-License-Identifier: Apache-2.0
import { ipBytes } from "../../../contract/wire/networks.js";
import { resolve } from "../egress/dial.js";
import { errorMessage } from "../errors/failure.js";
import type { Route, Router } from "../names/router.js";
import type { Net } from "../platform/net.js";
import { deadlineIn, now } from "../process/clock.js";
import type { Status } from "../tailnet/ipn.js";
import type { LocalApi } from "../tailnet/local-api.js";
import { addressOf, findPeer, peersOf } from "../tailnet/status.js";

const STATUS_MS = 2000;
const FRESH_MS = 1000;
const LOOKUP_MS = 5000;

/** Peers by name and address; everything else goes straight out. */
export function plainRouter(net: Net, api: LocalApi): Router {
  let known: Status | null = null;
  let at = 0;
  const status = async (): Promise<Status | null> => {
    if (known !== null && now() - at < FRESH_MS) return known;
    try {
      known = await api.status(STATUS_MS);
      at = now();
    } catch {
      // The old one, if any.
    }
    return known;
  };
  return {
    route: async (host): Promise<Route> => {
      const present = await status();
      if (present !== null) {
        const peer = findPeer(present, host);
        const bytes = ipBytes(host);
        if (peer !== null) return { via: "tailnet", addresses: [bytes === null ? addressOf(peer) : host] };
        const all = peersOf(present).flatMap((one) => one.TailscaleIPs ?? []);
        if (bytes !== null && all.includes(host)) return { via: "tailnet", addresses: [host] };
      }
      try {
        return { via: "direct", addresses: await resolve(net, host, deadlineIn(LOOKUP_MS)) };
      } catch (error) {
        return { via: "refused", reason: errorMessage(error) };
      }
    },
  };
}
