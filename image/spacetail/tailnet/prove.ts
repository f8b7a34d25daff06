// SPDX-License-Identifier: Apache-2.0
import { type Deadline, deadlineIn, now, remaining, sleep } from "../process/clock.js";
import { bounce } from "./join.js";
import { call, type LocalApi } from "./local-api.js";
import { addressOf, type PeerStatus, type PingResult } from "./status.js";

/** How often a peer is asked whether it knows this node yet, at most. Milliseconds. */
const ASK_EVERY_MS = 10;

/** The same for each peer when there are many, so that the questions do not pile up. Milliseconds. */
const ASK_EVERY_PER_PEER_MS = 4;

/** How long a round waits for peers that do not know this node yet before it looks after the others. Milliseconds. */
const ROUND_MS = 400;

/** How a try to reach a peer through WireGuard ended. */
type Outcome = "proven" | "lost" | "silent";

/**
 * Makes sure that WireGuard has a session with each peer.
 *
 * A new node is known to its peers only a moment after it is Running itself. What it sends before is lost, and
 * WireGuard repeats a lost handshake only after 5 s. Disco messages are no part of WireGuard, so they ask, at no risk,
 * whether a peer knows this node; only then does a TSMP ping go through WireGuard. A peer of version 1.102 that answers
 * the first is ready for the second; older ones learn a node in two steps, and seldom lose one. Should that be lost all the same,
 * the handshakes are restarted, with more patience every time.
 *
 * @param limitMs how long to try
 * @param deadline by when all must be over; a restart that has begun may go on until then
 * @returns the peers that did not answer in time
 */
export async function prove(
  api: LocalApi,
  peers: readonly PeerStatus[],
  limitMs: number,
  deadline: Deadline,
): Promise<PeerStatus[]> {
  const limit = deadlineIn(Math.min(limitMs, remaining(deadline)));
  let open: PeerStatus[] = peers.map((peer) => peer);
  const everyMs = Math.max(ASK_EVERY_MS, ASK_EVERY_PER_PEER_MS * peers.length);
  let patience = 1;
  while (open.length > 0 && remaining(limit) > 0) {
    const outcomes = await Promise.all(open.map((peer) => probe(api, addressOf(peer), everyMs, patience, limit)));
    open = open.filter((_, i) => outcomes[i] !== "proven");
    if (outcomes.includes("lost") && remaining(limit) > 0) await bounce(api, deadline);
    patience *= 2;
  }
  return open;
}

async function probe(
  api: LocalApi,
  address: string,
  everyMs: number,
  patience: number,
  deadline: Deadline,
): Promise<Outcome> {
  const latencyMs = await knock(api, address, everyMs, Math.min(ROUND_MS * patience, remaining(deadline)));
  if (latencyMs < 0) return "silent";
  // A handshake takes one round trip and the ping another.
  const limit = Math.min((100 + 4 * latencyMs) * patience, remaining(deadline));
  const answer = await ping(api, address, "TSMP", limit);
  return answer < 0 ? "lost" : "proven";
}

/**
 * Sends a disco ping now and then until one is answered. Earlier ones stay under way, because closing a request makes
 * tailscaled forget it, and the way to the peer may take longer than the time between two pings.
 *
 * @returns the latency in milliseconds, or -1 if none was answered in `limitMs`
 */
async function knock(api: LocalApi, address: string, everyMs: number, limitMs: number): Promise<number> {
  const limit = deadlineIn(limitMs);
  let answer = -1;
  const ask = async (): Promise<void> => {
    try {
      const latency = await ping(api, address, "disco", remaining(limit));
      if (latency >= 0 && answer < 0) answer = latency;
    } catch {
      // tailscaled is gone; whoever waits for it hears of that from the supervisor.
    }
  };
  let nextAt = 0;
  while (answer < 0 && remaining(limit) > 0) {
    if (now() >= nextAt) {
      nextAt = now() + everyMs;
      void ask();
    }
    await sleep(1);
  }
  return answer;
}

/** One ping; its latency in milliseconds, or -1 if there was no good answer in time. */
async function ping(api: LocalApi, address: string, type: "disco" | "TSMP", limitMs: number): Promise<number> {
  if (limitMs <= 0) return -1;
  const path = `ping?ip=${encodeURIComponent(address)}&type=${type}`;
  const reply = await call(api, "POST", path, "", limitMs);
  if (reply === null || reply.status !== 200) return -1;
  const result = JSON.parse(reply.body) as PingResult;
  return result.Err === "" ? result.LatencySeconds * 1000 : -1;
}
