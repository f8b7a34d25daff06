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
    expect(await probePeers(api, [one], 300, deadlineIn(30_000))).toEqual([one]);
    expect(requests.filter((request) => request.startsWith("PATCH"))).toHaveLength(2);
  });
});

describe("reach, with no service to wait for", () => {
  test("warms up at most 16 of the peers that are online", async () => {
    const peers = [...Array.from({ length: 20 }, (_, i) => peer(i + 1)), peer(30, false)];
    const { api, requests } = fakeTailscaled((_, path) => (path === "status" ? statusOf(peers) : PONG));
    expect(await reach(api, [], deadlineIn(60_000))).toBe("16 of 20 online peers answer");
    const pinged = new Set(requests.filter((one) => one.includes("type=TSMP")));
    expect(pinged.size).toBe(16);
  });

  test("gives up after 2 s on peers that do not answer, and names them", async () => {
    const { api } = fakeTailscaled((_, path) => {
      if (path === "status") return statusOf([peer(1), peer(2)]);
      return path.includes("100.64.0.2") ? null : PONG;
    });
    const began = Date.now();
    expect(await reach(api, [], deadlineIn(60_000))).toBe("1 of 2 online peers answer (not yet: peer-02.tail.test)");
    expect(Date.now() - began).toBeGreaterThanOrEqual(1950);
    // Far from the deadline, however slow the machine is.
    expect(Date.now() - began).toBeLessThan(30_000);
  });

  test("succeeds on a tailnet on which nobody is online", async () => {
    const { api } = fakeTailscaled(() => statusOf([peer(1, false)]));
    expect(await reach(api, [], deadlineIn(5000))).toBe("no peer is online");
  });

  test("sends nothing through WireGuard before the peer knows this node", async () => {
    let pings = 0;
    const { api, requests } = fakeTailscaled((_, path) => {
      if (path === "status") return statusOf([peer(1)]);
      if (path.includes("type=TSMP")) return PONG;
      pings += 1;
      return pings > 5 ? PONG : null;
    });
    await reach(api, [], deadlineIn(60_000));
    const firstTsmp = requests.findIndex((one) => one.includes("type=TSMP"));
    expect(requests.slice(0, firstTsmp).filter((one) => one.includes("type=disco")).length).toBeGreaterThan(5);
  });

  test("restarts a handshake that was lost nevertheless", async () => {
    let restarted = false;
    const { api, requests } = fakeTailscaled((method, path) => {
      if (path === "status") return statusOf([peer(1)]);
      if (path.startsWith("watch-ipn-bus")) return RUNNING;
      if (method === "PATCH") {
        restarted = true;
        return "{}";
      }
      return path.includes("type=TSMP") && !restarted ? null : PONG;
    });
    expect(await reach(api, [], deadlineIn(5000))).toBe("1 of 1 online peers answer");
    expect(requests.filter((one) => one.startsWith("PATCH prefs"))).toHaveLength(2);
  });
});
