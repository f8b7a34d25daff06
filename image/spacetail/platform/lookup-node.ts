// SPDX-License-Identifier: Apache-2.0
import { promises, lookup as systemLookup } from "node:dns";
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import { wordsOf } from "../../../contract/wire/characters.js";
import { errorCode } from "../errors/failure.js";
import { SystemError } from "../errors/system-error.js";

// Node's own look-up blocks a thread in getaddrinfo, and a process that exits waits for that thread, which takes ten
// seconds and more if no server answers. So names are looked up as musl does in the native build: in /etc/hosts, then
// by DNS with the search domains of /etc/resolv.conf.

/** What counts of /etc/resolv.conf besides the servers, which Node reads itself. */
export interface ResolverSettings {
  readonly search: readonly string[];
  /** Names with fewer dots are completed first. */
  readonly ndots: number;
}

/** All addresses of a host, in the order in which to try them. */
export async function lookupNode(host: string): Promise<string[]> {
  if (isIP(host) !== 0) return [host];
  // Such as 2130706433 and 0x7f.1, which no server is asked about.
  const last = host.split(".").pop() ?? "";
  if (last !== "" && !Number.isNaN(Number(last))) return await numeric(host);
  const local = addressesIn(read("/etc/hosts"), host);
  if (local.length > 0) return ordered(local);
  if (isLocalhost(host)) return ["127.0.0.1", "::1"];
  let failure = "ENOTFOUND";
  for (const name of candidates(host, parseResolverSettings(read("/etc/resolv.conf")))) {
    const found = await Promise.all([query(name, 4), query(name, 6)]);
    const addresses = found.flatMap((one) => one.addresses);
    if (addresses.length > 0) return ordered(addresses);
    if (found.some((one) => !one.answered)) failure = "EAI_AGAIN";
  }
  throw new SystemError(failure, `lookup ${host}`);
}

/** Reads /etc/resolv.conf. */
export function parseResolverSettings(text: string): ResolverSettings {
  let search: string[] = [];
  let ndots = 1;
  for (const line of text.split("\n")) {
    const [word = "", ...rest] = wordsOf(line);
    if (word === "search" || word === "domain") search = rest;
    if (word !== "options") continue;
    for (const option of rest) if (option.startsWith("ndots:")) ndots = Number(option.slice("ndots:".length)) || 0;
  }
  return { search, ndots };
}

/** The names to ask for, one after the other. */
export function candidates(host: string, { search, ndots }: ResolverSettings): string[] {
  if (host.endsWith(".")) return [host.slice(0, -1)];
  const completed = search.filter((domain) => domain !== ".").map((domain) => `${host}.${domain}`);
  const dots = host.split(".").length - 1;
  return dots >= ndots ? [host, ...completed] : [...completed, host];
}

/** The addresses that /etc/hosts has for a name. */
export function addressesIn(hosts: string, host: string): string[] {
  const wanted = (host.endsWith(".") ? host.slice(0, -1) : host).toLowerCase();
  const found: string[] = [];
  for (const line of hosts.split("\n")) {
    const [address = "", ...names] = wordsOf(line.split("#")[0] ?? "");
    if (isIP(address) !== 0 && names.some((name) => name.toLowerCase() === wanted)) found.push(address);
  }
  return found;
}

function isLocalhost(host: string): boolean {
  const name = host.toLowerCase();
  return name === "localhost" || name.endsWith(".localhost");
}

async function query(name: string, family: 4 | 6): Promise<{ addresses: string[]; answered: boolean }> {
  try {
    const addresses = await (family === 4 ? promises.resolve4(name) : promises.resolve6(name));
    return { addresses, answered: true };
  } catch (error) {
    return { addresses: [], answered: ["ENOTFOUND", "ENODATA", "EBADNAME"].includes(errorCode(error)) };
  }
}

/** IPv6 first if this machine has an address of it that others can reach, which getaddrinfo checks similarly. */
function ordered(addresses: readonly string[]): string[] {
  const isGlobal = Object.values(networkInterfaces()).some((list) =>
    (list ?? []).some((one) => one.family === "IPv6" && !one.internal && !one.address.startsWith("fe80:")),
  );
  const six = addresses.filter((address) => isIP(address) === 6);
  const four = addresses.filter((address) => isIP(address) === 4);
  return isGlobal ? [...six, ...four] : [...four, ...six];
}

function numeric(host: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    systemLookup(host, { all: true, verbatim: true }, (error, found) => {
      if (error !== null) reject(error);
      else resolve(found.map((one) => one.address));
    });
  });
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
