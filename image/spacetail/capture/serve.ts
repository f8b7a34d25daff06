// SPDX-License-Identifier: Apache-2.0
import { type HostPort, parseHostPort } from "../../../contract/wire/addresses.js";
import { ipBytes } from "../../../contract/wire/networks.js";
import { errorMessage } from "../errors/failure.js";
import { type TailnetView, viewOf } from "../names/view.js";
import type { Capture } from "../platform/capture.js";
import type { Platform } from "../platform/platform.js";
import { closeInherited } from "../process/descriptors.js";
import { readText } from "../process/files.js";
import { type LocalApi, localApi } from "../tailnet/local-api.js";
import type { RuntimeDir } from "../tunnel/runtime-dir.js";
import { noteCounts } from "./counts.js";
import { destinations } from "./destinations.js";
import { DNS_PORT, type NameServer, openNameServer } from "./name-server.js";
import { nameServersOf, networksOfAddresses, networksOfRoutes } from "./own-networks.js";
import { hostsFile, resolvConf } from "./resolv-conf.js";

/** How long tailscaled may take for each answer. Milliseconds. */
const STATUS_MS = 3000;

const RESOLV_CONF = "/etc/resolv.conf";

/** What is captured, and where its connections go. */
export interface Task {
  /** The file of the program, its name and its arguments. */
  readonly words: readonly string[];
  /** The number of the socket of `spacetail run`. */
  readonly channel: number;
  /** The tunnel's proxy, as `host:port`. */
  readonly proxy: string;
  /** tailscaled's socket. */
  readonly socket: string;
  /** Where the counts are written down. */
  readonly dir: RuntimeDir;
}

/**
 * Runs a program and captures its connections, and those of all that it starts, until nothing of that is left.
 *
 * @returns an error code if the program cannot be started; else nothing
 */
export async function serveCapture(platform: Platform, capture: Capture, task: Task): Promise<string> {
  const at = await addressOf(platform, parseHostPort(task.proxy) ?? { host: task.proxy, port: 0 });
  const api = localApi(platform.net.connectUnix, task.socket);
  const resolv = readText(RESOLV_CONF) ?? "";
  const servers = nameServersOf(resolv).filter((one) => ipBytes(one) !== null);
  const own = servers.concat(ownNetworks());
  let view: TailnetView | null = null;
  capture.proxy(at.host, at.port);
  const parts = { net: platform.net, datagrams: capture.datagrams, api, view: () => view, servers };
  const names = await openNameServer(parts);
  // Calls that wait for what is known of the tailnet go on with the routes, so these are last.
  const show = (): void => {
    if (names !== null) showNames(capture, names, view, resolv);
    capture.routes(destinations(view, own));
  };
  const renew = async (): Promise<void> => {
    view = (await viewNow(api)) ?? view;
    show();
  };
  let stop = (): void => {};
  const problem = await new Promise<string>((resolve) => {
    const problem = capture.start(task.words, task.channel, names !== null, (what) => {
      if (what === "over") resolve("");
      else void renew();
    });
    if (problem !== "") {
      resolve(problem);
      return;
    }
    // What was inherited is for the program, whose end others may wait for.
    closeInherited();
    process.chdir("/");
    platform.raiseDescriptorLimit();
    stop = noteCounts(task.dir, capture.counts);
  });
  stop();
  return problem;
}

/** The tailnet as tailscaled knows it; null if it does not answer. */
async function viewNow(api: LocalApi): Promise<TailnetView | null> {
  try {
    const status = await api.status(STATUS_MS);
    const dns = await api.dnsConfig(STATUS_MS);
    return viewOf(status, dns, await api.prefs(STATUS_MS));
  } catch {
    return null;
  }
}

/**
 * Makes programs ask our name server. Where it is not on port 53, most of them reach it all the same (see
 * {@link Capture.names}); those that do not have the tailnet's nodes in their hosts file.
 */
function showNames(capture: Capture, { ip, port }: NameServer, view: TailnetView | null, resolv: string): void {
  const isUsual = port === DNS_PORT;
  capture.file("resolv.conf", resolvConf(resolv, ip, view === null ? [] : view.searchDomains, isUsual));
  if (isUsual || view === null) return;
  capture.names(ip, port);
  capture.file("hosts", hostsFile(readText("/etc/hosts") ?? "", view.names, view.suffix));
}

function ownNetworks(): string[] {
  return networksOfRoutes(readText("/proc/net/route") ?? "").concat(
    networksOfAddresses(readText("/proc/net/if_inet6") ?? ""),
  );
}

/** The IPv4 address of a proxy on this machine. */
async function addressOf({ net }: Platform, { host, port }: HostPort): Promise<HostPort> {
  if (host === "localhost" || (ipBytes(host) ?? []).length === 4) {
    return { host: host === "localhost" ? "127.0.0.1" : host, port };
  }
  try {
    const found = (await net.lookup(host)).find((address) => !address.includes(":"));
    return { host: found ?? "127.0.0.1", port };
  } catch (error) {
    console.error(`spacetail: ${errorMessage(error)}`);
    return { host: "127.0.0.1", port };
  }
}
