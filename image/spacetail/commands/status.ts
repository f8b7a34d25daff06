// SPDX-License-Identifier: Apache-2.0
import { errorText, Failure } from "../failure.js";
import type { Host } from "../host/host.js";
import { isRunning } from "../process/processes.js";
import { checkedRuntimeDir } from "../process/runtime-dir.js";
import { find } from "../process/state.js";
import { fetchStatus } from "../tailnet/join.js";
import { selfOf } from "../tailnet/self.js";
import { peersOf } from "../tailnet/status.js";

/**
 * `spacetail status [--json]`: says whether the tunnel is up, under which name and addresses.
 *
 * @returns 0 if the node is on the tailnet, else 1
 */
export async function status(host: Host, args: readonly string[]): Promise<number> {
  const json = args[0] === "--json";
  if (args.length > (json ? 1 : 0)) throw new Failure("`spacetail status` takes only --json.");
  const dir = checkedRuntimeDir(host);
  const { found, state } = find(dir);
  if (state === null || found !== "up") {
    const reason = state === null || state.reason === "" ? "" : `: ${state.reason}`;
    if (json) console.log(JSON.stringify({ state: found === "none" ? "down" : found }));
    else console.log(found === "none" ? `down${reason}` : `${found}${reason}`);
    return 1;
  }
  try {
    const now = await fetchStatus({ host, socket: state.socket }, 5000);
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
      `tailscaled does not answer on ${state.socket} (${errorText(error)}). Run \`spacetail down\`, then up again.`,
    );
  }
}
