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

/** One environment variable that the executable reads. An empty value counts as unset. */
export interface Variable {
  readonly name: string;
  /** The option of a context that it comes from. */
  readonly option: string;
  /** Other names, read when the first is unset. */
  readonly aliases: readonly string[];
  /** The value that stands when it is unset, or a description of it in parentheses; empty for none. */
  readonly fallback: string;
  /** True if the value must never be shown. Secrets may be given as `file:/path`. */
  readonly secret: boolean;
  readonly check: Check;
  /** One sentence for the table in the README. */
  readonly doc: string;
}

/**
 * Every environment variable of the executable. Names are those of Tailscale's containerboot where it has one.
 * The README's table, the constructs' validation and the executable's parser all come from here.
 */
export const VARIABLES: readonly Variable[] = [
  {
    name: "TS_OAUTH_CLIENT_ID",
    option: "auth",
    aliases: [],
    fallback: "(part of the secret)",
    secret: false,
    check: anyText,
    doc: "Id of the Tailscale OAuth client that mints the auth key.",
  },
  {
    name: "TS_OAUTH_CLIENT_SECRET",
    option: "auth",
    aliases: [],
    fallback: "",
    secret: true,
    check: clientSecret,
    doc: "Secret of that client, which needs the `auth_keys` scope.",
  },
  {
    name: "TS_OAUTH_TAGS",
    option: "auth",
    aliases: [],
    fallback: "tag:spacelift",
    secret: false,
    check: tagList,
    doc:
      "Tags of the node, with commas between them: all tags of the OAuth client or federated identity, or tags that " +
      "one of them owns.",
  },
  {
    name: "TS_CLIENT_ID",
    option: "auth",
    aliases: [],
    fallback: "",
    secret: false,
    check: anyText,
    doc: "Id of a Tailscale federated identity: the run logs in with its identity token, and needs no secret.",
  },
  {
    name: "TS_ID_TOKEN",
    option: "auth",
    aliases: [],
    fallback: "(the newer of `SPACELIFT_OIDC_TOKEN` and `/mnt/workspace/spacelift.oidc`)",
    secret: true,
    check: anyText,
    doc: "That identity token, a JSON Web Token.",
  },
  {
    name: "TS_AUTHKEY",
    option: "auth",
    aliases: ["TS_AUTH_KEY"],
    fallback: "",
    secret: true,
    check: authKey,
    doc: "A ready-made auth key, instead of one that is minted for the run.",
  },
  {
    name: "TS_CONTROL_URL",
    option: "controlUrl",
    aliases: ["TS_LOGIN_SERVER"],
    fallback: "https://controlplane.tailscale.com",
    secret: false,
    check: controlUrl,
    doc: "The control server.",
  },
  {
    name: "TS_API_URL",
    option: "apiUrl",
    aliases: [],
    fallback: "(the control server if one is set, else https://api.tailscale.com)",
    secret: false,
    check: apiUrl,
    doc: "Where auth keys are minted; plain http is for loopback only.",
  },
  {
    name: "TS_HOSTNAME",
    option: "hostname",
    aliases: [],
    fallback: "spacelift-(host name)",
    secret: false,
    check: hostName,
    doc: "Name of the node, made a valid DNS label.",
  },
  {
    name: "TS_BOOT_TIMEOUT",
    option: "bootTimeout",
    aliases: [],
    fallback: "60s",
    secret: false,
    check: duration,
    doc: "How long `spacetail up` may take in all, as a Go duration.",
  },
  {
    name: "TS_WAIT_FOR",
    option: "waitFor",
    aliases: [],
    fallback: "",
    secret: false,
    check: hostPortList,
    doc: "Services, as `host:port,...`, that must answer through the tunnel before `spacetail up` succeeds.",
  },
  {
    name: "TS_EXTRA_ARGS",
    option: "acceptDns, acceptRoutes, exitNode or shieldsUp",
    aliases: [],
    fallback: "",
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
    fallback: "",
    secret: false,
    check: tailscaledArgs,
    doc: "Flags passed on to tailscaled.",
  },
  {
    name: "TS_SOCKS5_SERVER",
    option: "socks5Server",
    aliases: [],
    fallback: DEFAULT_SOCKS5_SERVER,
    secret: false,
    check: hostPort,
    doc: "Where the SOCKS5 proxy listens; `--socks5-server` in `TS_TAILSCALED_EXTRA_ARGS` goes before it.",
  },
  {
    name: "TS_OUTBOUND_HTTP_PROXY_LISTEN",
    option: "httpProxy",
    aliases: [],
    fallback: DEFAULT_HTTP_PROXY,
    secret: false,
    check: hostPort,
    doc: "Where the HTTP proxy listens; `--outbound-http-proxy-listen` in `TS_TAILSCALED_EXTRA_ARGS` goes before it.",
  },
  {
    name: "TS_NO_PROXY",
    option: "noProxy",
    aliases: [],
    fallback: "",
    secret: false,
    check: noProxyList,
    doc: "More destinations, with commas between them, that the hooks keep out of the tunnel.",
  },
  {
    name: "TS_SOCKET",
    option: "socket",
    aliases: [],
    fallback: "/tmp/spacetail-(uid)/tailscaled.sock",
    secret: false,
    check: socketPath,
    doc: "Path of tailscaled's socket.",
  },
  {
    name: "TRACE",
    option: "trace",
    aliases: [],
    fallback: "false",
    secret: false,
    check: boolean,
    doc: "Print every step with its time.",
  },
];

/** The variable called `name`, which may be an alias. */
export function findVariable(name: string): Variable | undefined {
  return VARIABLES.find((variable) => variable.name === name || variable.aliases.includes(name));
}

/**
 * What is wrong with the value of a variable, as a sentence that names it, or null. The value itself is quoted unless
 * it is a secret. Names that the table does not hold, and empty values, are fine.
 */
export function valueProblem(name: string, value: string): string | null {
  const variable = findVariable(name);
  if (variable === undefined || value === "") return null;
  const problem = variable.check(value);
  if (problem === null) return null;
  // Somebody may pass a secret in arguments that we do not take; their rules name the word that is wrong.
  const hidden = variable.secret || name.endsWith("_ARGS");
  return hidden ? `${name} ${problem}` : `${name} ${problem}, but "${value}" was given`;
}
