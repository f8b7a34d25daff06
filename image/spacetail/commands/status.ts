// SPDX-License-Identifier: Apache-2.0
import { existsSync } from "node:fs";
import { formatHostPort } from "../../../contract/wire/addresses.js";
import { formatDuration } from "../../../contract/wire/duration.js";
import type { Forward } from "../../../contract/wire/forwards.js";
import { readCounts } from "../capture/counts.js";
import { errorCode, errorMessage, Failure } from "../errors/failure.js";
import { printable, withoutStop } from "../errors/printable.js";
import type { CaptureCounts } from "../platform/capture.js";
import { isRunning, type ProcessId } from "../process/processes.js";
import { nodeTrouble } from "../tailnet/health.js";
import type { Status } from "../tailnet/ipn.js";
import { localApi } from "../tailnet/local-api.js";
import { peersOf, selfOf } from "../tailnet/status.js";
import { formatBytes, type PeerTraffic, totalOf, trafficOf, wayMessage } from "../tailnet/traffic.js";
import { ageOf } from "../tunnel/age.js";
import { isHeld } from "../tunnel/lock.js";
import { networkingOfTunnel, type TunnelNetworking } from "../tunnel/networking.js";
import { findRuntimeDir } from "../tunnel/place.js";
import { type RuntimeDir, readDaemonLog } from "../tunnel/runtime-dir.js";
import { type Found, find, readLaunch, reasonMessage, type State, servedBy } from "../tunnel/state.js";
import { hasEnded, leavingTunnels, unrecorded } from "../tunnel/stop.js";
import type { Invocation } from "./invocation.js";

/** How long tailscaled may take to answer. Milliseconds. */
const STATUS_MS = 5000;

/**
 * `spacetail status [--json]`: says whether the tunnel is up, with the node's name and addresses, and which peers have
 * been used, and how.
 *
 * @returns 0 if the node is on the tailnet, else 1
 */
export async function status(invocation: Invocation): Promise<number> {
  const { platform, env, args } = invocation;
  const json = args[0] === "--json";
  if (args.length > (json ? 1 : 0)) throw new Failure("`spacetail status` takes only --json.");
  const dir = findRuntimeDir(platform, env);
  const { found, state } = find(dir);
  if (state === null || found !== "up") return await notUp(invocation, dir, json);
  const owner = servedBy(dir);
  try {
    const now = await localApi(platform.net.connectUnix, state.socket).status(STATUS_MS);
    if (find(dir).found !== "up") return await notUp(invocation, dir, json);
    const problem = nodeTrouble(now, () => readDaemonLog(dir));
    if (problem !== "") {
      const line = `off the tailnet: ${problem}. ${owner === null ? ADVICE : SERVED}`;
      console.log(json ? JSON.stringify({ state: "off", problem }) : line);
      return 1;
    }
    const networking = networkingOfTunnel(dir);
    const found = report(now, state, owner, networking, readCounts(dir));
    for (const line of json ? [JSON.stringify(found)] : describeUp(found, state)) console.log(line);
    return now.BackendState === "Running" ? 0 : 1;
  } catch (error) {
    if (isStarting(dir)) return starting(json);
    if (await hasEnded(dir, state)) return await notUp(invocation, dir, json);
    if (errorCode(error) === "ENOENT" && existsSync(state.socket)) return await status(invocation);
    throw new Failure(
      `tailscaled does not answer on ${state.socket} (${withoutStop(errorMessage(error))}). ${owner === null ? ADVICE : SERVED}`,
    );
  }
}

/** Whether a tunnel is starting, so that tailscaled may not answer yet. */
function isStarting(dir: RuntimeDir): boolean {
  const launch = readLaunch(dir);
  return launch !== null && launch.readyMs < 0 && (isHeld(dir.lock, isRunning) || servedBy(dir) !== null);
}

/** The status of a tunnel that is not up. Returns the exit status. */
async function notUp(invocation: Invocation, dir: RuntimeDir, json: boolean): Promise<number> {
  if (find(dir).found === "none") {
    const isHidden = unrecorded(dir) !== null;
    if (isHeld(dir.lock, isRunning) || (isHidden && readLaunch(dir) !== null)) return starting(json);
    if (isHidden) return say(json, "stopping", `going down: the directory ${dir.path} was removed`);
  }
  const { found, state } = latest(dir);
  // Another tunnel has taken its place.
  if (found === "up") return await status(invocation);
  return say(json, found === "none" ? "down" : found, describe(found, state));
}

function starting(json: boolean): number {
  return say(json, "starting", "starting");
}

function say(json: boolean, state: string, line: string): number {
  console.log(json ? JSON.stringify({ state }) : line);
  return 1;
}

