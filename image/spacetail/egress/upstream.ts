// SPDX-License-Identifier: Apache-2.0
import { type HostPort, isLoopback, parseHostPort } from "../../../contract/wire/addresses.js";
import { type Bypass, parseBypass } from "./bypass.js";

/** A proxy that a run had before the tunnel. */
export interface UpstreamProxy {
  /** The variable that names it, for messages. */
  readonly variable: string;
  /** How to talk to it: HTTP in the clear, HTTP within TLS, or SOCKS5. */
  readonly scheme: "http" | "https" | "socks5";
  /** A name, an IPv4 address, or an IPv6 address without brackets. */
  readonly host: string;
  readonly port: number;
  /** Both empty if the proxy takes everybody. */
  readonly user: string;
  readonly password: string;
}

/** The proxies of a run and what bypasses them. */
export interface Upstream {
  /** For TLS and everything else that a proxy only passes on; null for none. */
  readonly tunnel: UpstreamProxy | null;
  /** For plain HTTP; null for none. */
  readonly http: UpstreamProxy | null;
  /** The destinations that bypass them. */
  readonly bypass: Bypass;
  /** What in the variables cannot be used, one line for each. */
  readonly problems: readonly string[];
}

/** A run without proxies. */
export function noUpstream(): Upstream {
  return { tunnel: null, http: null, bypass: parseBypass(""), problems: [] };
}

/**
 * Reads the proxies from the variables of a run, which must not hold our own values any more. As in Go, an upper-case
 * name comes first; as in curl, ALL_PROXY stands in for both.
 *
 * @param own the addresses of the tunnel's own proxies, `host:port`, which are never an upstream proxy
 */
export function readUpstream(values: Readonly<Record<string, string | undefined>>, own: readonly string[]): Upstream {
  const problems: string[] = [];
  const pick = (names: readonly string[]): UpstreamProxy | null => {
    for (const variable of names) {
      const text = (values[variable] ?? "").trim();
      if (text === "") continue;
      const proxy = parseProxy(variable, text);
      if (proxy === null) {
        const line = `${variable} names no proxy that can be used: http://, https:// and socks5:// are supported. It is ignored.`;
        if (!problems.includes(line)) problems.push(line);
        continue;
      }
      if (!isOwn(proxy, own)) return proxy;
    }
    return null;
  };
  const tunnel = pick(["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]);
  const http = pick(["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"]);
  const lists = [values.NO_PROXY ?? "", values.no_proxy ?? ""];
  return { tunnel, http, bypass: parseBypass(lists.join(",")), problems };
}

/** The upstream proxy for a destination; null if it is to be reached without one. */
export function proxyFor(upstream: Upstream, host: string, port: number, plainHttp: boolean): UpstreamProxy | null {
  const proxy = plainHttp ? upstream.http : upstream.tunnel;
  return proxy === null || isLoopback(host) || upstream.bypass(host, port) ? null : proxy;
}

/** How messages name a proxy: without its password. */
export function proxyName({ scheme, host, port, variable }: UpstreamProxy): string {
  return `${scheme}://${host.includes(":") ? `[${host}]` : host}:${port} (${variable})`;
}

/**
 * Reads the value of a proxy variable: a URL, or `host:port`, which means HTTP.
 *
 * @returns null if it is neither, or for a kind of proxy that is not supported
 */
export function parseProxy(variable: string, text: string): UpstreamProxy | null {
  const mark = text.indexOf("://");
  const given = mark < 0 ? "http" : text.slice(0, mark).toLowerCase();
  // "socks5h" says that the proxy looks names up, which is what every client here lets it do.
  const scheme = given === "socks5h" || given === "socks" ? "socks5" : given;
  if (scheme !== "http" && scheme !== "https" && scheme !== "socks5") return null;
  let rest = mark < 0 ? text : text.slice(mark + 3);
  for (const end of ["/", "?", "#"]) if (rest.includes(end)) rest = rest.slice(0, rest.indexOf(end));
  const at = rest.lastIndexOf("@");
  const login = at < 0 ? "" : rest.slice(0, at);
  const target = hostPortOf(rest.slice(at + 1), scheme === "http" ? 80 : scheme === "https" ? 443 : 1080);
  if (target === null) return null;
  const colon = login.indexOf(":");
  const user = decoded(colon < 0 ? login : login.slice(0, colon));
  const password = colon < 0 ? "" : decoded(login.slice(colon + 1));
  return { variable, scheme, host: target.host, port: target.port, user, password };
}

function hostPortOf(text: string, port: number): HostPort | null {
  return parseHostPort(text) ?? parseHostPort(`${text}:${port}`);
}

/** Percent-decodes; a text that is not encoded properly stays as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function isOwn({ host, port }: UpstreamProxy, own: readonly string[]): boolean {
  return own.some((address) => {
    const one = parseHostPort(address);
    if (one === null || one.port !== port) return false;
    return one.host === host || (isLoopback(one.host) && isLoopback(host));
  });
}
