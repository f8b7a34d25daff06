// SPDX-License-Identifier: Apache-2.0
import type { PeerStatus, Status } from "../../image/spacetail/tailnet/ipn.js";
import { formatBytes, trafficOf, wayMessage } from "../../image/spacetail/tailnet/traffic.js";
import { ageAt } from "../../image/spacetail/tunnel/age.js";

const NEVER = "0001-01-01T00:00:00Z";

function statusWith(...peers: Partial<PeerStatus>[]): Status {
  const all: Record<string, PeerStatus> = {};
  peers.forEach((peer, i) => {
    const common = { ID: `${i}`, HostName: "", DNSName: `p${i}.tail.test.`, Online: true, ExitNodeOption: false };
    all[`${i}`] = { ...common, TailscaleIPs: [`100.64.0.${i}`], ...peer };
  });
  return { BackendState: "Running", MagicDNSSuffix: "tail.test", Peer: all };
}

test("peers that have never answered are not used ones", () => {
  const status = statusWith({ TxBytes: 148, RxBytes: 0, LastHandshake: NEVER }, { RxBytes: 92, TxBytes: 148 });
  expect(trafficOf(status).map((peer) => peer.name)).toEqual(["p1.tail.test"]);
});

test.each<[string, Partial<PeerStatus>, string]>([
  ["a direct path", { CurAddr: "192.0.2.1:41641", Relay: "fra", Active: true }, "direct to 192.0.2.1:41641"],
  ["a relay of Tailscale", { CurAddr: "", Relay: "fra", Active: true }, "relayed by fra"],
  [
    "a peer that relays",
    { PeerRelay: "192.0.2.2:7:1", Relay: "fra", Active: true },
    "relayed by the peer at 192.0.2.2:7:1",
  ],
  ["nothing lately", { CurAddr: "", Relay: "fra", Active: false }, "idle"],
])("%s in words", (_, peer, words) => {
  expect(trafficOf(statusWith({ RxBytes: 1, ...peer })).map(wayMessage)).toEqual([words]);
});

test("Go's zero time is no handshake", () => {
  const time = "2026-11-26T05:00:00.1Z";
  const status = statusWith({ RxBytes: 1, LastHandshake: NEVER }, { RxBytes: 1, LastHandshake: time }, { RxBytes: 1 });
  expect(trafficOf(status).map((peer) => peer.lastHandshake)).toEqual(["", time, ""]);
});

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1 kB"],
  [9949, "9.9 kB"],
  [12_345, "12 kB"],
  [999_499, "999 kB"],
  [999_500, "1 MB"],
  [3_400_000_000, "3.4 GB"],
])("%d bytes are %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test("the age of a process comes from the times since the boot", () => {
  expect(ageAt({ pid: 1, start: "12345" }, "200.45 300.00\n")).toBe(77_000);
  expect(ageAt({ pid: 1, start: "12345" }, "")).toBe(0);
  expect(ageAt({ pid: 1, start: "99999999" }, "200.45 300.00\n")).toBe(0);
});
