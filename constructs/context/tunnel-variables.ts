// SPDX-License-Identifier: Apache-2.0
import { DEFAULT_HTTP_PROXY, DEFAULT_SOCKS5_SERVER } from "../../contract/addresses.js";
import { broken } from "../../contract/context/rules.js";
import { TUNNEL_RULES } from "../../contract/context/tunnel-problems.js";
import { joined } from "../support/literal.js";
import { withoutTokens } from "../support/rules.js";
import type { ContextVariable } from "./context-variables.js";
import type { TailnetTunnelOptions } from "./tailnet-tunnel-options.js";

/** The variables of the options that were given and are not the default anyway. */
export function tunnelVariables(options: TailnetTunnelOptions): ContextVariable[] {
  const values: Readonly<Record<string, string | undefined>> = {
    TS_WAIT_FOR: list(options.waitFor, ","),
    TS_BOOT_TIMEOUT: options.bootTimeout,
    TS_HOSTNAME: options.hostname,
    TS_CONTROL_URL: options.controlUrl,
    TS_API_URL: options.apiUrl,
    TS_EXTRA_ARGS: extraFlags(options),
    TS_OUTBOUND_HTTP_PROXY_LISTEN: options.httpProxy === DEFAULT_HTTP_PROXY ? undefined : options.httpProxy,
    TS_SOCKS5_SERVER: options.socks5Server === DEFAULT_SOCKS5_SERVER ? undefined : options.socks5Server,
    TS_NO_PROXY: list(options.noProxy, ","),
    TS_TAILSCALED_EXTRA_ARGS: list(options.tailscaledArgs, " "),
    TS_SOCKET: options.socket,
    TRACE: options.trace === true ? "true" : undefined,
  };
  const variables: ContextVariable[] = [];
  for (const name in values) {
    const value = values[name];
    if (value !== undefined) variables.push({ name, value, secret: false });
  }
  return variables;
}

/** What is wrong with the options, or null. */
export function tunnelProblem(options: TailnetTunnelOptions): string | null {
  for (const name in TUNNEL_RULES) {
    const option = name as keyof typeof TUNNEL_RULES;
    const value = options[option];
    // Nearly all options are left to their defaults nearly always.
    if (value === undefined) continue;
    const problem = broken(option, TUNNEL_RULES[option](withoutTokens(value)), value);
    if (problem !== null) return problem;
  }
  return null;
}

/** The flags of `tailscale up` that differ from its defaults, in an order that does not depend on the program's. */
function extraFlags({ acceptDns, acceptRoutes, exitNode, shieldsUp }: TailnetTunnelOptions): string | undefined {
  const flags: string[] = [];
  if (acceptDns === false) flags.push("--accept-dns=false");
  if (acceptRoutes === true) flags.push("--accept-routes=true");
  if (exitNode !== undefined) flags.push(`--exit-node=${exitNode}`);
  if (shieldsUp === false) flags.push("--shields-up=false");
  return list(flags, " ");
}

function list(values: string[] | undefined, separator: string): string | undefined {
  return values === undefined || values.length === 0 ? undefined : joined(values, separator);
}