const ADVICE = "Run `spacetail down`, then up again.";
const SERVED = "`spacetail serve` brings it back.";

/** What `--json` prints of a tunnel that is up. */
interface Report {
  /** tailscaled's, such as Running. */
  readonly state: string;
  readonly name: string;
  readonly addresses: readonly string[];
  readonly tags: readonly string[];
  readonly networking: TunnelNetworking;
  readonly peersOnline: number;
  /** The process whose exit ends the tunnel; null if there is none. */
  readonly watch: number | null;
  /** The process of `spacetail serve` that keeps the tunnel; null if there is none. */
  readonly serve: number | null;
  /** The web page on which somebody has to log the node in; empty if nobody has to. */
  readonly loginUrl: string;
  /** How long the tunnel has been up. Milliseconds. */
  readonly ageMs: number;
  /** The peers that have answered anything. */
  readonly peers: readonly PeerTraffic[];
  /** The local ports that lead to services. */
  readonly forwards: readonly Forward[];
  /** What running programs have captured; null if there is none. */
  readonly captured: CaptureCounts | null;
  /** Bytes from and to all peers. */
  readonly received: number;
  readonly sent: number;
}

function report(
  now: Status,
  state: State,
  owner: ProcessId | null,
  networking: TunnelNetworking,
  captured: CaptureCounts | null,
): Report {
  const { name, addresses, tags } = selfOf(now);
  const peers = trafficOf(now);
  const { received, sent } = totalOf(peers);
  return {
    state: now.BackendState,
    name,
    addresses,
    tags,
    networking,
    peersOnline: peersOf(now).filter((peer) => peer.Online).length,
    watch: state.watch.find((one) => isRunning(one))?.pid ?? null,
    serve: owner === null ? null : owner.pid,
    loginUrl: now.BackendState === "NeedsLogin" ? printable(now.AuthURL ?? "") : "",
    ageMs: ageOf(state.supervisor),
    peers,
    forwards: state.forwards,
    captured,
    received,
    sent,
  };
}

/** A tunnel that is up, in lines. */
function describeUp(now: Report, { supervisor }: State): string[] {
  const { name, addresses, tags, networking, peersOnline, watch, serve, loginUrl, ageMs, peers, forwards } = now;
  const { captured, received, sent } = now;
  const kernel = networking === "kernel" ? ", kernel networking" : "";
  const process = watch === null ? "watching nothing" : `watching process ${watch}`;
  const kept = serve === null ? process : `kept by process ${serve}`;
  const lines = [
    `${now.state}: ${name} ${addresses.join(" ")} ${tags.join(" ")}`.trim(),
    `up for ${formatDuration(ageMs)}, ${peersOnline} peers online${kernel}, ${kept}, supervisor ${supervisor.pid}`,
  ];
  if (loginUrl !== "") lines.push(`To log in, visit ${loginUrl}`);
  if (peers.length > 0) lines.push(`peers used: ${peers.length}, ${bytesMessage(received, sent)}`);
  for (const peer of peers) {
    const bytes = bytesMessage(peer.received, peer.sent);
    lines.push(`  ${peer.name} ${peer.address}: ${wayMessage(peer)}, ${bytes}`);
  }
  if (captured !== null) lines.push(capturedMessage(captured));
  for (const { port, target } of forwards) lines.push(`forward 127.0.0.1:${port} to ${formatHostPort(target)}`);
  return lines;
}

function capturedMessage({ captured, open, failed, received, sent }: CaptureCounts): string {
  return `captured connections: ${captured}, ${open} open, ${failed} failed, ${bytesMessage(received, sent)} before they ended`;
}

function bytesMessage(received: number, sent: number): string {
  return `${formatBytes(received)} received, ${formatBytes(sent)} sent`;
}

/** The tunnel of the directory; if it is down, one that was set aside and is still leaving. */
function latest(dir: RuntimeDir): { found: Found; state: State | null } {
  const current = find(dir);
  if (current.found !== "none") return current;
  for (const { aside } of leavingTunnels(dir)) return find(aside);
  return current;
}

/** A tunnel that is not up, in words. */
function describe(found: Found, state: State | null): string {
  const why = state === null || state.problem === "" ? "" : `; the node is not logged out yet (${state.problem})`;
  const reason = state === null || state.reason === null ? "" : `: ${reasonMessage(state.reason)}`;
  switch (found) {
    case "none":
      return `down${reason}`;
    case "daemon-only":
      return "the supervisor was killed, and tailscaled is still running";
    case "orphaned":
      return "going down: all watched processes have exited";
    default:
      return `going down${reason}${why}`;
  }
}
