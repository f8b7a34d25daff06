// SPDX-License-Identifier: Apache-2.0
import { errorMessage, Failure } from "../errors/failure.js";
import { withoutStop } from "../errors/printable.js";
import { readText } from "../process/files.js";
import { isRunning } from "../process/processes.js";
import { nodeTrouble } from "../tailnet/health.js";
import { localApi } from "../tailnet/local-api.js";
import { peersOf, selfOf } from "../tailnet/status.js";
import { findRuntimeDir } from "../tunnel/place.js";
import type { RuntimeDir } from "../tunnel/runtime-dir.js";
import { type Found, find, reasonMessage, type State } from "../tunnel/state.js";
import { leavingTunnels, unrecorded } from "../tunnel/stop.js";
import type { Invocation } from "./invocation.js";

/** How long tailscaled may take to answer. Milliseconds. */
const STATUS_MS = 5000;

/**
 * `spacetail status [--json]`: says whether the tunnel is up, with the node's name and addresses.
 *
 * @returns 0 if the node is on the tailnet, else 1
 */
export async function status({ platform, env, args }: Invocation): Promise<number> {
  const json = args[0] === "--json";
  if (args.length > (json ? 1 : 0)) throw new Failure("`spacetail status` takes only --json.");
  const dir = findRuntimeDir(platform, env);
  const { found, state } = latest(dir);
  if (found === "none" && unrecorded(dir) !== null) {
    const line = `going down: the directory ${dir.path} was removed`;
    console.log(json ? JSON.stringify({ state: "stopping" }) : line);
    return 1;
  }
  if (state === null || found !== "up") {
    console.log(json ? JSON.stringify({ state: found === "none" ? "down" : found }) : describe(found, state));
    return 1;
  }
  try {
    const now = await localApi(platform.net.connectUnix, state.socket).status(STATUS_MS);
    const problem = nodeTrouble(now, () => readText(dir.daemonLog) ?? "");
    if (problem !== "") {
      const line = `off the tailnet: ${problem}. Run \`spacetail down\`, then up again.`;
      console.log(json ? JSON.stringify({ state: "off", problem }) : line);
      return 1;
    }
    const { name, addresses, tags } = selfOf(now);
    const online = peersOf(now).filter((peer) => peer.Online).length;
    const watch = state.watch.find((one) => isRunning(one))?.pid ?? null;
    if (json) {
      console.log(JSON.stringify({ state: now.BackendState, name, addresses, tags, peersOnline: online, watch }));
    } else {
      const watching = watch === null ? "nothing" : `process ${watch}`;
      console.log(`${now.BackendState}: ${name} ${addresses.join(" ")} ${tags.join(" ")}`.trim());
      console.log(`${online} peers online, watching ${watching}, supervisor ${state.supervisor.pid}`);
    }
    return now.BackendState === "Running" ? 0 : 1;
  } catch (error) {
    throw new Failure(
      `tailscaled does not answer on ${state.socket} (${withoutStop(errorMessage(error))}). Run \`spacetail down\`, then up again.`,
    );
  }
}

/** The tunnel of the directory; if it is down, one that was set aside and is still leaving. */
function latest(dir: RuntimeDir): { found: Found; state: State | null } {
  const current = find(dir);
  if (current.found !== "none") return current;
  for (const { aside } of leavingTunnels(dir)) return find(aside);
  return current;
}

/** A tunnel that is not up, in words. */
function describe(found: Found, state: State | null): string {
  const why = state === null || state.problem === "" ? "" : `; the node is not logged out yet (${state.problem})`;
  const reason = state === null || state.reason === null ? "" : `: ${reasonMessage(state.reason)}`;
  switch (found) {
    case "none":
      return `down${reason}`;
    case "daemon-only":
      return "the supervisor was killed, and tailscaled is still running";
    case "orphaned":
      return "going down: all watched processes have exited";
    default:
      return `going down${reason}${why}`;
  }
}
