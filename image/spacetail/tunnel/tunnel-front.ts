// SPDX-License-Identifier: Apache-2.0
import { type HostPort, parseHostPort } from "../../../contract/wire/addresses.js";
import type { Egress } from "../egress/egress.js";
import { printable } from "../errors/printable.js";
import { activity } from "../front/activity.js";
import { capacity } from "../front/capacity.js";
import { dialer } from "../front/dialer.js";
import { explainer } from "../front/explainer.js";
import { type Front, openFront } from "../front/front.js";
import { knocker } from "../front/knock.js";
import { carefulRestarts } from "../front/restarts.js";
import type { Tally } from "../front/tally.js";
import { tailnetRouter } from "../names/tailnet-router.js";
import type { Platform } from "../platform/platform.js";
import { socksPort } from "../tailnet/daemon-log.js";
import { localApi } from "../tailnet/local-api.js";
import { networkingOfDaemon } from "./networking.js";
import { type RuntimeDir, readDaemonLog } from "./runtime-dir.js";
import type { Launch } from "./state.js";

/**
 * Opens the proxies and forwards of a tunnel. They wait for tailscaled, so it need not run yet.
 *
 * @param counted counts the connections
 * @param trouble why nothing on the tailnet can be reached any more; empty while the node is on it
 * @throws SystemError for the first address that cannot be used, which its message begins with
 */
export async function openTunnelFront(
  platform: Platform,
  egress: Egress,
  dir: RuntimeDir,
  launch: Launch,
  counted: Tally,
  trouble: () => string,
): Promise<Front> {
  platform.raiseDescriptorLimit();
  const { net } = platform;
  const { ownSocket: socket, socks5Server, httpProxy, forwards } = launch;
  const api = localApi(net.connectUnix, socket);
  const current = activity();
  const parts = {
    net,
    socket,
    egress,
    router: tailnetRouter({ api, net, upstream: egress.upstream }),
    knocker: knocker(api, carefulRestarts(api, current, networkingOfDaemon(launch.daemon) === "kernel")),
    explainer: explainer(api),
    trouble,
  };
  const front = {
    net,
    dialer: counted.of(dialer(parts)),
    relay: egress.relay,
    udpPort: () => socksPort(readDaemonLog(dir)),
    activity: current,
    log: (line: string) => console.error(`spacetail: ${printable(line)}`),
  };
  const addresses: HostPort[] = [];
  for (const text of [httpProxy, socks5Server]) {
    const address = parseHostPort(text);
    if (address !== null) addresses.push(address);
  }
  return await openFront(net, front, addresses, forwards, capacity());
}
