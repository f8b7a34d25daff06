// SPDX-License-Identifier: Apache-2.0
import { noUpstream } from "../../../image/spacetail/egress/upstream.js";
import { tailnetRouter } from "../../../image/spacetail/names/tailnet-router.js";
import type { Net } from "../../../image/spacetail/platform/net.js";
import { type Answer, fakeTailscaled } from "../fake-tailscaled.js";

const STATUS = { BackendState: "Running", MagicDNSSuffix: "tail.test", Peer: {} };
const DNS = { Routes: { "corp.test": [{ Addr: "100.64.0.1" }] } };
const PREFS = { CorpDNS: true, RouteAll: true };

/** A router, and the names that it has looked up as the run itself would. */
function routerOf(answer: Answer) {
  const { api, requests } = fakeTailscaled(answer);
  const lookups: string[] = [];
  const net = {
    lookup: async (host: string) => {
      lookups.push(host);
      return ["203.0.113.7"];
    },
  } as Partial<Net> as Net;
  return { router: tailnetRouter({ api, net, upstream: noUpstream() }), lookups, requests };
}

/** A tailscaled with name servers, which answer as given: `A` and `AAAA`. */
const tailscaled =
  (replies: Readonly<Record<string, Buffer>>): Answer =>
  (_, path) => {
    if (path.startsWith("status")) return JSON.stringify(STATUS);
    if (path === "dns-config") return JSON.stringify(DNS);
    if (path === "prefs") return JSON.stringify(PREFS);
    const type = new URLSearchParams(path.slice(path.indexOf("?"))).get("type") ?? "";
    return JSON.stringify({ Bytes: (replies[type] ?? Buffer.alloc(0)).toString("base64") });
  };

/** A reply without records. */
const reply = (code: number): Buffer => Buffer.from([0, 1, 0x80, code, 0, 0, 0, 0, 0, 0, 0, 0]);
const NO_DATA = reply(0);
const SERVER_FAILURE = reply(2);
const NAME_ERROR = reply(3);

test.each(["127.0.0.1", "localhost", "169.254.169.254", "metadata.google.internal", "100.100.100.200"])(
  "%s is reached directly although tailscaled does not answer",
  async (host) => {
    const { router, requests } = routerOf(() => null);
    expect(await router.route(host, 80)).toMatchObject({ via: "direct" });
    expect(requests).toEqual([]);
  },
);

test.each(["other", "other.tail.test", "100.64.0.9"])(
  "a node that has just joined is reached by %s although the view of the tailnet is new",
  async (host) => {
    let peers = {};
    const { router } = routerOf((...request) => {
      if (request[1].startsWith("status")) return JSON.stringify({ ...STATUS, Peer: peers });
      return tailscaled({})(...request);
    });
    expect(await router.route("example.com", 80)).toMatchObject({ via: "direct" });
    peers = { a: { DNSName: "other.tail.test.", TailscaleIPs: ["100.64.0.9"] } };
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(await router.route(host, 80)).toEqual({ via: "tailnet", addresses: ["100.64.0.9"] });
  },
);

test("nothing else is reached then, and the reason is said in words", async () => {
  const { router } = routerOf(() => ({ status: 500, body: "oops" }));
  expect(await router.route("example.com", 80)).toEqual({ via: "refused", reason: "tailscaled does not answer" });
});

test.each([
  ["neither family", NO_DATA, NO_DATA, "db.corp.test has no address"],
  ["a name that does not exist", NAME_ERROR, NAME_ERROR, "db.corp.test does not exist"],
  ["no answer for IPv4", SERVER_FAILURE, NO_DATA, "the tailnet's name servers gave no answer for db.corp.test"],
  ["no answer for IPv6", NO_DATA, SERVER_FAILURE, "the tailnet's name servers gave no answer for db.corp.test"],
])("a name server with %s is quoted as such", async (_, A, AAAA, reason) => {
  const { router } = routerOf(tailscaled({ A, AAAA }));
  expect(await router.route("db.corp.test", 80)).toEqual({ via: "refused", reason });
});
