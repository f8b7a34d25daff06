// SPDX-License-Identifier: Apache-2.0
import { DEFAULT_HTTP_PROXY, DEFAULT_SOCKS5_SERVER } from "./addresses.js";
import {
  anyText,
  apiUrl,
  authKey,
  boolean,
  type Check,
  clientSecret,
  controlUrl,
  duration,
  extraFlags,
  hostName,
  hostPort,
  hostPortList,
  noProxyList,
  socketPath,
  tagList,
  tailscaledArgs,
} from "./checks.js";

/** An environment: names and values; a variable that is not set is absent. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** One environment variable that the executable reads. An empty value counts as unset. */
export interface Variable {
  readonly name: string;
  /** The option of a context that sets it. */
  readonly option: string;
  /** Other names, read when the first is unset. */
  readonly aliases: readonly string[];
  /** The value used when it is unset; empty if there is none, or if it depends on something else. */
  readonly default: string;
  /** What is used when it is unset, in Markdown, where `default` cannot say it; empty otherwise. */
  readonly defaultText: string;
  /** True if the value must never be shown. Secrets may be given as `file:/path`. */
  readonly secret: boolean;
  readonly check: Check;
  /** One sentence for the table in the README. */
  readonly doc: string;
}

/**
 * Every environment variable of the executable. Variables that Tailscale's containerboot has too are called what it
 * calls them, or have its name as an alias. Its other variables are in containerboot.ts.
 */
