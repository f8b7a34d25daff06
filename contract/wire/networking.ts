// SPDX-License-Identifier: Apache-2.0
import { parseBoolean } from "./parse.js";

/**
 * How programs reach the tailnet:
 *
 * - `userspace`: through the proxies and forwards of the tunnel, which needs no privileges;
 * - `kernel`: by the routes of the machine, which needs the device /dev/net/tun and the capability NET_ADMIN;
 * - `auto`: `kernel` where it can be had, otherwise `userspace`.
 */
export type Networking = "userspace" | "kernel" | "auto";

/** Reads TS_USERSPACE: a boolean, as containerboot has it, or `auto`. Null for any other text. */
export function networkingOf(text: string): Networking | null {
  if (text === "auto") return "auto";
  const userspace = parseBoolean(text);
  if (userspace === null) return null;
  return userspace ? "userspace" : "kernel";
}
