// SPDX-License-Identifier: Apache-2.0
import { formatHostPort, type HostPort } from "../../../contract/wire/addresses.js";
import { formatDuration } from "../../../contract/wire/duration.js";
import { Failure } from "../failure.js";
import { type Deadline, now, remaining, sleep } from "../process/clock.js";
import { judgeDial, type TargetReason, targetText } from "./dial-errors.js";
import { fetchStatus } from "./join.js";
import { dial, type LocalApi } from "./local-api.js";
import { prove } from "./prove.js";
import { addressOf, displayName, findPeer, type PeerStatus, peersOf, type Status } from "./status.js";

/** How many peers are warmed, and for how long, when no service is waited for. */
const WARM_PEERS = 16;
const WARM_MS = 2000;

/** How long one round may try to reach services before it looks again who is online. Milliseconds. */
const ROUND_MS = 5000;

/** How long the first try of a service may take; also the least that any try gets. Milliseconds. */
const FIRST_DIAL_MS = 1000;

/** tailscaled answers questions about itself at once. Milliseconds. */
const STATUS_MS = 5000;

/** The pause between two rounds. Milliseconds. */
const PAUSE_MS = 250;

/**
 * Proves that traffic flows. With services to wait for, each must accept a connection through the tunnel; without, the
 * tunnel is warmed towards the peers that are online.
 *
 * @returns what was proven, for the user
 * @throws Failure if a service was not reached by the deadline, or cannot be
 */
export async function reach(api: LocalApi, targets: readonly HostPort[], deadline: Deadline): Promise<string> {
  if (targets.length === 0) return warm(api, deadline);
  await reachAll(api, targets, deadline);
  return `${targets.map((target) => formatHostPort(target)).join(", ")} reached`;
}

async function warm(api: LocalApi, deadline: Deadline): Promise<string> {
  const online = peersOf(await statusBy(api, deadline)).filter((peer) => peer.Online && addressOf(peer) !== "");
  if (online.length === 0) return "no peer is online";
  const some = online.slice(0, WARM_PEERS);
  const silent = await prove(api, some, WARM_MS, deadline);
  const answer = `${some.length - silent.length} of ${online.length} online peers answer`;
  return silent.length === 0 ? answer : `${answer} (not yet: ${silent.map((peer) => displayName(peer)).join(", ")})`;
}

/** Tries all services in rounds, so that one that is slow to come does not hide that another never will. */
async function reachAll(api: LocalApi, targets: readonly HostPort[], deadline: Deadline): Promise<void> {
  let open: HostPort[] = targets.map((target) => target);
  let dialMs = FIRST_DIAL_MS;
  const began = now();
  for (;;) {
    const status = await statusBy(api, deadline);
    const peers = onlinePeers(status, open);
    const mute = await prove(api, peers, ROUND_MS, deadline);
    const limit = Math.min(dialMs, remaining(deadline));
    const reasons = await Promise.all(open.map((target) => reachOne(api, target, status, mute, limit)));
    // A round needs some time to be fair, so the last one may end a little before the deadline.
    const last = remaining(deadline) < 2 * PAUSE_MS;
    open.forEach((target, i) => {
      const reason = reasons[i] ?? "reached";
      const final = reason === "unknown" || reason === "elsewhere" || (reason === "policy" && dialMs > FIRST_DIAL_MS);
      if (reason !== "reached" && (final || last)) {
        const waited = formatDuration(Math.round(now() - began));
        throw new Failure(targetText(target, reason, nameOf(status, target), waited));
      }
    });
    open = open.filter((_, i) => reasons[i] !== "reached");
    if (open.length === 0) return;
    dialMs = ROUND_MS;
    await sleep(PAUSE_MS);
  }
}

async function reachOne(
  api: LocalApi,
  target: HostPort,
  status: Status,
  mute: readonly PeerStatus[],
  limitMs: number,
): Promise<TargetReason> {
  const peer = findPeer(status, target.host);
  if (peer !== null && !peer.Online) return "offline";
  if (peer !== null && mute.some((one) => one.ID === peer.ID)) return "silent";
  const dialed = await dial(api, target.host, target.port, limitMs);
  dialed.close();
  return judgeDial(dialed.reply, peer !== null);
}

function statusBy(api: LocalApi, deadline: Deadline): Promise<Status> {
  return fetchStatus(api, Math.max(1, Math.min(STATUS_MS, remaining(deadline))));
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
