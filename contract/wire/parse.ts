// SPDX-License-Identifier: Apache-2.0
import { parseHostPort } from "./addresses.js";

/** A URL that names a server and nothing else. */
export interface BaseUrl {
  readonly tls: boolean;
  /** Lower case; IPv6 addresses in brackets. */
  readonly host: string;
  /** The scheme's default if the URL has none. */
  readonly port: number;
}

/** Reads `http(s)://host[:port][/]`; null for anything else. */
export function parseBaseUrl(text: string): BaseUrl | null {
  const tls = text.startsWith("https://");
  if (!tls && !text.startsWith("http://")) return null;
  let rest = text.slice(tls ? "https://".length : "http://".length).toLowerCase();
  if (rest.endsWith("/")) rest = rest.slice(0, -1);
  const port = tls ? 443 : 80;
  const given = parseHostPort(rest);
  const target = given ?? parseHostPort(`${rest}:${port}`);
  if (target === null) return null;
  const host = target.host.includes(":") ? `[${target.host}]` : target.host;
  return { tls, host, port: target.port };
}

/** The parts of a comma-separated list, trimmed and without empty ones. */
export function splitList(text: string): string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/** Go's strconv.ParseBool; null for anything else. */
export function parseBoolean(text: string): boolean | null {
  if (["1", "t", "T", "TRUE", "true", "True"].includes(text)) return true;
  if (["0", "f", "F", "FALSE", "false", "False"].includes(text)) return false;
  return null;
}

/** What people write who do not want something. */
const NO: readonly string[] = ["0", "f", "false", "n", "no", "off"];

/** A switch that any text turns on but an explicit no, in any case. An empty text does not. */
export function parseSwitch(text: string): boolean {
  return text !== "" && !NO.includes(text.toLowerCase());
}
