// SPDX-License-Identifier: Apache-2.0
import { isIP } from "node:net";
import type { Environment } from "../phase/environment.js";

/** The proxy that an environment names for a request. */
export interface HttpProxy {
  readonly host: string;
  readonly port: number;
  /** The variable that names it, with its value. */
  readonly source: string;
}

/**
 * The proxy for a request, or null for none, by the rules of Go's standard library, in which Spacelift's worker is
 * written: HTTP_PROXY or HTTPS_PROXY by the scheme, upper case before lower case, and NO_PROXY a list of `*`, domains
 * (with their subdomains, only those after a leading dot), addresses and networks, each optionally with a port. Unlike
 * Go this does not exempt loopback, so that a leak shows on a machine without any other address.
 *
 * @throws when the value is not the URL of an HTTP proxy
 */
export function proxyFor(
  scheme: "http" | "https",
  host: string,
  port: number,
  environment: Environment,
): HttpProxy | null {
  const names = scheme === "http" ? ["HTTP_PROXY", "http_proxy"] : ["HTTPS_PROXY", "https_proxy"];
  const name = names.find((candidate) => environment[candidate]);
  if (name === undefined) return null;
  const exceptions = environment.NO_PROXY || environment.no_proxy || "";
  if (exceptions.split(",").some((entry) => excepts(entry.trim().toLowerCase(), host.toLowerCase(), port))) return null;

  const value = environment[name] ?? "";
  const source = `${name}=${value}`;
  const text = value.includes("://") ? value : `http://${value}`;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || url.protocol !== "http:") throw new Error(`${source} is not the URL of an HTTP proxy`);
  return { host: url.hostname.replace(/^\[|\]$/g, ""), port: Number(url.port || 80), source };
}

function excepts(entry: string, host: string, port: number): boolean {
  if (entry === "") return false;
  if (entry === "*") return true;
  if (entry.includes("/")) return inNetwork(host, entry);
  const withPort = /^(?:\[(.+)\]|([^:]+)):(\d+)$/.exec(entry);
  if (withPort !== null && Number(withPort[3]) !== port) return false;
  const name = withPort?.[1] ?? withPort?.[2] ?? entry;
  if (isIP(name) !== 0) return name === host;
  const domain = name.replace(/^\*?\./, "");
  return host.endsWith(`.${domain}`) || (host === domain && name === domain);
}

/** IPv4 only; the upload target has no other address. */
function inNetwork(host: string, network: string): boolean {
  const [base = "", length = ""] = network.split("/");
  if (isIP(host) !== 4 || isIP(base) !== 4 || !/^\d+$/.test(length)) return false;
  const shift = 2 ** (32 - Number(length));
  return Math.floor(toNumber(host) / shift) === Math.floor(toNumber(base) / shift);
}

function toNumber(address: string): number {
  return address.split(".").reduce((number, part) => number * 256 + Number(part), 0);
}
