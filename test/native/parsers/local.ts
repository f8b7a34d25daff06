// SPDX-License-Identifier: Apache-2.0

import { noUpstream } from "../../../image/spacetail/egress/upstream.js";
import { errorMessage } from "../../../image/spacetail/errors/failure.js";
import { plan } from "../../../image/spacetail/names/plan.js";
import { viewOf } from "../../../image/spacetail/names/view.js";
import type { Net } from "../../../image/spacetail/platform/net.js";
import { tailnetDialer } from "../../../image/spacetail/tailnet/dial.js";
import { type LocalApi, localApi } from "../../../image/spacetail/tailnet/local-api.js";
import { chunksOf, memoryConnection } from "./memory.js";
import { byteAt, type Target } from "./target.js";

/** A limit that no case comes to. Milliseconds. */
const LIMIT_MS = 600_000;

/** An answer of tailscaled, byte by byte. The first byte says what was asked, the second how the answer is cut. */
export const local: Target = {
  name: "local",
  run: async (input) => {
    const connect = async () => memoryConnection(chunksOf(input.subarray(2), byteAt(input, 1) % 16)).connection;
    try {
      return await ask(localApi(connect, "/s"), byteAt(input, 0) % 9, connect);
    } catch (error) {
      // Whatever it says, it is said to the user.
      return errorMessage(error);
    }
  },
};

async function ask(api: LocalApi, call: number, connect: Net["connectUnix"]): Promise<string> {
  switch (call) {
    case 0: {
      const bus = await api.watchBus();
      let text = "";
      for (let i = 0; i < 100; i += 1) {
        const notify = await bus.next(LIMIT_MS);
        if (notify === null) break;
        text += `${notify.State ?? -1} ${notify.ErrMessage ?? ""} ${notify.BrowseToURL ?? ""}\n`;
      }
      return text;
    }
    case 1: {
      const view = viewOf(await api.status(LIMIT_MS), null, { RouteAll: true, CorpDNS: true });
      const steps = ["db", "db.tail.test", "100.64.0.3", "fd7a::1"].map(
        (host) => plan({ host, port: 80, plainHttp: true }, view, noUpstream()).step,
      );
      return `${view.names.size} ${view.suffix} ${view.routes.length} ${view.exitNode} ${steps.join(" ")}`;
    }
    case 2: {
      const dns = await api.dnsConfig(LIMIT_MS);
      const status = { BackendState: "Running", MagicDNSSuffix: "tail.test" };
      const view = viewOf(status, dns, { RouteAll: false, CorpDNS: true });
      return `${view.names.size} ${view.searchDomains.join(" ")} ${view.splitDomains.join(" ")} ${view.nameServers}`;
    }
    case 3:
      return (await api.queryDns("db", "A", LIMIT_MS)).toString("latin1");
    case 4: {
      const ping = await api.ping("100.64.0.3", "disco", LIMIT_MS);
      return ping === null ? "none" : `${ping.Err} ${ping.LatencySeconds}`;
    }
    case 5:
      return (await api.dial({ host: "db", port: 80 }, LIMIT_MS)).result;
    case 6: {
      const net: Net = {
        listen: async () => {
          throw new Error("nothing listens");
        },
        connectTcp: connect,
        connectUnix: connect,
        lookup: async () => [],
        relay: () => {},
        handOver: () => {},
        cut: () => {},
        canHandOver: false,
      };
      const { result, early, reason } = await tailnetDialer(net, "/s")({ host: "db", port: 80 }, LIMIT_MS, false);
      return `${result} ${early.toString("latin1")} ${reason}`;
    }
    case 7: {
      const map = await api.derpMap(LIMIT_MS);
      return Object.values(map.Regions ?? {})
        .map((region) => (region === undefined ? "" : `${region.RegionCode} ${(region.Nodes ?? []).length}`))
        .join(" ");
    }
    default: {
      const { RouteAll, CorpDNS } = await api.prefs(LIMIT_MS);
      return `${RouteAll} ${CorpDNS}`;
    }
  }
}
