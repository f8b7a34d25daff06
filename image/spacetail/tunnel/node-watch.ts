// SPDX-License-Identifier: Apache-2.0
import { nodeTrouble } from "../tailnet/health.js";
import type { LocalApi } from "../tailnet/local-api.js";

/** How often the supervisor asks tailscaled about the node, and how long the answer may take. Milliseconds. */
const ASK_EVERY_MS = 2000;

/** Knows whether the control server still accepts the node. */
export interface NodeWatch {
  /** Why nothing can be reached any more; empty while the node is on the tailnet. */
  readonly trouble: () => string;
  readonly stop: () => void;
}

/**
 * Watches the node of a tunnel that is up: an administrator may delete it, or end the validity of its key. tailscaled
 * goes on as if nothing had happened, and all connections hang.
 *
 * @param readLog reads tailscaled's log, which alone says that the node was deleted
 * @param changed called with each new trouble, and with an empty text when it is over
 */
export function watchNode(api: LocalApi, readLog: () => string, changed: (trouble: string) => void): NodeWatch {
  let trouble = "";
  let asking = false;
  const ask = async (): Promise<void> => {
    const status = await api.statusWithoutPeers(ASK_EVERY_MS);
    const now = nodeTrouble(status, readLog);
    if (now === trouble) return;
    trouble = now;
    changed(now);
  };
  const done = (): void => {
    asking = false;
  };
  const timer = setInterval(() => {
    if (asking) return;
    asking = true;
    // That tailscaled does not answer says nothing about the node.
    ask().then(done, done);
  }, ASK_EVERY_MS);
  return { trouble: () => trouble, stop: () => clearInterval(timer) };
}
