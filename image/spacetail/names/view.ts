// SPDX-License-Identifier: Apache-2.0
import { ipBytes, isInNetwork, type Network, networksOf, parseNetwork } from "../../../contract/wire/networks.js";
import type { DnsConfig, NamePrefs, PeerStatus, Status } from "../tailnet/ipn.js";
import { canonical } from "./dns-message.js";

/** Addresses of nodes and services: https://tailscale.com/kb/1033/ip-and-dns-addresses. */
const TAILSCALE: readonly Network[] = networksOf(["100.64.0.0/10", "fd7a:115c:a1e0::/48"]);

/** What this node knows of its tailnet's names and addresses. Names are in lower case, without the final dot. */
export interface TailnetView {
  /** The addresses of nodes by their full names, and of the extra records of the tailnet's DNS. */
  readonly names: ReadonlyMap<string, readonly string[]>;
  /** The end of the names of this tailnet's nodes; empty if it is not known. */
  readonly suffix: string;
  /** What a short name may be completed with, in order. */
  readonly searchDomains: readonly string[];
  /** The addresses of all nodes, and of services that they offer under addresses of their own. */
  readonly nodes: ReadonlySet<string>;
  /** The networks behind nodes that this node uses. */
  readonly routes: readonly Network[];
  /** Whether this node uses an exit node. */
  readonly exitNode: boolean;
  /** The ends of the names that name servers of the tailnet know. */
  readonly splitDomains: readonly string[];
  /** Whether the tailnet has name servers for all names. */
  readonly nameServers: boolean;
}

/** The view that LocalAPI's `status`, `dns-config` and `prefs` give. */
export function viewOf(status: Status, dns: DnsConfig | null, prefs: NamePrefs): TailnetView {
  const names = new Map<string, readonly string[]>();
  const nodes = new Set<string>();
  const routes: Network[] = [];
  let exitNode = false;
  const add = (node: PeerStatus): void => {
    const addresses = node.TailscaleIPs ?? [];
    if (node.DNSName !== "") names.set(canonical(node.DNSName), addresses);
    for (const address of addresses) nodes.add(addressKey(address));
  };
  const addPeer = (peer: PeerStatus): void => {
    add(peer);
    if (peer.ExitNode === true) exitNode = true;
    for (const text of peer.AllowedIPs ?? []) {
      const network = parseNetwork(text);
      // All addresses are an exit node's, which takes more than accepting routes.
      if (network === null || network.bits === 0) continue;
      // A Tailscale Service has an address like a node's, and needs no accepting. Source: tailscale.com v1.102.3,
      // net/routemanager/routemanager.go peerViewOf.
      if (isTailscale(network)) nodes.add(network.bytes.join("."));
      else if (prefs.RouteAll) routes.push(network);
    }
  };
  if (status.Self !== undefined && status.Self !== null) add(status.Self);
  for (const peer of Object.values(status.Peer ?? {})) if (peer !== undefined) addPeer(peer);
  for (const record of dns?.ExtraRecords ?? []) {
    const name = canonical(record.Name);
    const known = names.get(name) ?? [];
    if (ipBytes(record.Value) !== null) names.set(name, known.concat([record.Value]));
  }
  const suffix = canonical(status.MagicDNSSuffix);
  const domains = (dns?.Domains ?? []).map((domain) => canonical(domain)).filter((domain) => domain !== "");
  const split: string[] = [];
  for (const [domain, servers] of Object.entries(dns?.Routes ?? {})) {
    if (domain !== "" && domain !== "." && servers !== undefined && servers !== null && servers.length > 0)
      split.push(canonical(domain));
  }
  return {
    names,
    suffix,
    searchDomains: suffix === "" || domains.includes(suffix) ? domains : [suffix].concat(domains),
    nodes,
    routes,
    exitNode,
    splitDomains: prefs.CorpDNS ? split : [],
    nameServers: prefs.CorpDNS && (dns?.Resolvers ?? []).length > 0,
  };
}

/** Whether a network is a single address of those that only tailnets use. */
function isTailscale({ bytes, bits }: Network): boolean {
  return bits === bytes.length * 8 && isTailscaleAddress(bytes);
}

/** Whether the bytes of an address are one of those that nodes have. */
export function isTailscaleAddress(bytes: readonly number[]): boolean {
  return TAILSCALE.some((range) => isInNetwork(bytes, range));
}

/** Whether the tailnet leads to an address: a node has it, or it is in a network behind one. */
export function leadsTo(view: TailnetView, address: string): boolean {
  if (isNode(view, address)) return true;
  const bytes = ipBytes(address);
  return bytes !== null && view.routes.some((network) => isInNetwork(bytes, network));
}

/** Whether a node has that address. */
export function isNode(view: TailnetView, address: string): boolean {
  return view.nodes.has(addressKey(address));
}

/** An address in a form of which there is one only: `fd7a::1` may be written in several ways. */
function addressKey(address: string): string {
  return (ipBytes(address) ?? []).join(".");
}
