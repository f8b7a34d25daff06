// SPDX-License-Identifier: Apache-2.0
import { parseHostPort } from "../../../contract/wire/addresses.js";

/** A request to an HTTP proxy, as tailscaled sends it. */
export interface ProxyRequest {
  /** True for CONNECT: bytes are to be passed on. Otherwise it is a request of plain HTTP. */
  readonly connect: boolean;
  readonly host: string;
  readonly port: number;
  /** The value of Proxy-Authorization; empty if there is none. */
  readonly authorization: string;
  /** For plain HTTP, the head without its proxy's headers, up to the empty line: as a proxy takes it. */
  readonly absolute: string;
  /** The same as a server takes it. */
  readonly origin: string;
}

/**
 * Reads the head of a request to a proxy.
 *
 * @param text the head with its empty line
 * @returns null if it is malformed
 */
export function parseProxyRequest(text: string): ProxyRequest | null {
  const lines = text.slice(0, -4).split("\r\n");
  const words = (lines[0] ?? "").split(" ");
  const [method, target, version] = [words[0] ?? "", words[1] ?? "", words[2] ?? ""];
  if (words.length !== 3 || !version.startsWith("HTTP/1.")) return null;
  let authorization = "";
  let headers = "";
  for (const line of lines.slice(1)) {
    const colon = line.indexOf(":");
    if (colon <= 0) return null;
    const name = line.slice(0, colon).toLowerCase();
    if (name === "proxy-authorization") authorization = line.slice(colon + 1).trim();
    else if (name !== "proxy-connection") headers += `${line}\r\n`;
  }
  if (method === "CONNECT") {
    const found = parseHostPort(target);
    if (found === null) return null;
    return { connect: true, host: found.host, port: found.port, authorization, absolute: "", origin: "" };
  }
  if (!target.startsWith("http://")) return null;
  const slash = target.indexOf("/", "http://".length);
  const authority = slash < 0 ? target.slice("http://".length) : target.slice("http://".length, slash);
  const found = parseHostPort(authority) ?? parseHostPort(`${authority}:80`);
  if (found === null) return null;
  const path = slash < 0 ? "/" : target.slice(slash);
  const rest = ` ${version}\r\n${headers}`;
  return {
    connect: false,
    host: found.host,
    port: found.port,
    authorization,
    absolute: `${method} ${target}${rest}`,
    origin: `${method} ${path}${rest}`,
  };
}
