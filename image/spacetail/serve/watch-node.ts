// SPDX-License-Identifier: Apache-2.0

import { sleep } from "../process/clock.js";
import { nodeTrouble } from "../tailnet/health.js";
import type { Status } from "../tailnet/ipn.js";
import { selfOf } from "../tailnet/status.js";
import { readDaemonLog } from "../tunnel/runtime-dir.js";
import { logInAgain } from "./log-in.js";
import type { Running, Serving } from "./serving.js";

/** How often tailscaled is asked about the node, and how long it may take to answer. Milliseconds. */
const ASK_EVERY_MS = 2000;

/** How often in a row a trouble is seen before anything is done: after a login, old news may linger. */
const CONFIRMATIONS = 2;

/**
 * Watches a node that is on the tailnet until its tailscaled ends, and logs it in again when its key has expired or an
 * administrator has deleted it. What somebody does by hand, with `tailscale down` or `tailscale logout`, stays done.
 *
 * @param changed called with each new trouble, and with an empty text when it is over
 */
export async function watchServed(
  serving: Serving,
  running: Running,
  changed: (trouble: string) => void,
): Promise<void> {
  const { attempt, say, manager } = serving;
  let seen = 0;
  let shown = "";
  while (!running.isOver()) {
    await sleep(ASK_EVERY_MS);
    const status = await statusOf(running);
    if (status === null) continue;
    const trouble = nodeTrouble(status, () => readDaemonLog(attempt.dir));
    seen = trouble === "" ? 0 : seen + 1;
    if (seen >= CONFIRMATIONS) {
      seen = 0;
      changed(trouble);
      say(`Off the tailnet: ${trouble}.`);
      await logInAgain(serving, running);
      changed("");
      say("On the tailnet again.");
    }
    const text = describe(status, trouble);
    if (text === shown) continue;
    shown = text;
    manager.status(text);
  }
}

async function statusOf({ api }: Running): Promise<Status | null> {
  try {
    return await api.statusWithoutPeers(ASK_EVERY_MS);
  } catch {
    return null;
  }
}

function describe(status: Status, trouble: string): string {
  const { name, addresses } = selfOf(status);
  if (trouble !== "") return `Off the tailnet: ${trouble}`;
  if (status.BackendState === "Running") return `On the tailnet as ${name} (${addresses.join(", ")})`;
  if (status.BackendState === "Stopped") return "Off the tailnet by `tailscale down`";
  if (status.BackendState === "NeedsLogin") return "Logged out; `tailscale up` logs in";
  return `tailscaled is in the state ${status.BackendState}`;
}
