// SPDX-License-Identifier: Apache-2.0
import type { Host } from "./host.js";

/**
 * A development workspace of Coder: one person's, with a home volume that outlives the container. The node stays, and
 * offers what its owner runs in the workspace.
 */
export const CODER: Host = {
  name: "coder",
  defaults: {
    TS_STATE_DIR: "/home/coder/.config/tailscale",
    TS_AUTH_ONCE: "true",
    TS_EPHEMERAL: "false",
    TS_SOCKET: "/var/run/tailscale/tailscaled.sock",
    TS_SOCKS5_SERVER: "localhost:1080",
    TS_OUTBOUND_HTTP_PROXY_LISTEN: "localhost:3128",
  },
  flags: ["--shields-up=false"],
  names: [],
  files: [
    { path: "Dockerfile", format: "dockerfile" },
    { path: "files/etc/systemd/system/tailscaled.service.d/10-coder.conf", format: "unit" },
    { path: "files/usr/local/lib/spacetail/coder.sh", format: "shell" },
  ],
};
