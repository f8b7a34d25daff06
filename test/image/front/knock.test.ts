// SPDX-License-Identifier: Apache-2.0
import { setTimeout as sleep } from "node:timers/promises";
import { knocker } from "../../../image/spacetail/front/knock.js";
import { fakeTailscaled } from "../fake-tailscaled.js";

const ADDRESS = "100.64.0.1";
const PONG = JSON.stringify({ Err: "", LatencySeconds: 0.001 });
const RUNNING = `${JSON.stringify({ State: 6 })}\n`;
const ALONE = { isAllowed: async () => true };
const BUSY = { isAllowed: async () => false };

const count = (requests: readonly string[], part: string) => requests.filter((one) => one.includes(part)).length;

test("nothing goes through WireGuard before the peer knows this node", async () => {
  let pings = 0;
  const { api, requests } = fakeTailscaled((_, path) => {
    if (path.includes("type=TSMP")) return PONG;
    pings += 1;
    return pings > 5 ? PONG : null;
  });
  expect(await knocker(api, ALONE).knock(ADDRESS)).toBe(true);
  const first = requests.findIndex((one) => one.includes("type=TSMP"));
  expect(count(requests.slice(0, first), "type=disco")).toBeGreaterThan(5);
});

test("callers share the pings, and later ones need none", async () => {
  const { api, requests } = fakeTailscaled((_, path) => (path.startsWith("ping") ? sleep(50, PONG) : "{}"));
  const { knock, forget } = knocker(api, ALONE);
  expect(await Promise.all([knock(ADDRESS), knock(ADDRESS), knock(ADDRESS)])).toEqual([true, true, true]);
  expect(await knock(ADDRESS)).toBe(true);
  expect(count(requests, "type=TSMP")).toBe(1);
  forget(ADDRESS);
  expect(await knock(ADDRESS)).toBe(true);
  expect(count(requests, "type=TSMP")).toBe(2);
});

test("a handshake that was lost nevertheless is restarted", async () => {
  let restarted = false;
  const { api, requests } = fakeTailscaled((method, path) => {
    if (path.startsWith("watch-ipn-bus")) return RUNNING;
    if (method === "PATCH") {
      restarted = true;
      return "{}";
    }
    return path.includes("type=TSMP") && !restarted ? null : PONG;
  });
  expect(await knocker(api, ALONE).knock(ADDRESS)).toBe(true);
  expect(count(requests, "PATCH prefs")).toBe(2);
});

test("while a connection is open nothing is restarted, and the handshake repeats itself", async () => {
  let pings = 0;
  const { api, requests } = fakeTailscaled((_, path) => {
    if (!path.includes("type=TSMP")) return PONG;
    pings += 1;
    return pings > 3 ? PONG : null;
  });
  expect(await knocker(api, BUSY).knock(ADDRESS)).toBe(true);
  expect(count(requests, "PATCH")).toBe(0);
  expect(pings).toBe(4);
});

test("restarts become rarer", async () => {
  const at: number[] = [];
  let pings = 0;
  const { api } = fakeTailscaled((method, path) => {
    if (path.startsWith("watch-ipn-bus")) return RUNNING;
    if (method === "PATCH") {
      at.push(Date.now());
      return "{}";
    }
    if (!path.includes("type=TSMP")) return PONG;
    pings += 1;
    return pings > 5 ? PONG : null;
  });
  expect(await knocker(api, ALONE).knock(ADDRESS)).toBe(true);
  const starts = at.filter((_, i) => i % 2 === 0);
  const pauses = starts.slice(1).map((time, i) => time - (starts[i] ?? 0));
  expect(pauses.length).toBeGreaterThan(1);
  for (const [i, pause] of pauses.entries()) expect(pause).toBeGreaterThanOrEqual(500 * 2 ** i - 10);
});

test.each(["no matching peer", "100.64.0.1 is local Tailscale IP"])("%s: there is nobody to wait for", async (Err) => {
  const { api, requests } = fakeTailscaled(() => JSON.stringify({ Err, LatencySeconds: 0 }));
  expect(await knocker(api, ALONE).knock(ADDRESS)).toBe(true);
  expect(count(requests, "type=TSMP")).toBe(0);
});

test("a peer that the control server has offline is waited for a few seconds only", async () => {
  const peer = { DNSName: "a.tail.test.", TailscaleIPs: [ADDRESS], Online: false };
  const status = JSON.stringify({ BackendState: "Running", MagicDNSSuffix: "tail.test", Peer: { key: peer } });
  const { api } = fakeTailscaled((_, path) => (path === "status" ? status : null));
  const began = Date.now();
  expect(await knocker(api, ALONE).knock(ADDRESS)).toBe(false);
  expect(Date.now() - began).toBeGreaterThan(3900);
  // Far from the limit for others, however slow the machine is.
  expect(Date.now() - began).toBeLessThan(30_000);
});
