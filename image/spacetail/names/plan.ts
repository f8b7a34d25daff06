// SPDX-License-Identifier: Apache-2.0
import { withoutBrackets } from "../../../contract/wire/addresses.js";
import { isMetadataService } from "../../../contract/wire/metadata-services.js";
import { ipBytes, isInNetwork, isThisMachine, looksNumeric, parseNetwork } from "../../../contract/wire/networks.js";
import { proxyFor, type Upstream } from "../egress/upstream.js";
import { canonical } from "./dns-message.js";
import type { Route } from "./router.js";
import { isNode, isTailscaleAddress, leadsTo, type TailnetView } from "./view.js";

// Decisions about routes. Pure, so that they can be tested with any tailnet and by fuzzers.

/** The destination of a connection. */
export interface Target {
  /** A name or an IP address, as it was asked for. */
  readonly host: string;
  readonly port: number;
  /** Whether plain HTTP is to be spoken, for which a run may have another proxy. */
  readonly plainHttp: boolean;
}

/** What is to be done about a destination. */
export type Plan =
  /** It is decided. */
  | { readonly step: "done"; readonly route: Route }
  /** Its addresses are known, and {@link settle} decides. */
  | { readonly step: "settle"; readonly addresses: readonly string[] }
  /**
   * Name servers of the tailnet are to be asked for its addresses, under these names; the first that exists counts. If
   * none does, there is no such host, unless `otherwise` says that it may be an ordinary one.
   */
  | { readonly step: "query"; readonly names: readonly string[]; readonly otherwise: boolean }
  /** Its addresses are to be looked up as the run itself would; if there are none, under these names by a query. */
  | { readonly step: "lookup"; readonly names: readonly string[] };

/** Addresses that only nodes have: https://tailscale.com/kb/1033/ip-and-dns-addresses. */
const TAILNET_ONLY = parseNetwork("fd7a:115c:a1e0::/48");

// The native build does not know what a list without elements in a union is of, and stops at it.
const NO_NAMES: readonly string[] = [];

/** True for a destination that has nothing to do with the tailnet, whatever that is like. */
export function isApart(host: string): boolean {
  return isThisMachine(host) || isMetadataService(withoutBrackets(host), true);
}

/** Whether a destination looks like a node: by a short name, by one of the tailnet's domain, or by its address. */
export function mayBePeer(host: string, view: TailnetView): boolean {
  const text = withoutBrackets(host);
  const bytes = ipBytes(text);
  if (bytes !== null) return isTailscaleAddress(bytes);
  const name = canonical(text);
  return !name.includes(".") || (view.suffix !== "" && isBelow(name, view.suffix));
}

/** Decides about a destination as far as that is possible without asking anybody. */
export function plan(target: Target, view: TailnetView, upstream: Upstream): Plan {
  const host = withoutBrackets(target.host);
  if (ipBytes(host) !== null) return { step: "settle", addresses: [host] };
  // /etc/hosts may not know it, and servers may listen on either.
  if (isThisMachine(host)) return { step: "settle", addresses: ["127.0.0.1", "::1"] };
  if (isMetadataService(host, false) || looksNumeric(host)) return { step: "lookup", names: NO_NAMES };
  const name = canonical(host);
  const completed = view.searchDomains.map((domain) => `${name}.${domain}`);
  const isShort = !name.includes(".");
  const candidates = isShort ? completed.concat([name]) : [name].concat(completed);
  const known = candidates.find((full) => view.names.has(full));
  if (known !== undefined) return { step: "settle", addresses: view.names.get(known) ?? [] };
  if (isSplit(name, view)) return { step: "query", names: [name], otherwise: false };
  // The tailnet's own domain is complete: what is not in it does not exist.
  if (view.suffix !== "" && isBelow(name, view.suffix)) return refused(`no node of the tailnet is called ${name}`);
  const asked = completed.filter((full) => isSplit(full, view));
  // As resolvers do, names with a dot are completed only if they do not exist.
  if (isShort && asked.length > 0) return { step: "query", names: asked, otherwise: true };
  if (view.nameServers) return { step: "query", names: [name], otherwise: true };
  return ordinary(target, view, upstream, asked);
}

/**
 * The plan for a destination that the tailnet's name servers know nothing of.
 *
 * @param names what to ask them for if nobody else knows it either
 */
export function ordinary(target: Target, view: TailnetView, upstream: Upstream, names: readonly string[]): Plan {
  const proxy = proxyFor(upstream, withoutBrackets(target.host), target.port, target.plainHttp);
  if (proxy !== null && !view.exitNode) return { step: "done", route: { via: "upstream", proxy } };
  return { step: "lookup", names };
}

/**
 * Decides about a destination whose addresses are known.
 *
 * @param addresses not empty
 */
export function settle(target: Target, addresses: readonly string[], view: TailnetView, upstream: Upstream): Route {
  const host = withoutBrackets(target.host);
  const first = addresses[0] ?? "";
  const isMetadata = isMetadataService(host, false) && ipBytes(host) === null;
  if (isMetadata || addresses.some((one) => isMetadataService(one, isNode(view, one)))) {
    return { via: "direct", addresses };
  }
  if (isThisMachine(host) || isThisMachine(first)) return { via: "direct", addresses };
  const inside = addresses.filter((address) => leadsTo(view, address));
  if (inside.length > 0) return { via: "tailnet", addresses: inside };
  const bytes = ipBytes(first);
  if (bytes !== null && TAILNET_ONLY !== null && isInNetwork(bytes, TAILNET_ONLY)) {
    return { via: "refused", reason: `no node of the tailnet has the address ${first}` };
  }
  const bypasses = upstream.bypass(host, target.port) || addresses.some((one) => upstream.bypass(one, target.port));
  if (view.exitNode && !bypasses) return { via: "tailnet", addresses };
  const proxy = bypasses ? null : proxyFor(upstream, host, target.port, target.plainHttp);
  return proxy === null ? { via: "direct", addresses } : { via: "upstream", proxy };
}

function isSplit(name: string, view: TailnetView): boolean {
  return view.splitDomains.some((domain) => isBelow(name, domain));
}

function isBelow(name: string, domain: string): boolean {
  return name === domain || name.endsWith(`.${domain}`);
}

function refused(reason: string): Plan {
  return { step: "done", route: { via: "refused", reason } };
}
