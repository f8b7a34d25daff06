// SPDX-License-Identifier: Apache-2.0
import { resolve } from "../egress/dial.js";
import type { Upstream } from "../egress/upstream.js";
import { errorCode, errorMessage } from "../errors/failure.js";
import type { Net } from "../platform/net.js";
import { deadlineIn, limited, now } from "../process/clock.js";
import type { LocalApi } from "../tailnet/local-api.js";
import { type AnswerCache, answerCache } from "./answer-cache.js";
import { type DnsAnswer, parseReply, TYPE_A, TYPE_AAAA } from "./dns-message.js";
import { isApart, mayBePeer, ordinary, type Plan, plan, settle, type Target } from "./plan.js";
import type { Route, Router } from "./router.js";
import { type TailnetView, viewOf } from "./view.js";

/**
 * How old the view may be, and how old when a name or an address is not in it: a peer may have just joined. The last is
 * for those that look like a peer's.
 */
const VIEW_MS = 5000;
const FRESH_VIEW_MS = 1000;
const PEER_VIEW_MS = 50;

/** How long tailscaled may take to say what it knows itself. Milliseconds. */
const STATUS_MS = 3000;

/** How long name servers may take. tailscaled gives them 5 s. Milliseconds. */
const QUERY_MS = 6000;
const LOOKUP_MS = 10_000;

/** How long name servers for all names are left alone after they gave no answer: every name would wait for them. */
const SILENCE_MS = 30_000;

/** The longest chain of aliases between name servers. */
const MAX_ALIASES = 8;

/** What a router works with. */
export interface RouterParts {
  readonly api: LocalApi;
  readonly net: Net;
  readonly upstream: Upstream;
}

/** Routes by what tailscaled knows of the tailnet, and by the proxies that the run had. */
export function tailnetRouter({ api, net, upstream }: RouterParts): Router {
  const views = viewKeeper(api);
  const names = nameServers(api);
  let silentUntil = 0;
  const current = async (ageMs: number): Promise<TailnetView> => {
    const view = await views.get(ageMs);
    return now() < silentUntil ? withoutNameServers(view) : view;
  };

  const follow = async (target: Target, wanted: Plan, view: TailnetView, depth: number): Promise<Route> => {
    switch (wanted.step) {
      case "done":
        return wanted.route;
      case "settle":
        return settle(target, wanted.addresses, view, upstream);
      case "query":
        return await query(target, wanted.names, wanted.otherwise, view, depth);
      default:
        return await lookup(target, wanted.names, view, depth);
    }
  };

  const query = async (
    target: Target,
    candidates: readonly string[],
    otherwise: boolean,
    view: TailnetView,
    depth: number,
  ): Promise<Route> => {
    let failed = false;
    for (const name of candidates) {
      const answer = await names.addressesOf(name);
      if (answer.addresses.length > 0) return settle(target, answer.addresses, view, upstream);
      if (answer.kind === "failed") failed = true;
      if (answer.kind !== "found") continue;
      // The alias may lead to a name that is not the server's own.
      if (answer.alias === "" || depth >= MAX_ALIASES) return refused(`${name} has no address`);
      const next = { host: answer.alias, port: target.port, plainHttp: target.plainHttp };
      return await follow(next, plan(next, view, upstream), view, depth + 1);
    }
    if (failed && otherwise && view.nameServers) silentUntil = now() + SILENCE_MS;
    if (otherwise) return await follow(target, ordinary(target, view, upstream, []), view, depth);
    const name = candidates[0] ?? target.host;
    return refused(failed ? `the tailnet's name servers gave no answer for ${name}` : `${name} does not exist`);
  };

  const lookup = async (
    target: Target,
    candidates: readonly string[],
    view: TailnetView,
    depth: number,
  ): Promise<Route> => {
    try {
      return settle(target, await resolve(net, target.host, deadlineIn(LOOKUP_MS)), view, upstream);
    } catch (error) {
      const code = errorCode(error);
      if (code === "ENOTFOUND" && candidates.length > 0) return await query(target, candidates, false, view, depth);
      if (code === "ENOTFOUND") return refused(`${target.host} does not exist`);
      return refused(code === "EAI_AGAIN" ? `no name server answered for ${target.host}` : errorMessage(error));
    }
  };

  return {
    route: async (host, port, plainHttp = port === 80) => {
      const target: Target = { host, port, plainHttp };
      // Whether tailscaled answers or not.
      if (isApart(host)) return await follow(target, plan(target, NOTHING_KNOWN, upstream), NOTHING_KNOWN, 0);
      try {
        const view = await current(VIEW_MS);
        const wanted = plan(target, view, upstream);
        // The tailnet may know by now what it did not.
        const isKnown = wanted.step === "settle" && settle(target, wanted.addresses, view, upstream).via === "tailnet";
        if (isKnown || wanted.step === "query") return await follow(target, wanted, view, 0);
        const fresh = await current(mayBePeer(host, view) ? PEER_VIEW_MS : FRESH_VIEW_MS);
        return await follow(target, plan(target, fresh, upstream), fresh, 0);
      } catch (error) {
        const code = errorCode(error);
        return refused(`tailscaled does not answer${code === "" ? "" : ` (${code})`}`);
      }
    },
  };
}

