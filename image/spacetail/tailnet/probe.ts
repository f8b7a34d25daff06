// SPDX-License-Identifier: Apache-2.0
import { type Deadline, deadlineIn, now, remaining, sleep, timeLeft } from "../process/clock.js";
import { type PeerStatus, RUNNING } from "./ipn.js";
import type { LocalApi, PingType } from "./local-api.js";
import { addressOf } from "./status.js";

/** The time between two disco pings of a peer. Milliseconds. */
const PING_EVERY_MS = 10;

/** The least time between two disco pings, for each peer: with many peers, pings must not pile up. Milliseconds. */
const PING_EVERY_PER_PEER_MS = 4;

/** How long a round waits for peers that do not know this node yet before it turns to the others. Milliseconds. */
const ROUND_MS = 400;

/** How an attempt to reach a peer through WireGuard ended. */
type Outcome = "reached" | "handshake-lost" | "unreachable";

/**
 * Makes sure that WireGuard has a session with each peer.
 *
 * Peers learn of a new node a moment after it is Running itself. What it sends them before that is lost, and WireGuard
 * repeats a lost handshake only after 5 s. Disco messages are not part of WireGuard, so a disco ping can safely ask
 * whether a peer knows this node; only then does a TSMP ping go through WireGuard. Peers of version 1.102 that answer
 * the first are ready for the second. Older ones learn of a node in two steps, and lose one now and then: in that case
 * all handshakes are restarted, with more patience each time.
 *
 * @param limitMs how long to try
 * @param mayRestart whether handshakes may be restarted, which interrupts all connections of the node for a moment
 * @param deadline by when everything must be over; a restart that has begun may last until then
 * @returns the peers that did not answer in time
 */
export async function probePeers(
  api: LocalApi,
  peers: readonly PeerStatus[],
  limitMs: number,
  mayRestart: boolean,
  deadline: Deadline,
): Promise<PeerStatus[]> {
  const limit = deadlineIn(Math.min(limitMs, remaining(deadline)));
  let pending: PeerStatus[] = peers.map((peer) => peer);
  const everyMs = Math.max(PING_EVERY_MS, PING_EVERY_PER_PEER_MS * peers.length);
  let patience = 1;
  while (pending.length > 0 && remaining(limit) > 0) {
    const outcomes = await Promise.all(pending.map((peer) => probe(api, addressOf(peer), everyMs, patience, limit)));
    pending = pending.filter((_, i) => outcomes[i] !== "reached");
    const isLost = outcomes.includes("handshake-lost");
    if (isLost && mayRestart && remaining(limit) > 0) await restartHandshakes(api, deadline);
    patience *= 2;
  }
  return pending;
}

/**
 * Restarts the handshakes of WireGuard by taking the node off the tailnet and putting it back, which takes some
 * milliseconds and keeps its keys and addresses.
 */
export async function restartHandshakes(api: LocalApi, deadline: Deadline): Promise<void> {
  await api.editPrefs({ WantRunning: false, WantRunningSet: true }, timeLeft(deadline));
  await api.editPrefs({ WantRunning: true, WantRunningSet: true }, timeLeft(deadline));
  const bus = await api.watchBus();
  try {
    while (remaining(deadline) > 0) {
      const notify = await bus.next(remaining(deadline));
      if (notify === null || notify.State === RUNNING) return;
    }
  } finally {
    bus.close();
  }
}

async function probe(
  api: LocalApi,
  address: string,
  everyMs: number,
  patience: number,
  deadline: Deadline,
): Promise<Outcome> {
  const latencyMs = await awaitDisco(api, address, everyMs, Math.min(ROUND_MS * patience, remaining(deadline)));
  if (latencyMs < 0) return "unreachable";
  // A handshake takes one round trip, and the ping another.
  const limitMs = Math.min((100 + 4 * latencyMs) * patience, remaining(deadline));
  return (await ping(api, address, "TSMP", limitMs)) < 0 ? "handshake-lost" : "reached";
}

/**
 * Sends disco pings until one is answered. Earlier pings stay under way, because tailscaled forgets a ping when its
 * request is closed, and the way to the peer may take longer than the time between two pings.
 *
 * @returns the latency in milliseconds, or -1 if none was answered in `limitMs`
 */
async function awaitDisco(api: LocalApi, address: string, everyMs: number, limitMs: number): Promise<number> {
  const limit = deadlineIn(limitMs);
  let answer = -1;
  const ask = async (): Promise<void> => {
    try {
      const latency = await ping(api, address, "disco", remaining(limit));
      if (latency >= 0 && answer < 0) answer = latency;
    } catch {
      // tailscaled has exited, which the caller learns from the supervisor.
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
async function ping(api: LocalApi, address: string, type: PingType, limitMs: number): Promise<number> {
  if (limitMs <= 0) return -1;
  const result = await api.ping(address, type, limitMs);
  return result === null || result.Err !== "" ? -1 : result.LatencySeconds * 1000;
}
