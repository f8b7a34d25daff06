// SPDX-License-Identifier: Apache-2.0
import { noUpstream, readUpstream, type Upstream } from "../../../image/spacetail/egress/upstream.js";
import { plan, settle, type Target } from "../../../image/spacetail/names/plan.js";
import { type TailnetView, viewOf } from "../../../image/spacetail/names/view.js";
import type { DnsConfig, NamePrefs, PeerStatus, Status } from "../../../image/spacetail/tailnet/ipn.js";

const node = (name: string, address: string, more: Partial<PeerStatus> = {}): PeerStatus => ({
  ID: name,
  HostName: name,
  DNSName: `${name}.Tail.test.`,
  TailscaleIPs: [address, `fd7a:115c:a1e0::${address.split(".").pop()}`],
  Online: true,
  ExitNodeOption: false,
  ...more,
});

const STATUS: Status = {
  BackendState: "Running",
  MagicDNSSuffix: "tail.test",
  Self: node("run", "100.64.0.9"),
  Peer: {
    a: node("db", "100.64.0.1"),
    b: node("router", "100.80.80.80", { PrimaryRoutes: ["10.99.0.0/24", "fd00:99::/64", "0.0.0.0/0"] }),
    c: { ...node("shared", "100.64.0.3"), DNSName: "shared.other.test." },
  },
};
const DNS: DnsConfig = {
  Domains: ["tail.test", "corp.test"],
  Routes: { "corp.test.": [{ Addr: "100.64.0.1" }], "internal.test": [{ Addr: "10.99.0.53" }], "ts.net": null },
  ExtraRecords: [{ Name: "Extra.tail.test", Value: "100.64.0.77" }],
};
const ON: NamePrefs = { CorpDNS: true, RouteAll: true };

const view = (settings: NamePrefs = ON, dns: DnsConfig | null = DNS, status: Status = STATUS): TailnetView =>
  viewOf(status, dns, settings);
const target = (host: string, port = 443): Target => ({ host, port, plainHttp: port === 80 });
const PROXY = readUpstream({ HTTPS_PROXY: "http://proxy:3128", NO_PROXY: ".direct.test,192.0.2.0/24" }, []);

const planned = (host: string, of: TailnetView = view(), upstream: Upstream = noUpstream()) =>
  plan(target(host), of, upstream);
const settled = (host: string, addresses: string[], of: TailnetView = view(), upstream: Upstream = noUpstream()) =>
  settle(target(host), addresses, of, upstream);

describe("plan", () => {
  test.each(["db", "DB", "db.tail.test", "db.tail.test.", "Db.Tail.Test"])("knows the node %s", (host) => {
    expect(planned(host)).toEqual({ step: "settle", addresses: ["100.64.0.1", "fd7a:115c:a1e0::1"] });
  });

  test("knows nodes of other tailnets by their full names", () => {
    expect(planned("shared.other.test")).toMatchObject({ step: "settle" });
    expect(planned("shared")).toMatchObject({ step: "query" });
  });

  test("knows extra records, by short names too", () => {
    expect(planned("extra.tail.test")).toEqual({ step: "settle", addresses: ["100.64.0.77"] });
    expect(planned("extra")).toEqual({ step: "settle", addresses: ["100.64.0.77"] });
  });

  test("asks the tailnet's name servers for the names of split DNS", () => {
    expect(planned("mysql.corp.test")).toEqual({ step: "query", names: ["mysql.corp.test"], otherwise: false });
    expect(planned("a.b.INTERNAL.test.")).toEqual({ step: "query", names: ["a.b.internal.test"], otherwise: false });
    expect(planned("corp.test")).toMatchObject({ step: "query" });
    expect(planned("notcorp.test")).toMatchObject({ step: "lookup" });
  });

  test("completes short names with search domains of split DNS", () => {
    expect(planned("mysql")).toEqual({ step: "query", names: ["mysql.corp.test"], otherwise: true });
    expect(planned("mysql.eu")).toEqual({ step: "lookup", names: ["mysql.eu.corp.test"] });
  });

  test("says that a node is missing, rather than to ask the world", () => {
    expect(planned("gone.tail.test")).toEqual({
      step: "done",
      route: { via: "refused", reason: "no node of the tailnet is called gone.tail.test" },
    });
  });

  test("uses no name servers of the tailnet if the settings say so, but knows nodes", () => {
    const off = view({ CorpDNS: false, RouteAll: true });
    expect(planned("mysql.corp.test", off)).toEqual({ step: "lookup", names: [] });
    expect(planned("db", off)).toMatchObject({ step: "settle" });
  });

  test("asks name servers for all names where the tailnet has some", () => {
    const all = view(ON, { ...DNS, Resolvers: [{ Addr: "100.64.0.1" }] });
    expect(planned("example.com", all)).toEqual({ step: "query", names: ["example.com"], otherwise: true });
  });

  test("leaves other names to the run's proxy, or looks them up", () => {
    expect(planned("example.com", view(), PROXY)).toMatchObject({ step: "done", route: { via: "upstream" } });
    expect(planned("x.direct.test", view(), PROXY)).toEqual({ step: "lookup", names: ["x.direct.test.corp.test"] });
    expect(planned("example.com")).toMatchObject({ step: "lookup" });
    expect(plan(target("example.com", 80), view(), PROXY)).toMatchObject({ step: "lookup" });
  });

  test.each([
    "localhost",
    "127.0.0.1",
    "metadata.google.internal",
    "169.254.169.254",
    "2852039166",
    "0xa9fea9fe",
    "169.254.43518",
  ])("never asks a proxy about %s", (host) => {
    const { step } = planned(host, view(ON, { ...DNS, Resolvers: [{ Addr: "100.64.0.1" }] }), PROXY);
    expect(["lookup", "settle"]).toContain(step);
  });
});