const NOTHING_KNOWN: TailnetView = viewOf({ BackendState: "", MagicDNSSuffix: "" }, null, {
  RouteAll: false,
  CorpDNS: false,
});

function refused(reason: string): Route {
  return { via: "refused", reason };
}

function withoutNameServers(view: TailnetView): TailnetView {
  const { names, suffix, searchDomains, nodes, routes, exitNode, splitDomains } = view;
  return { names, suffix, searchDomains, nodes, routes, exitNode, splitDomains, nameServers: false };
}

/** Keeps the view of the tailnet, and asks for it anew when it is old. */
interface ViewKeeper {
  /** A view that is not older than that. */
  readonly get: (ageMs: number) => Promise<TailnetView>;
}

function viewKeeper(api: LocalApi): ViewKeeper {
  let view: TailnetView | null = null;
  let takenAt = 0;
  let taking: Promise<TailnetView> | null = null;
  const take = async (): Promise<TailnetView> => {
    const began = now();
    try {
      const status = await api.status(STATUS_MS);
      const dns = await api.dnsConfig(STATUS_MS);
      const taken = viewOf(status, dns, await api.prefs(STATUS_MS));
      view = taken;
      takenAt = began;
      return taken;
    } finally {
      taking = null;
    }
  };
  return {
    get: (ageMs) => {
      if (view !== null && now() - takenAt <= ageMs) return Promise.resolve(view);
      if (taking === null) taking = take();
      return taking;
    },
  };
}

/** What name servers say about a name; the kind counts if there are no addresses. */
type NameAnswer = Pick<DnsAnswer, "kind" | "addresses" | "alias">;

/** The name servers of the tailnet, with a memory. */
interface NameServers {
  /** The addresses of a name in both families, IPv4 first as tailscaled has it. */
  readonly addressesOf: (name: string) => Promise<NameAnswer>;
}

function nameServers(api: LocalApi): NameServers {
  const cache: AnswerCache = answerCache();
  const asking = new Map<string, Promise<NameAnswer>>();
  const ask = async (name: string, type: "A" | "AAAA"): Promise<DnsAnswer> => {
    const question = `${type} ${name}`;
    const known = cache.get(question, now());
    if (known !== null) return known;
    const code = type === "A" ? TYPE_A : TYPE_AAAA;
    let answer: DnsAnswer = { kind: "failed", addresses: [], alias: "", ttl: 0 };
    try {
      const late = "no answer";
      answer = parseReply(await limited(api.queryDns(name, type, QUERY_MS), QUERY_MS, late), name, code);
    } catch {
      // As failed as it is.
    }
    cache.put(question, answer, now());
    return answer;
  };
  const both = async (name: string): Promise<NameAnswer> => {
    try {
      const [four, six] = await Promise.all([ask(name, "A"), ask(name, "AAAA")]);
      const addresses = four.addresses.concat(six.addresses);
      const sound = four.kind === "failed" ? six : four;
      // The addresses may be of the family that nobody answered for.
      const isUnsure = sound.alias === "" && (four.kind === "failed" || six.kind === "failed");
      return { kind: isUnsure ? "failed" : sound.kind, addresses, alias: sound.alias };
    } finally {
      asking.delete(name);
    }
  };
  return {
    addressesOf: (name) => {
      const pending = asking.get(name);
      if (pending !== undefined) return pending;
      const started = both(name);
      asking.set(name, started);
      return started;
    },
  };
}
