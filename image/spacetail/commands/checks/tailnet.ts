// SPDX-License-Identifier: Apache-2.0
import { formatHostPort } from "../../../../contract/wire/addresses.js";
import { deadlineIn, remaining, sleep } from "../../process/clock.js";
import { localApi } from "../../tailnet/local-api.js";
import { selfOf } from "../../tailnet/status.js";
import { connectThrough } from "../../tunnel/connect-through.js";
import { checkedRuntimeDir } from "../../tunnel/runtime-dir.js";
import { find, readLaunch } from "../../tunnel/state.js";
import { bringUpFor } from "../up.js";
import { type Finding, known, ok, skip, type Visit } from "./row.js";

/** How long tailscaled may take to measure the way to relays. Milliseconds. */
const RELAYS_MS = 15_000;

/** tailscaled answers questions about itself at once. Milliseconds. */
const STATUS_MS = 5000;

/** Whether the node joins: uses the tunnel that is up, or starts one for this visit. */
export async function tailnet(visit: Visit): Promise<Finding> {
  const { platform, env, facts } = visit;
  const dir = checkedRuntimeDir(platform);
  const wasUp = find(dir).found === "up";
  if (!wasUp) {
    const { exitStatus } = await bringUpFor({ platform, env, args: [] }, `${process.pid}`);
    if (exitStatus !== 0) throw new Error("A signal ended the attempt to join.");
    facts.started = true;
  }
  facts.socket = find(dir).state?.socket ?? "";
  facts.httpProxy = readLaunch(dir)?.httpProxy ?? "";
  const status = await localApi(platform.net.connectUnix, facts.socket).statusWithoutPeers(STATUS_MS);
  if (status.BackendState !== "Running") {
    throw new Error(`tailscaled is ${status.BackendState}. Run \`spacetail down\`, then up again.`);
  }
  const { name, addresses } = selfOf(status);
  return ok(`${name} ${addresses.join(" ")}, ${wasUp ? "by the tunnel that is up" : "for this check"}`);
}

/** Whether one of the tailnet's relays can be reached, which all nodes need to find each other. */
export async function derp({ platform, facts }: Visit): Promise<Finding> {
  const api = localApi(platform.net.connectUnix, facts.socket);
  const deadline = deadlineIn(RELAYS_MS);
  for (;;) {
    const status = await api.statusWithoutPeers(STATUS_MS);
    const relay = status.Self?.Relay ?? "";
    if (relay !== "") return ok(`the nearest relay is ${relay}`);
    if (remaining(deadline) === 0) throw new Error("None of the tailnet's relays (DERP) can be reached");
    await sleep(200);
  }
}

/** Whether the chosen service accepts connections. */
export async function host({ platform, facts, target }: Visit): Promise<Finding> {
  if (target === null) return skip("none was given: spacetail doctor HOST:PORT");
  const { connection } = await connectThrough(platform.net, facts.httpProxy, known(target));
  connection.close();
  return ok(`${formatHostPort(target)} accepts connections`);
}
