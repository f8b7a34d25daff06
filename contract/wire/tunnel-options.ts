// SPDX-License-Identifier: Apache-2.0
import { DEFAULT_HTTP_PROXY, DEFAULT_SOCKS5_SERVER } from "./addresses.js";
import {
  apiUrl,
  boolean,
  type Check,
  controlUrl,
  duration,
  hostName,
  hostPort,
  noProxyProblem,
  oneWord,
  socketPath,
} from "./checks.js";

/**
 * An option of the tunnel. Everything about it comes from its row: the rule that libraries and executable share, the
 * variable that carries it, its flag, and its line in every table.
 */
export interface TunnelOption {
  readonly name: string;
  readonly kind: "text" | "list" | "boolean";
  /** The environment variable that carries it. */
  readonly variable: string;
  /** The flag of `tailscale up` that it is inside of the variable; empty if it has the variable to itself. */
  readonly flag: string;
  /** What separates the elements of a list in the variable. */
  readonly separator: string;
  /** The rule for its text, or for each element of a list. */
  readonly check: Check;
  /** The default, as text; empty if there is none, or none that is known before the run. */
  readonly default: string;
  /** The default in words where it is not a value. */
  readonly defaultText: string;
  /** One sentence. */
  readonly doc: string;
}

/** All options of the tunnel, in the order of their variables. */
export const TUNNEL_OPTIONS: readonly TunnelOption[] = [
  {
    name: "waitFor",
    kind: "list",
    variable: "TS_WAIT_FOR",
    flag: "",
    separator: ",",
    check: hostPort,
    default: "",
    defaultText: "none",
    doc: "Services, as `host:port`, that must answer through the tunnel before a phase starts.",
  },
  {
    name: "bootTimeout",
    kind: "text",
    variable: "TS_BOOT_TIMEOUT",
    flag: "",
    separator: "",
    check: duration,
    default: "60s",
    defaultText: "",
    doc: "How long joining the tailnet may take in all, as a Go duration such as `90s` or `1m30s`.",
  },
  {
    name: "hostname",
    kind: "text",
    variable: "TS_HOSTNAME",
    flag: "",
    separator: "",
    check: hostName,
    default: "",
    defaultText: "`spacelift-` and the host name of the run's container",
    doc: "Name of the node, converted to a valid DNS label.",
  },
  {
    name: "controlUrl",
    kind: "text",
    variable: "TS_CONTROL_URL",
    flag: "",
    separator: "",
    check: controlUrl,
    default: "https://controlplane.tailscale.com",
    defaultText: "",
    doc: "The control server, as an http or https URL without a path.",
  },
  {
    name: "apiUrl",
    kind: "text",
    variable: "TS_API_URL",
    flag: "",
    separator: "",
    check: apiUrl,
    default: "",
    defaultText: "the control server if one is set, otherwise https://api.tailscale.com",
    doc: "The Tailscale API that creates auth keys, as an https URL without a path; plain http is for loopback only.",
  },
  {
    name: "acceptDns",
    kind: "boolean",
    variable: "TS_EXTRA_ARGS",
    flag: "--accept-dns",
    separator: " ",
    check: boolean,
    default: "true",
    defaultText: "",
    doc: "Use the tailnet's DNS settings, so that its names resolve.",
  },
  {
    name: "acceptRoutes",
    kind: "boolean",
    variable: "TS_EXTRA_ARGS",
    flag: "--accept-routes",
    separator: " ",
    check: boolean,
    default: "false",
    defaultText: "",
    doc: "Use the routes that subnet routers advertise.",
  },
  {
    name: "exitNode",
    kind: "text",
    variable: "TS_EXTRA_ARGS",
    flag: "--exit-node",
    separator: " ",
    check: oneWord,
    default: "",
    defaultText: "none",
    doc: "Name or address of the exit node that traffic to the internet goes through.",
  },
  {
    name: "shieldsUp",
    kind: "boolean",
    variable: "TS_EXTRA_ARGS",
    flag: "--shields-up",
    separator: " ",
    check: boolean,
    default: "true",
    defaultText: "",
    doc: "Refuse connections from the tailnet to the runner.",
  },
  {
    name: "httpProxy",
    kind: "text",
    variable: "TS_OUTBOUND_HTTP_PROXY_LISTEN",
    flag: "",
    separator: "",
    check: hostPort,
    default: DEFAULT_HTTP_PROXY,
    defaultText: "",
    doc: "Loopback address of the tunnel's HTTP proxy, as `host:port`.",
  },
  {
    name: "socks5Server",
    kind: "text",
    variable: "TS_SOCKS5_SERVER",
    flag: "",
    separator: "",
    check: hostPort,
    default: DEFAULT_SOCKS5_SERVER,
    defaultText: "",
    doc: "Loopback address of the tunnel's SOCKS5 proxy, as `host:port`.",
  },
  {
    name: "noProxy",
    kind: "list",
    variable: "TS_NO_PROXY",
    flag: "",
    separator: ",",
    check: noProxyProblem,
    default: "",
    defaultText: "none",
    doc: "Hosts, domains or networks that bypass the tunnel, besides loopback, cloud metadata services and Spacelift.",
  },
  {
    name: "tailscaledArgs",
    kind: "list",
    variable: "TS_TAILSCALED_EXTRA_ARGS",
    flag: "",
    separator: " ",
    check: oneWord,
    default: "",
    defaultText: "none",
    doc: "Flags passed to tailscaled, one word each, such as `--verbose=1`.",
  },
  {
    name: "socket",
    kind: "text",
    variable: "TS_SOCKET",
    flag: "",
    separator: "",
    check: socketPath,
    default: "",
    defaultText: "in a private directory under /tmp",
    doc: "Path of tailscaled's socket: absolute, at most 107 characters.",
  },
  {
    name: "trace",
    kind: "boolean",
    variable: "TRACE",
    flag: "",
    separator: "",
    check: boolean,
    default: "false",
    defaultText: "",
    doc: "Print every step of joining and leaving with its time.",
  },
];
