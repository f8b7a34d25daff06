// SPDX-License-Identifier: Apache-2.0
import { deadlineIn, now, remaining, sleep } from "../process/clock.js";
import type { LocalApi } from "../tailnet/local-api.js";
import { restartHandshakes } from "../tailnet/probe.js";
import { peerAt } from "./peer.js";
import type { Restarts } from "./restarts.js";

/**
 * Makes sure that a peer knows this node before anything is sent to it through WireGuard.
 *
 * Peers learn of a new node some time after it is Running itself: 3 s are usual on Tailscale, and 33 s were seen. What
 * is sent through WireGuard before is lost, and WireGuard repeats a lost handshake only after 5 s. Disco messages are
 * not part of WireGuard, so a disco ping can safely ask whether a peer knows this node, as often as one likes.
 */
export interface Knocker {
  /**
   * Resolves when the peer that an address belongs to, or that routes to it, answers; at once if it has answered
   * before. Callers at the same time share the pings.
   *
   * @returns false if it did not answer in time
   */
  readonly knock: (address: string) => Promise<boolean>;
  /** Forgets that a peer has answered. */
  readonly forget: (address: string) => void;
}

/** How long to wait for a peer that has never answered: longer than the news of a new node takes. Milliseconds. */
const FIRST_ANSWER_MS = 45_000;

/** The same for a node that has been up so long that its peers must have heard of it. Milliseconds. */
const LATE_ANSWER_MS = 10_000;

/** How often to ask whether the control server has the peer online: one that is offline is not worth waiting for. */
const OFFLINE_CHECK_MS = 4000;

/** The times between two pings: the first, how it grows, and the longest. Milliseconds. */
const FIRST_PAUSE_MS = 10;
const GROWTH = 1.05;
const LONGEST_PAUSE_MS = 75;

/** How long an answer may be under way; tailscaled forgets a ping when its request is closed. Milliseconds. */
const PING_MS = 3000;

/** How long WireGuard is given to carry a ping, which is more than it takes to repeat a handshake. Milliseconds. */
const CHECK_MS = 8000;

/** How long a restart of all handshakes may take. Milliseconds. */
const RESTART_MS = 5000;

/** The least time between two restarts at first, which doubles: each registers the node anew. Milliseconds. */
const RESTART_EVERY_MS = 500;

/** How long a connection waits after a peer's first answer, if the node must not be restarted. Milliseconds. */
const SETTLE_MS = 60;

/** How many addresses are remembered. */
const MOST_ANSWERED = 2000;

/** How an attempt to reach a peer through WireGuard ended. */
type Check = "reached" | "lost";

/**
 * @param api tailscaled, over connections that do not hold each other up
 */
export function knocker(api: LocalApi, restarts: Restarts): Knocker {
  const began = now();
  const answered = new Set<string>();
  const pending = new Map<string, Promise<boolean>>();
  let restarting: Promise<void> | null = null;
  let nextRestart = 0;
  let restartEveryMs = RESTART_EVERY_MS;

  /** Restarts the handshakes, once for all peers that need it; false if it cannot be done now. */
  const restart = async (): Promise<boolean> => {
    const isAllowed = restarting === null && now() >= nextRestart && (await restarts.isAllowed());
    if (restarting !== null) {
      await restarting;
      return true;
    }
    if (!isAllowed || now() < nextRestart) return false;
    restarting = restartHandshakes(api, deadlineIn(RESTART_MS));
    try {
      await restarting;
    } finally {
      restarting = null;
      nextRestart = now() + restartEveryMs;
      restartEveryMs *= 2;
    }
    return true;
  };

  const knockNow = async (address: string): Promise<boolean> => {
    const limitMs = now() - began > FIRST_ANSWER_MS ? LATE_ANSWER_MS : FIRST_ANSWER_MS;
    const disco = await awaitDisco(api, address, limitMs);
    if (disco.latencyMs < 0) return !disco.isPeer;
    // Peers of version 1.102 that answer a disco ping are ready for WireGuard. Older ones learn of a node in two steps,
    // and lose a handshake now and then that comes in between.
    if (disco.asked > 1 && !(await restarts.isAllowed())) await sleep(SETTLE_MS);
    const limit = deadlineIn(CHECK_MS);
    for (let patience = 1; remaining(limit) > 0; patience *= 2) {
      const check = await tsmp(api, address, Math.min((100 + 4 * disco.latencyMs) * patience, remaining(limit)));
      if (check === "reached") return true;
      await restart();
    }
    // The peer exists, so a connection may be worth a try.
    return true;
  };

  return {
    knock: async (address) => {
      if (answered.has(address)) return true;
      // Behind an exit node are the addresses of the whole internet.
      if (answered.size >= MOST_ANSWERED) answered.clear();
      const present = pending.get(address);
      if (present !== undefined) return await present;
      const work = knockNow(address);
      pending.set(address, work);
      try {
        const reached = await work;
        if (reached) answered.add(address);
        return reached;
      } finally {
        pending.delete(address);
      }
    },
    forget: (address) => {
      answered.delete(address);
    },
  };
}

/** What disco pings have shown. */
interface Disco {
  /** Of the answer; -1 if there was none. */
  readonly latencyMs: number;
  /** How many pings were sent. */
  readonly asked: number;
  /** False if tailscaled says that no peer has the address, or that it is this node's own. */
  readonly isPeer: boolean;
}

/** Sends disco pings until one is answered. Earlier ones stay under way, because the peer may be far away. */
async function awaitDisco(api: LocalApi, address: string, limitMs: number): Promise<Disco> {
  const limit = deadlineIn(limitMs);
  let latencyMs = -1;
  let isPeer = true;
  let wake = (): void => {};
  const ask = async (): Promise<void> => {
    try {
      const result = await api.ping(address, "disco", Math.min(PING_MS, remaining(limit)));
      if (result === null) return;
      // Other errors are about one way to the peer.
      if (result.Err === "") latencyMs = result.LatencySeconds * 1000;
      else if (result.Err.includes("no matching peer") || result.Err.includes("is local")) isPeer = false;
      wake();
    } catch {
      // tailscaled has exited, which the supervisor notices.
    }
  };
  let asked = 0;
  let pauseMs = FIRST_PAUSE_MS;
  let nextCheck = now() + OFFLINE_CHECK_MS;
  let isOffline = false;
  while (latencyMs < 0 && isPeer && !isOffline && remaining(limit) > 0) {
    void ask();
    asked += 1;
    if (now() > nextCheck) {
      nextCheck = now() + OFFLINE_CHECK_MS;
      const peer = await peerAt(api, address);
      // The control server may be wrong, so an answer counts even then.
      isOffline = peer !== null && !peer.Online;
      continue;
    }
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.min(pauseMs, Math.max(1, remaining(limit))));
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * GROWTH);
  }
  return { latencyMs, asked, isPeer };
}

/** A ping through WireGuard. */
async function tsmp(api: LocalApi, address: string, limitMs: number): Promise<Check> {
  if (limitMs <= 0) return "lost";
  try {
    const result = await api.ping(address, "TSMP", limitMs);
    return result !== null && result.Err === "" ? "reached" : "lost";
  } catch {
    return "lost";
  }
}
