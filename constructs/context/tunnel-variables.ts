// SPDX-License-Identifier: Apache-2.0
import {
  apiUrl,
  controlUrl,
  DEFAULT_HTTP_PROXY,
  DEFAULT_SOCKS5_SERVER,
  duration,
  hostName,
  hostPort,
  noProxyList,
  readTailscaledArgs,
  socketPath,
  tailscaledArgs,
} from "../../contract/index.js";
import { joined } from "../support/literal.js";
import { every, known, notEmpty, type Rule } from "../support/rules.js";
import { broken } from "../support/validation-error.js";
import type { ContextVariable } from "./context-variables.js";
import type { TailnetTunnelOptions } from "./tailnet-tunnel-options.js";

/** The property that each variable of the executable comes from, where that is not `auth`. */
export const PROPERTY_OF: Readonly<Record<string, string>> = {
  TS_WAIT_FOR: "waitFor",
  TS_BOOT_TIMEOUT: "bootTimeout",
  TS_HOSTNAME: "hostname",
  TS_CONTROL_URL: "controlUrl",
  TS_API_URL: "apiUrl",
  TS_EXTRA_ARGS: "acceptDns, acceptRoutes, exitNode or shieldsUp",
  TS_OUTBOUND_HTTP_PROXY_LISTEN: "httpProxy",
  TS_SOCKS5_SERVER: "socks5Server",
  TS_NO_PROXY: "noProxy",
  TS_TAILSCALED_EXTRA_ARGS: "tailscaledArgs",
  TS_SOCKET: "socket",
  TRACE: "trace",
};

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
  return Object.entries(values).flatMap(([name, value]) => {
    return value === undefined ? [] : [{ name, value, secret: false }];
  });
}

/** What is wrong with the options; null for each rule that is kept. */
export function* tunnelProblems(options: TailnetTunnelOptions): Generator<string | null> {
  yield broken("waitFor", every(known(hostPort))(options.waitFor), options.waitFor);
  yield broken("bootTimeout", known(duration)(options.bootTimeout), options.bootTimeout);
  yield broken("hostname", known(hostName)(options.hostname), options.hostname);
  yield broken("controlUrl", known(controlUrl)(options.controlUrl), options.controlUrl);
  yield broken("apiUrl", known(apiUrl)(options.apiUrl), options.apiUrl);
  yield broken("exitNode", exitNodeRule(options.exitNode), options.exitNode);
  yield broken("httpProxy", known(hostPort)(options.httpProxy), options.httpProxy);
  yield broken("socks5Server", known(hostPort)(options.socks5Server), options.socks5Server);
  yield broken("noProxy", noProxyRule(options.noProxy), options.noProxy);
  yield broken("tailscaledArgs", tailscaledArgsRule(options.tailscaledArgs), options.tailscaledArgs);
  yield broken("socket", known(socketPath)(options.socket), options.socket);
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

const noProxyRule: Rule<readonly string[]> = every(
  known((entry) => (entry.trim() === "" ? "must not hold an empty entry" : noProxyList(entry))),
);

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
