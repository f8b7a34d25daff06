// SPDX-License-Identifier: Apache-2.0
import { DEFAULT_HTTP_PROXY, DEFAULT_SOCKS5_SERVER } from "../../contract/addresses.js";
import {
  apiUrl,
  controlUrl,
  duration,
  hostName,
  hostPort,
  noProxyProblem,
  socketPath,
  tailscaledArgs,
} from "../../contract/checks.js";
import { readTailscaledArgs } from "../../contract/flags.js";
import { joined } from "../support/literal.js";
import { every, known, notEmpty, type Rule } from "../support/rules.js";
import { broken } from "../support/validation-error.js";
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
  for (const name in RULES) {
    const option = name as keyof TailnetTunnelOptions;
    const value = options[option];
    // Nearly all options are left to their defaults nearly always.
    if (value === undefined) continue;
    const problem = broken(option, (RULES[option] as Rule<unknown>)(value), value);
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

/** The executable splits flags at blanks and knows no quotes. */
const oneWord: Rule<string> = known((text) => (/^\S+$/.test(text) ? null : "must be a word without blanks"));

const exitNodeRule: Rule<string> = (name) => notEmpty(name) ?? oneWord(name);

const noProxyRule: Rule<readonly string[]> = every(known((entry) => noProxyProblem(entry)));

const tailscaledArgsRule: Rule<readonly string[]> = (words) => {
  const rule = every<string>((word) => (oneWord(word) === null ? null : "must hold words without blanks"))(words);
  return rule ?? known((all: readonly string[]) => flagsProblem(all.join(" ")))(words);
};

/** The hooks must know where the HTTP proxy listens, so the addresses have but one place. So has the socket. */
function flagsProblem(text: string): string | null {
  const { httpProxy, socks5Server } = readTailscaledArgs(text);
  if (/(^|\s)--?socket[=\s]/.test(text)) return "must not hold --socket: use socket";
  if (httpProxy !== null) return "must not hold --outbound-http-proxy-listen: use httpProxy";
  if (socks5Server !== null) return "must not hold --socks5-server: use socks5Server";
  return tailscaledArgs(text);
}

/** The rule of each option that can be wrong. They are made once: a program may have thousands of contexts. */
const RULES: { readonly [K in keyof TailnetTunnelOptions]: Rule<NonNullable<TailnetTunnelOptions[K]>> } = {
  waitFor: every(known(hostPort)),
  bootTimeout: known(duration),
  hostname: known(hostName),
  controlUrl: known(controlUrl),
  apiUrl: known(apiUrl),
  exitNode: exitNodeRule,
  httpProxy: known(hostPort),
  socks5Server: known(hostPort),
  noProxy: noProxyRule,
  tailscaledArgs: tailscaledArgsRule,
  socket: known(socketPath),
};
