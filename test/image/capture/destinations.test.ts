// SPDX-License-Identifier: Apache-2.0
import { parseNetwork } from "../../../contract/wire/networks.js";
import { destinations } from "../../../image/spacetail/capture/destinations.js";
import type { TailnetView } from "../../../image/spacetail/names/view.js";

const VIEW: TailnetView = {
  names: new Map(),
  suffix: "tail.test",
  searchDomains: ["tail.test"],
  nodes: new Set(),
  routes: [],
  exitNode: false,
  splitDomains: [],
  nameServers: false,
};

const words = (view: TailnetView | null, own: readonly string[] = []): string[] => destinations(view, own).split(" ");

const networks = (...texts: string[]) =>
  texts.map((text) => parseNetwork(text)).filter((network) => network !== null && network !== undefined);

describe("destinations", () => {
  test("are the addresses of nodes, even before tailscaled has answered", () => {
    for (const view of [null, VIEW]) {
      expect(words(view).filter((word) => !word.startsWith("!"))).toEqual(["100.64.0.0/10", "fd7a:115c:a1e0::/48"]);
    }
  });

  test("are the networks behind nodes, of both families", () => {
    const view = { ...VIEW, routes: networks("10.99.0.0/24", "fd00:12:0:ab::/64") };
    expect(words(view)).toEqual(expect.arrayContaining(["10.99.0.0/24", "fd00:12:0:ab:0:0:0:0/64"]));
  });

  test("are everything with an exit node", () => {
    expect(words({ ...VIEW, exitNode: true })).toEqual(expect.arrayContaining(["0.0.0.0/0", "::/0"]));
  });

  test("are never loopback, metadata services, the machine's networks and its name servers", () => {
    const found = words({ ...VIEW, exitNode: true }, ["10.77.0.0/24", "192.0.2.53", "2001:db8::53"]);
    expect(found).toEqual(
      expect.arrayContaining([
        "!127.0.0.0/8",
        "!::1/128",
        "!169.254.0.0/16",
        "!fe80::/10",
        "!168.63.129.16/32",
        "!10.77.0.0/24",
        "!192.0.2.53/32",
        "!2001:db8::53/128",
      ]),
    );
  });

  test("are an address that a metadata service and nodes may have, if a node has it", () => {
    const contested = "!100.80.80.80/32";
    expect(words(VIEW)).toContain(contested);
    expect(words(null)).toContain(contested);
    expect(words({ ...VIEW, nodes: new Set(["100.80.80.80"]) })).not.toContain(contested);
  });
});
