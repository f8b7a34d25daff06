// SPDX-License-Identifier: Apache-2.0
import { formatHostPort, type HostPort, parseHostPort } from "../../../../contract/wire/addresses.js";
import { Malformed } from "./malformed.js";

/** Where a plain request goes. */
export interface PlainTarget {
  readonly server: HostPort;
  /** What the server gets as request target. */
  readonly path: string;
}

/**
 * Reads the target of a plain request, which must be an absolute URL.
 *
 * @throws Malformed for any other
 */
export function plainTarget(method: string, target: string): PlainTarget {
  const scheme = "http://";
  const begun = target.slice(0, scheme.length);
  if (begun !== scheme && begun.toLowerCase() !== scheme) {
    throw new Malformed(
      target.slice(0, 8).toLowerCase() === "https://"
        ? "https goes through a proxy with CONNECT only"
        : "this is a proxy, so the request target must be an absolute http:// URL",
    );
  }
  const rest = target.slice(scheme.length);
  const end = authorityEnd(rest);
  // Some clients, wget among them, leave the user and password there that they send in a header too.
  const authority = withoutLogin(rest.slice(0, end));
  const path = rest.slice(end);
  const server = serverOf(authority);
  if (server === null || path.includes("#")) throw new Malformed("the URL is malformed");
  if (path === "" && method === "OPTIONS") return { server, path: "*" };
  return { server, path: path.startsWith("/") ? path : `/${path}` };
}

/**
 * Reads the target of CONNECT, `host:port`.
 *
 * @throws Malformed for any other
 */
export function connectTarget(target: string): HostPort {
  const server = parseHostPort(target);
  if (server === null) throw new Malformed("the target of CONNECT must be host:port");
  return server;
}

/** The value of Host for a server. */
export function hostOf(server: HostPort): string {
  const text = formatHostPort(server);
  return server.port === 80 ? text.slice(0, -":80".length) : text;
}

/** The end of a URL's `host:port`. */
function authorityEnd(text: string): number {
  for (let i = 0; i < text.length; i += 1) {
    const char = text.charAt(i);
    if (char === "/" || char === "?" || char === "#") return i;
  }
  return text.length;
}

/** An authority with more than one `@` stays as it is, which is malformed. */
function withoutLogin(authority: string): string {
  const at = authority.indexOf("@");
  return at === authority.lastIndexOf("@") ? authority.slice(at + 1) : authority;
}

/** The port may be missing, or empty as RFC 3986 has it. */
function serverOf(authority: string): HostPort | null {
  if (authority.endsWith(":")) return parseHostPort(`${authority}80`);
  const hasPort = authority.lastIndexOf(":") > authority.lastIndexOf("]");
  return parseHostPort(hasPort ? authority : `${authority}:80`);
}