export const VARIABLES: readonly Variable[] = [
  {
    name: "TS_OAUTH_CLIENT_ID",
    option: "auth",
    aliases: [],
    default: "",
    defaultText: "part of the secret",
    secret: false,
    check: anyText,
    doc: "ID of the Tailscale OAuth client that mints the auth key.",
  },
  {
    name: "TS_OAUTH_CLIENT_SECRET",
    option: "auth",
    aliases: ["TS_CLIENT_SECRET"],
    default: "",
    defaultText: "",
    secret: true,
    check: clientSecret,
    doc: "Secret of that client, which needs the `auth_keys` scope.",
  },
  {
    name: "TS_OAUTH_TAGS",
    option: "auth",
    aliases: [],
    default: "tag:spacelift",
    defaultText: "",
    secret: false,
    check: tagList,
    doc:
      "Tags of the node, separated by commas: all tags of the OAuth client or federated identity, or tags that one of " +
      "them owns.",
  },
  {
    name: "TS_CLIENT_ID",
    option: "auth",
    aliases: [],
    default: "",
    defaultText: "",
    secret: false,
    check: anyText,
    doc:
      "ID of a Tailscale federated identity: the run logs in with its identity token, without a secret; next to a " +
      "client secret, the ID of the OAuth client.",
  },
  {
    name: "TS_ID_TOKEN",
    option: "auth",
    aliases: [],
    default: "",
    defaultText: "the newer of `SPACELIFT_OIDC_TOKEN` and `/mnt/workspace/spacelift.oidc`",
    secret: true,
    check: anyText,
    doc: "Identity token for the federated identity, a JSON Web Token.",
  },
  {
    name: "TS_AUTHKEY",
    option: "auth",
    aliases: ["TS_AUTH_KEY"],
    default: "",
    defaultText: "",
    secret: true,
    check: authKey,
    doc: "A ready-made auth key, instead of one that is minted for the run.",
  },
  {
    name: "TS_CONTROL_URL",
    option: "controlUrl",
    aliases: ["TS_LOGIN_SERVER"],
    default: "https://controlplane.tailscale.com",
    defaultText: "",
    secret: false,
    check: controlUrl,
    doc: "The control server.",
  },
  {
    name: "TS_API_URL",
    option: "apiUrl",
    aliases: [],
    default: "",
    defaultText: "the control server if one is set, else `https://api.tailscale.com`",
    secret: false,
    check: apiUrl,
    doc: "Where auth keys are minted; plain HTTP is allowed for loopback only.",
  },
  {
    name: "TS_HOSTNAME",
    option: "hostname",
    aliases: [],
    default: "",
    defaultText: "`spacelift-` and the machine's host name",
    secret: false,
    check: hostName,
    doc: "Name of the node, turned into a valid DNS label.",
  },
  {
    name: "TS_BOOT_TIMEOUT",
    option: "bootTimeout",
    aliases: [],
    default: "60s",
    defaultText: "",
    secret: false,
    check: duration,
    doc: "Time limit for the whole of `spacetail up`, as a Go duration.",
  },
  {
    name: "TS_WAIT_FOR",
    option: "waitFor",
    aliases: [],
    default: "",
    defaultText: "",
    secret: false,
    check: hostPortList,
    doc: "Services, as `host:port,...`, that must accept a connection through the tunnel before `spacetail up` succeeds.",
  },
  {
    name: "TS_ACCEPT_DNS",
    option: "acceptDns",
    aliases: [],
    default: "true",
    defaultText: "",
    secret: false,
    check: boolean,
    doc: "Use the tailnet's DNS configuration; `--accept-dns` in `TS_EXTRA_ARGS` takes precedence.",
  },
  {
    name: "TS_EXTRA_ARGS",
    option: "acceptDns, acceptRoutes, exitNode or shieldsUp",
    aliases: [],
    default: "",
    defaultText: "",
    secret: false,
    check: extraFlags,
    doc:
      "Flags of `tailscale up`: `--accept-dns`, `--accept-routes`, `--exit-node`, `--hostname`, `--shields-up` (on by " +
      "default), `--login-server`, `--timeout`.",
  },
  {
    name: "TS_TAILSCALED_EXTRA_ARGS",
    option: "tailscaledArgs",
    aliases: [],
    default: "",
    defaultText: "",
    secret: false,
    check: tailscaledArgs,
    doc: "Flags passed on to tailscaled.",
  },
  {
    name: "TS_SOCKS5_SERVER",
    option: "socks5Server",
    aliases: [],
    default: DEFAULT_SOCKS5_SERVER,
    defaultText: "",
    secret: false,
    check: hostPort,
    doc: "Address of the SOCKS5 proxy; `--socks5-server` in `TS_TAILSCALED_EXTRA_ARGS` takes precedence.",
  },
  {
    name: "TS_OUTBOUND_HTTP_PROXY_LISTEN",
    option: "httpProxy",
    aliases: [],
    default: DEFAULT_HTTP_PROXY,
    defaultText: "",
    secret: false,
    check: hostPort,
    doc: "Address of the HTTP proxy; `--outbound-http-proxy-listen` in `TS_TAILSCALED_EXTRA_ARGS` takes precedence.",
  },
  {
    name: "TS_NO_PROXY",
    option: "noProxy",
    aliases: [],
    default: "",
    defaultText: "",
    secret: false,
    check: noProxyList,
    doc: "More destinations, separated by commas, that the hooks keep out of the tunnel.",
  },
  {
    name: "TS_SOCKET",
    option: "socket",
    aliases: [],
    default: "",
    defaultText: "`/tmp/spacetail-UID/tailscaled.sock`",
    secret: false,
    check: socketPath,
    doc: "Path of tailscaled's socket.",
  },
  {
    name: "TS_TRACE",
    option: "trace",
    aliases: ["TRACE"],
    default: "false",
    defaultText: "",
    secret: false,
    check: boolean,
    doc: "Print every step with its time.",
  },
];

/** The variable called `name`, which may be an alias. */
export function findVariable(name: string): Variable | undefined {
  return VARIABLES.find((variable) => variable.name === name || variable.aliases.includes(name));
}

/** The name under which a variable is set: its own, or else its first alias that is; empty if it is not set. */
export function nameInUse(env: Environment, name: string): string {
  const aliases = findVariable(name)?.aliases ?? [];
  return [name, ...aliases].find((one) => (env[one] ?? "") !== "") ?? "";
}

/** The value of a variable, from whichever of its names is set; empty if none is. */
export function valueInUse(env: Environment, name: string): string {
  return env[nameInUse(env, name)] ?? "";
}

/**
 * What is wrong with the value of a variable, as a sentence that names it, or null. The value itself is quoted unless
 * it is a secret. Names that are not in the table, and empty values, are fine.
 */
export function valueProblem(name: string, value: string): string | null {
  const variable = findVariable(name);
  if (variable === undefined || value === "") return null;
  const problem = variable.check(value);
  if (problem === null) return null;
  // Unsupported arguments may contain a secret; the rules for arguments name the word that is wrong.
  const hidden = variable.secret || name.endsWith("_ARGS");
  return hidden ? `${name} ${problem}` : `${name} ${problem}, but "${value}" was given`;
}
