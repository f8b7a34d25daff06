// SPDX-License-Identifier: Apache-2.0
import { controlError } from "./daemon-log.js";
import type { Status } from "./ipn.js";

/**
 * Why the last attempt to register the node failed, as tailscaled words it; empty if there was none that failed.
 * Source of the text: tailscale.com v1.102.3, health/warnings.go, LoginStateWarnable.
 */
export function loginError(status: Status): string {
  const mark = "The last login error was: ";
  for (const warning of status.Health ?? []) {
    const at = warning.indexOf(mark);
    if (at >= 0) return warning.slice(at + mark.length);
  }
  return "";
}

/**
 * Why a node that was on the tailnet is not any more, to follow a colon; empty if it is, or if its control server just
 * cannot be reached. tailscaled calls a node that was deleted Running for ever.
 *
 * @param readLog reads tailscaled's log. Source of the text: tailscale.com v1.102.3, control/controlclient/direct.go
 *   sendMapRequest, "initial fetch failed"
 */
export function nodeTrouble(status: Status, readLog: () => string): string {
  if (status.HaveNodeKey !== true) return "";
  if (status.BackendState === "NeedsLogin") return "the node's key has expired, or the node was deleted";
  if (status.BackendState === "NeedsMachineAuth") return "the node needs an administrator's approval";
  if (status.BackendState !== "Running" || status.Self?.Online !== false) return "";
  return controlError(readLog()).includes("initial fetch failed 404") ? "the node was deleted" : "";
}
