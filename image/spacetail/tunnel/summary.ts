// SPDX-License-Identifier: Apache-2.0
import { formatDuration } from "../../../contract/wire/duration.js";
import type { Dials } from "../front/tally.js";
import type { Status } from "../tailnet/ipn.js";
import { formatBytes, totalOf, trafficOf } from "../tailnet/traffic.js";

/** What a tunnel was used for, as far as it is known when it ends. */
export interface Summary {
  /** How long `up` took. Milliseconds. */
  readonly readyMs: number;
  /** The peers that have answered anything: those on a direct path at the end, those through a relay, and all. */
  readonly direct: number;
  readonly relayed: number;
  readonly peers: number;
  /** Bytes. */
  readonly received: number;
  readonly sent: number;
  /** What the tunnel's proxies and forwards have counted. */
  readonly dials: Dials;
}

export function summaryOf(status: Status, readyMs: number, dials: Dials): Summary {
  const peers = trafficOf(status);
  const { received, sent } = totalOf(peers);
  const direct = peers.filter((peer) => peer.path === "direct").length;
  const relayed = peers.filter((peer) => peer.path === "relayed" || peer.path === "peer-relayed").length;
  return { readyMs, direct, relayed, peers: peers.length, received, sent, dials };
}

/** One line without its end. */
export function summaryMessage({ readyMs, direct, relayed, peers, received, sent, dials }: Summary): string {
  const parts = [`ready in ${formatDuration(readyMs)}`];
  if (dials.hosts > 0) {
    const slowest = `slowest connection ${dials.slowest} in ${formatDuration(dials.slowestMs)}`;
    parts.push(`${count(dials.hosts, "host")} reached, ${slowest}`);
  }
  if (dials.failed > 0) parts.push(`${count(dials.failed, "connection")} failed`);
  if (peers === 0) parts.push("no peer used");
  else {
    const ways: string[] = [];
    if (direct > 0) ways.push(`${direct} direct`);
    if (relayed > 0) ways.push(`${relayed} relayed`);
    const how = ways.length === 0 ? "" : ` (${ways.join(", ")})`;
    parts.push(`${count(peers, "peer")} used${how}`);
    parts.push(`${formatBytes(received)} received, ${formatBytes(sent)} sent`);
  }
  return parts.join("; ");
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
