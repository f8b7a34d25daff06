// SPDX-License-Identifier: Apache-2.0
import { setTimeout as sleep } from "node:timers/promises";
import { deadlineIn } from "../../image/spacetail/process/clock.js";
import type { PeerStatus } from "../../image/spacetail/tailnet/ipn.js";
import { probePeers } from "../../image/spacetail/tailnet/probe.js";
import { reach } from "../../image/spacetail/tailnet/reach.js";
import { fakeTailscaled } from "./fake-tailscaled.js";

function peer(i: number, online = true): PeerStatus {
  const name = `peer-${String(i).padStart(2, "0")}`;
  const TailscaleIPs = [`100.64.0.${i}`];
  return {
    ID: name,
    HostName: name,
    DNSName: `${name}.tail.test.`,
    TailscaleIPs,
    Online: online,
    ExitNodeOption: false,
  };
}

function statusOf(peers: readonly PeerStatus[]): string {
  const byKey = Object.fromEntries(peers.map((one) => [one.ID, one]));
  return JSON.stringify({ BackendState: "Running", MagicDNSSuffix: "tail.test", Peer: byKey });
}

const PONG = JSON.stringify({ Err: "", LatencySeconds: 0.001 });
const RUNNING = `${JSON.stringify({ State: 6 })}\n`;

describe("probePeers", () => {
  test("lets a restart of the handshakes finish that outlasts the time for probing", async () => {
    const { api, requests } = fakeTailscaled((method, path) => {
      if (path.startsWith("ping")) return path.includes("type=disco") ? PONG : null;
      if (path.startsWith("watch-ipn-bus")) return RUNNING;
      return method === "PATCH" ? sleep(400, "{}") : "{}";
    });
    const one = peer(1);
    expect(await probePeers(api, [one], 300, true, deadlineIn(30_000))).toEqual([one]);
    expect(requests.filter((request) => request.startsWith("PATCH"))).toHaveLength(2);
  });
});

test("a tunnel in use is not restarted for the sake of a service to wait for", async () => {
  const { api, requests } = fakeTailscaled((_, path) => (path.includes("type=disco") ? PONG : null));
  expect(await probePeers(api, [peer(1)], 500, false, deadlineIn(30_000))).toHaveLength(1);
  expect(requests.filter((request) => request.startsWith("PATCH"))).toEqual([]);
});

describe("reach, with no service to wait for", () => {
  test("asks no peer anything, and says how many are online", async () => {
    const peers = [...Array.from({ length: 20 }, (_, i) => peer(i + 1)), peer(30, false)];
    const { api, requests } = fakeTailscaled(() => statusOf(peers));
    expect(await reach(api, [], true, deadlineIn(60_000))).toBe("20 peers are online");
    expect(requests).toEqual(["GET status"]);
  });

  test("succeeds on a tailnet on which nobody is online", async () => {
    const { api } = fakeTailscaled(() => statusOf([peer(1, false)]));
    expect(await reach(api, [], true, deadlineIn(5000))).toBe("no peer is online");
  });
});
