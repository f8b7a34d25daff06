// SPDX-License-Identifier: Apache-2.0
import type { Host } from "./host.js";

/**
 * A dyno of Heroku, whose disk is gone when it ends. Its node is not ephemeral, so it is logged out then. The names are
 * those of the buildpack heroku-tailscale-buildpack, which ours takes the place of, and so are ports and defaults.
 */
export const HEROKU: Host = {
  name: "heroku",
  defaults: {
    TS_EPHEMERAL: "false",
    TS_LOGOUT_AT_STOP: "true",
    TS_RUN_WITHOUT_CREDENTIAL: "true",
    TS_SHOW_DAEMON_LOG: "false",
    TS_OAUTH_TAGS: "tag:heroku",
    TS_SOCKS5_SERVER: "localhost:1055",
    TS_OUTBOUND_HTTP_PROXY_LISTEN: "localhost:1055",
  },
  // Heroku gives a web dyno 60 s until it must listen.
  flags: ["--shields-up=false", "--accept-routes=true", "--timeout=45s"],
  names: [
    { name: "TAILSCALE_AUTH_KEY", means: "TS_AUTHKEY" },
    { name: "TAILSCALE_OAUTH_CLIENT_ID", means: "TS_OAUTH_CLIENT_ID" },
    { name: "TAILSCALE_OAUTH_CLIENT_SECRET", means: "TS_OAUTH_CLIENT_SECRET" },
    { name: "TAILSCALE_HOSTNAME", means: "TS_HOSTNAME" },
    { name: "TAILSCALE_ACCEPT_DNS", means: "--accept-dns" },
    { name: "TAILSCALE_ACCEPT_ROUTES", means: "--accept-routes" },
    { name: "TAILSCALE_ADVERTISE_EXIT_NODES", means: "--advertise-exit-node" },
    { name: "TAILSCALE_ADVERTISE_EXIT_NODE", means: "--advertise-exit-node" },
    { name: "TAILSCALE_ADVERTISE_TAGS", means: "--advertise-tags" },
    { name: "TAILSCALE_SHIELDS_UP", means: "--shields-up" },
    { name: "TAILSCALE_TIMEOUT", means: "--timeout" },
    { name: "TAILSCALED_VERBOSE", means: "--verbose" },
  ],
  files: [{ path: "profile/settings.sh", format: "shell" }],
};
