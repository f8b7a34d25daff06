// SPDX-License-Identifier: Apache-2.0
import { parseHostPort } from "../../../contract/wire/addresses.js";
import { wordsOf } from "../../../contract/wire/characters.js";
import { ipBytes, isInNetwork, type Network, parseNetwork } from "../../../contract/wire/networks.js";

/** True for a destination that bypasses the proxies of a run. */
export type Bypass = (host: string, port: number) => boolean;

/** One entry of a NO_PROXY list. */
interface Entry {
  /** The network that an address must be in; null if the entry is a name. */
  readonly network: Network | null;
  /** The end of the names in question, with a dot in front of it; empty if the entry is a network. */
  readonly suffix: string;
  /** True if the name without the dot is in question too. */
  readonly exact: boolean;
  /** 0 for any. */
  readonly port: number;
}

/**
 * Reads a NO_PROXY list as Go's programs do, Terraform among them: `host` and all names below it, `.domain` for the
 * names below it only, addresses, networks, each of them perhaps with a port, and `*` for everything. Source:
 * golang.org/x/net/http/httpproxy.
 */
export function parseBypass(list: string): Bypass {
  const entries: Entry[] = [];
  for (const word of wordsOf(list.split(",").join(" "))) {
    if (word === "*") return () => true;
    const entry = parseEntry(word.toLowerCase());
    if (entry !== null) entries.push(entry);
  }
  return (host, port) => {
    const bytes = ipBytes(host);
    const name = withoutDot(host.toLowerCase());
    return entries.some((entry) => (entry.port === 0 || entry.port === port) && matches(entry, name, bytes));
  };
}

function parseEntry(word: string): Entry | null {
  const network = parseNetwork(word);
  if (network !== null) return { network, suffix: "", exact: false, port: 0 };
  const bare = word.startsWith("*.") ? word.slice(1) : word;
  const below = bare.startsWith(".");
  const target = parseHostPort(below ? bare.slice(1) : bare);
  const host = target === null ? (below ? bare.slice(1) : bare) : target.host;
  const port = target === null ? 0 : target.port;
  const bytes = ipBytes(host);
  if (bytes !== null) return { network: { bytes, bits: bytes.length * 8 }, suffix: "", exact: false, port };
  return host === "" ? null : { network: null, suffix: `.${withoutDot(host)}`, exact: !below, port };
}

function matches(entry: Entry, name: string, bytes: number[] | null): boolean {
  if (entry.network !== null) return bytes !== null && isInNetwork(bytes, entry.network);
  if (bytes !== null) return false;
  return name.endsWith(entry.suffix) || (entry.exact && `.${name}` === entry.suffix);
}

function withoutDot(name: string): string {
  return name.endsWith(".") ? name.slice(0, -1) : name;
}
