// SPDX-License-Identifier: Apache-2.0
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
