// SPDX-License-Identifier: Apache-2.0
import { formatHostPort, type HostPort } from "../../../contract/wire/addresses.js";
import { formatDuration } from "../../../contract/wire/duration.js";
import { Failure } from "../errors/failure.js";
import { type Deadline, now, remaining, sleep, timeLeft } from "../process/clock.js";
import type { PeerStatus, Status } from "./ipn.js";
import type { LocalApi } from "./local-api.js";
import { probePeers } from "./probe.js";
import { displayName, findPeer, peersOf } from "./status.js";
import { outcomeMessage, outcomeOf, type TargetOutcome } from "./target-outcome.js";

/** How long one round may try to reach services before it looks again who is online. Milliseconds. */
const ROUND_MS = 5000;

/** How long the first attempt to reach a service may take; also the least that any attempt gets. Milliseconds. */
const FIRST_DIAL_MS = 1000;

/** tailscaled answers questions about itself at once. Milliseconds. */
const STATUS_MS = 5000;

/** The pause between two rounds. Milliseconds. */
const PAUSE_MS = 250;

/**
 * Waits until each of the services accepts a connection through the tunnel. Other peers need no waiting: the proxies
 * hold a connection until its peer knows this node.
 *
 * @param isNew whether nobody uses the tunnel yet, so that the handshakes of the whole node may be restarted
 * @returns what is known then, for the user
 * @throws Failure if a service was not reached by the deadline, or cannot be
 */
export async function reach(
  api: LocalApi,
  targets: readonly HostPort[],
  isNew: boolean,
  deadline: Deadline,
): Promise<string> {
  if (targets.length === 0) return await peersOnline(api, deadline);
  await reachAll(api, targets, isNew, deadline);
  return `${targets.map((target) => formatHostPort(target)).join(", ")} reached`;
}

async function peersOnline(api: LocalApi, deadline: Deadline): Promise<string> {
  const online = peersOf(await statusBy(api, deadline)).filter((peer) => peer.Online).length;
  if (online === 0) return "no peer is online";
  return online === 1 ? "1 peer is online" : `${online} peers are online`;
}

/** Tries all services in rounds, so that one that is slow to start does not hide another that can never be reached. */
async function reachAll(
  api: LocalApi,
  targets: readonly HostPort[],
  isNew: boolean,
  deadline: Deadline,
): Promise<void> {
  let pending: HostPort[] = targets.map((target) => target);
  let dialMs = FIRST_DIAL_MS;
  const began = now();
  for (;;) {
    const status = await statusBy(api, deadline);
    const unreachable = await probePeers(api, onlinePeers(status, pending), ROUND_MS, isNew, deadline);
    const limitMs = Math.min(dialMs, remaining(deadline));
    const outcomes = await Promise.all(pending.map((target) => attempt(api, target, status, unreachable, limitMs)));
    // A round needs some time to be fair, so the last one may end a little before the deadline.
    const last = remaining(deadline) < 2 * PAUSE_MS;
    pending.forEach((target, i) => {
      const outcome = outcomes[i] ?? "reached";
      if (outcome !== "reached" && (last || isFinal(outcome, dialMs))) {
        const waited = formatDuration(Math.round(now() - began));
        throw new Failure(outcomeMessage(target, outcome, nameOf(status, target), waited));
      }
    });
    pending = pending.filter((_, i) => outcomes[i] !== "reached");
    if (pending.length === 0) return;
    dialMs = ROUND_MS;
    await sleep(PAUSE_MS);
  }
}

/** Whether waiting cannot help. A first dial is short, so a second one has to confirm that connections are dropped. */
function isFinal(outcome: TargetOutcome, dialMs: number): boolean {
  if (outcome === "dropped") return dialMs > FIRST_DIAL_MS;
  return outcome === "unknown-name" || outcome === "not-on-tailnet";
}

async function attempt(
  api: LocalApi,
  target: HostPort,
  status: Status,
  unreachable: readonly PeerStatus[],
  limitMs: number,
): Promise<TargetOutcome> {
  const peer = findPeer(status, target.host);
  if (peer !== null && !peer.Online) return "offline";
  if (peer !== null && unreachable.some((one) => one.ID === peer.ID)) return "unreachable";
  const dialed = await api.dial(target, limitMs);
  dialed.close();
  return outcomeOf(dialed.result, peer !== null);
}

function statusBy(api: LocalApi, deadline: Deadline): Promise<Status> {
  return api.status(Math.min(STATUS_MS, timeLeft(deadline)));
}

function onlinePeers(status: Status, targets: readonly HostPort[]): PeerStatus[] {
  const peers: PeerStatus[] = [];
  for (const target of targets) {
    const peer = findPeer(status, target.host);
    if (peer?.Online && !peers.some((one) => one.ID === peer.ID)) peers.push(peer);
  }
  return peers;
}

function nameOf(status: Status, target: HostPort): string {
  const peer = findPeer(status, target.host);
  return peer === null ? target.host : displayName(peer);
}
