// SPDX-License-Identifier: Apache-2.0
import { DEFAULT_HTTP_PROXY, DEFAULT_SOCKS5_SERVER } from "./addresses.js";
import {
  anyText,
  apiUrl,
  boolean,
  type Check,
  controlUrl,
  duration,
  hostName,
  hostPort,
  oneWord,
  socketPath,
} from "./checks.js";
import { noProxyEntryProblem } from "./no-proxy.js";
import { proxyVariableProblem } from "./proxy-values.js";

/**
 * An option of the tunnel. Everything about it comes from its row: the rule that libraries and executable share, the
 * variable that carries it, its flag, and its line in every table.
 */
export interface TunnelOption {
  readonly name: string;
  readonly kind: "text" | "list" | "boolean";
  /** The environment variable that carries it. */
  readonly variable: string;
  /** Other names of the variable, if the option has it to itself. */
  readonly aliases: readonly string[];
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
  /** What people who set the variable themselves need to know besides; empty if nothing. */
  readonly note: string;
}

/** All options of the tunnel, in the order of their variables. */
export const TUNNEL_OPTIONS: readonly TunnelOption[] = [
  {
    name: "waitFor",
    kind: "list",
    variable: "TS_WAIT_FOR",
    aliases: [],
    flag: "",
    separator: ",",
    check: hostPort,
    default: "",
    defaultText: "none",
    doc: "Services, as `host:port`, that must answer through the tunnel before a phase starts.",
    note: "",
  },
  {
    name: "bootTimeout",
    kind: "text",
    variable: "TS_BOOT_TIMEOUT",
    aliases: [],
    flag: "",
    separator: "",
    check: duration,
    default: "60s",
    defaultText: "",
    doc: "How long joining the tailnet may take in total, as a Go duration such as `90s` or `1m30s`.",
    note: "",
  },
  {
    name: "hostname",
    kind: "text",
    variable: "TS_HOSTNAME",
    aliases: [],
    flag: "",
    separator: "",
    check: hostName,
    default: "",
    defaultText: "`spacelift-` and the host name of the run's container",
    doc: "Name of the node, converted to a valid DNS label.",
    note: "",
  },
  {
    name: "controlUrl",
    kind: "text",
    variable: "TS_CONTROL_URL",
    aliases: ["TS_LOGIN_SERVER"],
    flag: "",
    separator: "",
    check: controlUrl,
    default: "https://controlplane.tailscale.com",
    defaultText: "",
    doc: "The control server, as an http or https URL without a path.",
    note: "",
  },
  {
    name: "apiUrl",
    kind: "text",
    variable: "TS_API_URL",
    aliases: [],
    flag: "",
    separator: "",
    check: apiUrl,
    default: "",
    defaultText: "the control server if one is set, otherwise https://api.tailscale.com",
    doc: "The Tailscale API that creates auth keys, as an https URL without a path; plain http is for loopback only.",
    note: "",
  },
  {
    name: "acceptDns",
    kind: "boolean",
    variable: "TS_EXTRA_ARGS",
    aliases: [],
    flag: "--accept-dns",
    separator: " ",
    check: boolean,
    default: "true",
    defaultText: "",
    doc: "Use the tailnet's DNS settings, so that its names resolve.",
    note: "",
  },
  {
    name: "acceptRoutes",
    kind: "boolean",
    variable: "TS_EXTRA_ARGS",
    aliases: [],
    flag: "--accept-routes",
    separator: " ",
    check: boolean,
    default: "false",
    defaultText: "",
    doc: "Use the routes that subnet routers advertise.",
    note: "",
  },
  {
    name: "exitNode",
    kind: "text",
    variable: "TS_EXTRA_ARGS",
    aliases: [],
    flag: "--exit-node",
    separator: " ",
    check: oneWord,
    default: "",
    defaultText: "none",
    doc: "Name or address of the exit node that traffic to the internet goes through.",
    note: "",
  },
  {
    name: "shieldsUp",
    kind: "boolean",
    variable: "TS_EXTRA_ARGS",
    aliases: [],
    flag: "--shields-up",
    separator: " ",
    check: boolean,
    default: "true",
    defaultText: "",
    doc: "Refuse connections from the tailnet to the runner.",
    note: "",
  },
  {
    name: "httpProxy",
    kind: "text",
    variable: "TS_OUTBOUND_HTTP_PROXY_LISTEN",
    aliases: [],
    flag: "",
    separator: "",
    check: hostPort,
    default: DEFAULT_HTTP_PROXY,
    defaultText: "",
    doc: "Loopback address of the tunnel's HTTP proxy, as `host:port`.",
    note: "`--outbound-http-proxy-listen` in `TS_TAILSCALED_EXTRA_ARGS` takes precedence.",
  },
  {
    name: "socks5Server",
    kind: "text",
    variable: "TS_SOCKS5_SERVER",
    aliases: [],
    flag: "",
    separator: "",
    check: hostPort,
    default: DEFAULT_SOCKS5_SERVER,
    defaultText: "",
    doc: "Loopback address of the tunnel's SOCKS5 proxy, as `host:port`.",
    note: "`--socks5-server` in `TS_TAILSCALED_EXTRA_ARGS` takes precedence.",
  },
  {
    name: "noProxy",
    kind: "list",
    variable: "TS_NO_PROXY",
    aliases: [],
    flag: "",
    separator: ",",
    check: noProxyEntryProblem,
    default: "",
    defaultText: "none",
    doc: "Hosts, domains or networks that bypass the tunnel, besides loopback, cloud metadata services and Spacelift.",
    note: "",
  },
  {
    name: "proxyVariables",
    kind: "list",
    variable: "TS_PROXY_VARIABLES",
    aliases: [],
    flag: "",
    separator: ",",
    check: proxyVariableProblem,
    default: "",
    defaultText: "none",
    doc:
      "More variables that the hooks set to the tunnel's proxy and take back, such as `ALL_PROXY`, `NODE_USE_ENV_PROXY` " +
      "or `JAVA_TOOL_OPTIONS`.",
    note: "",
  },
  {
    name: "tailscaledArgs",
    kind: "list",
    variable: "TS_TAILSCALED_EXTRA_ARGS",
    aliases: [],
    flag: "",
    separator: " ",
    check: oneWord,
    default: "",
    defaultText: "none",
    doc: "Flags passed to tailscaled, one word each, such as `--verbose=1`.",
    note: "",
  },
  {
    name: "socket",
    kind: "text",
    variable: "TS_SOCKET",
    aliases: [],
    flag: "",
    separator: "",
    check: socketPath,
    default: "",
    defaultText: "in a private directory under /tmp",
    doc: "Path of tailscaled's socket: absolute, at most 107 characters.",
    note: "",
  },
  {
    name: "trace",
    kind: "boolean",
    variable: "TRACE",
    aliases: ["TS_TRACE"],
    flag: "",
    separator: "",
    check: anyText,
    default: "false",
    defaultText: "",
    doc: "Print every step of joining and leaving with its time.",
    note: "`0`, `no`, `off` and `false` mean no; any other value means yes.",
  },
];
