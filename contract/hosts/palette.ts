// SPDX-License-Identifier: Apache-2.0
import type { Host } from "./host.js";

/**
 * An edge host of Palette, whose system is immutable: a machine of its own, which has to be reachable from its first
 * boot on. Its programs use the network of the kernel, so there are no proxies, whose ports belong to its cluster.
 */
export const PALETTE: Host = {
  name: "palette",
  defaults: {
    TS_HOSTNAME: "{edge-id}",
    TS_STATE_DIR: "/var/lib/tailscale",
    TS_AUTH_ONCE: "true",
    TS_EPHEMERAL: "false",
    TS_USERSPACE: "false",
    TS_SOCKET: "/var/run/tailscale/tailscaled.sock",
    TS_SOCKS5_SERVER: "none",
    TS_OUTBOUND_HTTP_PROXY_LISTEN: "none",
  },
  flags: ["--shields-up=false", "--ssh=true"],
  names: [],
  files: [{ path: "files/usr/lib/systemd/system/tailscaled.service.d/10-palette.conf", format: "unit" }],
};
