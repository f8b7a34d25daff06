// SPDX-License-Identifier: Apache-2.0
import { formatHostPort } from "../../../../contract/wire/addresses.js";
import { dialAddresses, resolve } from "../../egress/dial.js";
import { type Egress, secured } from "../../egress/egress.js";
import { proxyFor } from "../../egress/upstream.js";
import { errorMessage } from "../../errors/failure.js";
import type { Net } from "../../platform/net.js";
import type { Platform } from "../../platform/platform.js";
import { deadlineIn, remaining, sleep } from "../../process/clock.js";
import { thisProcess } from "../../process/processes.js";
import type { DerpMap, DerpNode } from "../../tailnet/ipn.js";
import { localApi } from "../../tailnet/local-api.js";
import { selfOf } from "../../tailnet/status.js";
import { connectThrough } from "../../tunnel/connect-through.js";
import { findRuntimeDir } from "../../tunnel/place.js";
import { find, readLaunch, servedBy } from "../../tunnel/state.js";
import { bringUpFor } from "../up.js";
import { type Finding, known, ok, skip, type Visit } from "./row.js";

/** How long tailscaled may take to choose a relay. Milliseconds. */
const RELAYS_MS = 15_000;

/** How long a relay may take to answer. Milliseconds. */
const RELAY_MS = 10_000;

/** How long the name server may take for its name. Milliseconds. */
const LOOKUP_MS = 3000;

/** tailscaled answers questions about itself at once. Milliseconds. */
const STATUS_MS = 5000;

/** Whether the node joins: uses the tunnel that is up, or starts one for this visit. */
export async function tailnet(visit: Visit): Promise<Finding> {
  const { platform, env, facts } = visit;
  const dir = findRuntimeDir(platform, env);
  const wasUp = find(dir).found === "up";
  if (!wasUp) {
    const { exitStatus } = await bringUpFor({ platform, env, args: [] }, thisProcess());
    if (exitStatus !== 0) throw new Error("A signal ended the attempt to join.");
    facts.started = true;
  }
  facts.socket = find(dir).state?.socket ?? "";
  facts.httpProxy = readLaunch(dir)?.httpProxy ?? "";
  const status = await localApi(platform.net.connectUnix, facts.socket).statusWithoutPeers(STATUS_MS);
  if (status.BackendState !== "Running") {
    const advice = servedBy(dir) === null ? "Run `spacetail down`, then up again." : "See `spacetail status`.";
    throw new Error(`tailscaled is in the state ${status.BackendState}. ${advice}`);
  }
  const { name, addresses } = selfOf(status);
  return ok(`${name} ${addresses.join(" ")}, ${wasUp ? "in the tunnel that is up" : "for this check"}`);
}

/** Whether the tailnet's nearest relay can be reached: without relays, nodes cannot find each other. */
export async function derp({ platform, facts }: Visit): Promise<Finding> {
  const api = localApi(platform.net.connectUnix, facts.socket);
  const deadline = deadlineIn(RELAYS_MS);
  for (;;) {
    const code = (await api.statusWithoutPeers(STATUS_MS)).Self?.Relay ?? "";
    // tailscaled chooses one in any case, whether it answers or not.
    if (code !== "") return ok(await askRelay(platform, known(facts.egress), await api.derpMap(STATUS_MS), code));
    if (remaining(deadline) === 0) throw new Error("tailscaled has chosen no relay (DERP)");
    await sleep(200);
  }
}

/** Tries the relays of a region in their order. Returns what answered, or throws an error that says why none did. */
async function askRelay(platform: Platform, egress: Egress, map: DerpMap, code: string): Promise<string> {
  let problem = "the tailnet has none";
  for (const region of Object.values(map.Regions ?? {})) {
    if (region === undefined || region.RegionCode !== code) continue;
    for (const node of region.Nodes ?? []) {
      if (node.STUNOnly === true) continue;
      const name = formatHostPort({ host: node.HostName, port: portOf(node) });
      try {
        await greetRelay(platform, egress, node);
        return `${name} in region ${code} answers`;
      } catch (error) {
        problem = `${name}: ${errorMessage(error)}`;
      }
    }
  }
  throw new Error(`The relays (DERP) in region ${code}, the nearest, cannot be reached (${problem})`);
}

/** As tailscaled does: by the name if a proxy is used, else by the addresses. TLS is for the name. */
async function greetRelay(platform: Platform, egress: Egress, node: DerpNode): Promise<void> {
  const deadline = deadlineIn(RELAY_MS);
  const port = portOf(node);
  const connection =
    proxyFor(egress.upstream, node.HostName, port, false) === null
      ? await dialAddresses(platform.net, await addressesOf(platform.net, node), port, deadline)
      : (await egress.connect(node.HostName, port, false, deadline)).connection;
  if (node.InsecureForTests === true) connection.close();
  else (await secured(platform, connection, node.HostName, deadline)).close();
}

/** Of each family what the map says, or what the name resolves to if the map says nothing. */
async function addressesOf(net: Net, { HostName, IPv4 = "", IPv6 = "" }: DerpNode): Promise<string[]> {
  const given = [IPv4, IPv6].filter((one) => one !== "" && one !== "none");
  if (IPv4 !== "" && IPv6 !== "") return given;
  // A name that cannot be looked up does not matter if there is an address.
  const named = await resolve(net, HostName, deadlineIn(LOOKUP_MS)).catch((error: unknown): string[] => {
    if (given.length === 0) throw error;
    return [];
  });
  return given.concat(named.filter((one) => (one.includes(":") ? IPv6 : IPv4) === ""));
}

function portOf({ DERPPort = 0 }: DerpNode): number {
  return DERPPort === 0 ? 443 : DERPPort;
}

/** Whether the chosen service accepts connections. */
export async function host({ platform, facts, target }: Visit): Promise<Finding> {
  if (target === null) return skip("none was given: spacetail doctor HOST:PORT");
  const { connection } = await connectThrough(platform.net, facts.httpProxy, target);
  connection.close();
  return ok(`${formatHostPort(target)} accepts connections`);
}