describe("settle", () => {
  test.each([
    ["100.64.0.1", "tailnet"],
    ["[fd7a:115c:a1e0::1]", "tailnet"],
    ["fd7a:115c:a1e0:0:0:0:0:1", "tailnet"],
    ["10.99.0.7", "tailnet"],
    ["fd00:99::7", "tailnet"],
    ["10.98.0.7", "direct"],
    ["100.64.0.200", "direct"],
    ["203.0.113.1", "direct"],
    ["127.0.0.1", "direct"],
    ["169.254.169.254", "direct"],
    ["100.100.100.200", "direct"],
    ["fd7a:115c:a1e0::ffff", "refused"],
  ])("%s goes by %s", (host, via) => {
    const bare = host.startsWith("[") ? host.slice(1, -1) : host;
    expect(settled(host, [bare]).via).toBe(via);
  });

  test("uses routes only if the settings say so", () => {
    expect(settled("10.99.0.7", ["10.99.0.7"], view({ CorpDNS: true, RouteAll: false })).via).toBe("direct");
  });

  test("prefers the tailnet's addresses of a name", () => {
    expect(settled("x.test", ["203.0.113.1", "10.99.0.7", "2001:db8::1"])).toEqual({
      via: "tailnet",
      addresses: ["10.99.0.7"],
    });
  });

  test("leaves a node the address of a metadata service that Tailscale may hand out", () => {
    expect(settled("router", ["100.80.80.80"]).via).toBe("tailnet");
    expect(settled("100.96.0.96", ["100.96.0.96"]).via).toBe("direct");
  });

  const exit = view(ON, DNS, {
    ...STATUS,
    Peer: { ...STATUS.Peer, d: node("exit", "100.64.0.4", { ExitNode: true, ExitNodeOption: true }) },
  });
  test("sends everything to an exit node but loopback, NO_PROXY and metadata services", () => {
    expect(settled("example.com", ["203.0.113.1"], exit).via).toBe("tailnet");
    expect(settled("example.com", ["203.0.113.1"], exit, PROXY).via).toBe("tailnet");
    expect(settled("x.direct.test", ["203.0.113.1"], exit, PROXY).via).toBe("direct");
    expect(settled("192.0.2.1", ["192.0.2.1"], exit, PROXY).via).toBe("direct");
    for (const host of ["127.0.0.1", "169.254.169.254", "fd00:ec2::254", "100.100.100.200", "168.63.129.16"]) {
      expect([host, settled(host, [host], exit).via]).toEqual([host, "direct"]);
    }
    expect(settled("metadata.google.internal", ["203.0.113.1"], exit, PROXY).via).toBe("direct");
    expect(planned("example.com", exit, PROXY)).toMatchObject({ step: "lookup" });
  });

  test("never sends a metadata service to the run's proxy, by whatever name", () => {
    expect(settled("metadata.google.internal", ["10.1.1.1"], view(), PROXY).via).toBe("direct");
    expect(settled("alias.test", ["169.254.169.254"], view(), PROXY).via).toBe("direct");
    expect(settled("2852039166", ["169.254.169.254"], view(), PROXY).via).toBe("direct");
  });

  test("uses the run's proxy for addresses outside, and honours its NO_PROXY", () => {
    expect(settled("203.0.113.1", ["203.0.113.1"], view(), PROXY).via).toBe("upstream");
    expect(settled("192.0.2.1", ["192.0.2.1"], view(), PROXY).via).toBe("direct");
    expect(settled("split.corp.test", ["192.0.2.1"], view(), PROXY).via).toBe("direct");
  });
});
