// SPDX-License-Identifier: Apache-2.0
import type { ChildProcess } from "node:child_process";
import { closeSync, openSync, rmSync } from "node:fs";
import type { Environment } from "../../../contract/wire/environment.js";
import { trustSystem } from "../egress/ca-certificates.js";
import { openDaemonProxy } from "../egress/daemon-proxy.js";
import { type Egress, egressOf } from "../egress/egress.js";
import { readUpstream } from "../egress/upstream.js";
import { errorMessage } from "../errors/failure.js";
import type { Front } from "../front/front.js";
import { type Tally, tally } from "../front/tally.js";
import type { Platform } from "../platform/platform.js";
import { sleep } from "../process/clock.js";
import { identify } from "../process/processes.js";
import { readRecord } from "../proxies/proxy-record.js";
import { scrubFile } from "../proxies/scrub.js";
import { type LocalApi, localApi } from "../tailnet/local-api.js";
import { daemonEnvironment } from "./daemon.js";
import { logOutLate } from "./late-logout.js";
import { leave } from "./leave.js";
import { INTERFACE, networkingOfDaemon } from "./networking.js";
import { watchNode } from "./node-watch.js";
import { reporter } from "./report.js";
import { type RuntimeDir, readDaemonLog } from "./runtime-dir.js";
import { removeSocketDirs, sweepSockets, withdrawSocket } from "./socket.js";
import { linkPlaces, unlinkPlaces } from "./socket-places.js";
import { endSessions, hasSsh, hostKeyDir } from "./ssh-sessions.js";
import { type Launch, readLaunch, reasonMessage, type StopReason } from "./state.js";
import { type Summary, summaryMessage, summaryOf } from "./summary.js";
import { openTunnelFront } from "./tunnel-front.js";
import { removal, watchedEnd } from "./watch.js";

/** How long tailscaled may take to answer before the tunnel ends without a summary. Milliseconds. */
const SUMMARY_MS = 1000;

/** How much later than tailscaled this process may get a signal that is sent to both. Milliseconds. */
const SIGNAL_MS = 500;

/** How long tailscaled may take to remove what it has set up on the machine. Milliseconds. */
const CLEAN_UP_MS = 5000;

/**
 * Runs tailscaled until something ends the tunnel: a signal, the exit of what is watched, or of tailscaled itself. Then
 * takes the node off the tailnet and cleans up. Reports what happens in the state file.
 */
export async function superviseTunnel(
  platform: Platform,
  env: Environment,
  dir: RuntimeDir,
  launch: Launch,
): Promise<void> {
  // Before tailscaled is started, so that no signal ends this process without it.
  const asked = askedToStop();
  const report = reporter(dir, launch);
  const egress = wayOut(platform, env, dir, launch);
  const api = localApi(platform.net.connectUnix, launch.ownSocket);
  const node = watchNode(
    api,
    () => readDaemonLog(dir),
    (trouble) => report.problem(trouble),
  );
  const counted = tally();
  let front: Front;
  try {
    front = await openTunnelFront(platform, egress, dir, launch, counted, node.trouble);
  } catch (error) {
    const reason: StopReason = { cause: "cannot-listen", detail: errorMessage(error) };
    console.error(`spacetail: ${reasonMessage(reason)}`);
    report.stopping(reason);
    report.stopped("never-joined");
    removeSocketDirs(launch.socketDirs);
    return;
  }
  linkPlaces(platform, launch.socket);
  const proxy = await proxyForDaemon(platform, egress);
  const start = (): { readonly daemon: ChildProcess; readonly ended: Promise<StopReason> } => {
    const log = openSync(dir.daemonLog, "a");
    const child = platform.spawnGuarded(launch.daemon, daemonEnvironment(dir, env, proxy), log);
    closeSync(log);
    return { daemon: child, ended: endOf(child) };
  };
  const { daemon, ended: daemonEnded } = start();
  report.up(daemon.pid === undefined ? null : identify(daemon.pid), front.forwards());
  const unwatched = watchedEnd(dir, launch, (changed) => {
    const done = (): void => report.watching(changed, front.forwards());
    addForwards(front, changed).then(done, done);
  });
  const first = await Promise.race([daemonEnded, asked, unwatched, removal(dir)]);
  // A node whose state is kept comes back when tailscaled has crashed, and is logged out if it was stopped.
  const isLate = first.cause === "daemon-exited" && launch.keepsState && launch.logsOut;
  const reason = isLate ? await Promise.race([asked, unwatched, sleep(SIGNAL_MS).then(() => first)]) : first;
  const comesBack = !launch.logsOut || (launch.keepsState && reason.cause === "daemon-exited");

  // First of all, what the next tunnel needs: it does not wait for the end of this one.
  front.close();
  node.stop();
  withdrawSocket(platform, launch);
  unlinkPlaces(launch.socket);
  console.error(`spacetail: stopping: ${reasonMessage(reason)}`);
  report.stopping(reason);
  // An `up` may have published it just then. The next one does not while the files are here.
  if (readLaunch(dir)?.id === launch.id) withdrawSocket(platform, launch);
  if (hasSsh(dir, launch)) await endSessions(api, daemon.pid ?? 0, report.addresses());
  // After a failed phase neither after hooks nor `down` have run, if somebody else replaced the EXIT trap.
  scrubQuietly(platform, env, dir);
  report.summary(await sumUp(api, report.readyMs(), counted));
  const joined = report.joined();
  const say = (problem: string): void => report.problem(problem);
  const left = await leave({ api, daemon, daemonEnded, joined, keepsState: comesBack, report: say });
  const isLost = left === "unknown" || left === "left-behind";
  const fate = launch.keepsState && isLost ? await logOutLate(api, start, say) : left;
  rmSync(hostKeyDir(dir, launch.id), { recursive: true, force: true });
  if (networkingOfDaemon(launch.daemon) === "kernel") await cleanUp(platform, env, dir, launch);
  report.stopped(fate);
  await sweepSockets(platform, launch);
  console.error(`spacetail: stopped, node ${fate}`);
}

/**
 * Deletes the rules that make the kernel look routes up in tailscaled's table, which `--cleanup` leaves there. Source
 * of the numbers: tailscale.com v1.102.3, wgengine/router/osrouter/router_linux.go ipRules.
 */
const DELETE_RULES =
  "for family in -4 -6; do for rule in 5210 5230 5250 5270; do ip $family rule del pref $rule; done; done";

/**
 * Removes the routes, rules and DNS settings of kernel networking, which a tailscaled that was killed leaves behind.
 * The interface itself goes with its process.
 */
async function cleanUp(platform: Platform, env: Environment, dir: RuntimeDir, { daemon }: Launch): Promise<void> {
  const flags = ["--cleanup", `--tun=${INTERFACE}`];
  for (const words of [daemon.slice(0, 1).concat(flags), ["/bin/sh", "-c", DELETE_RULES]]) {
    const log = openSync("/dev/null", "a");
    const child = platform.spawnGuarded(words, daemonEnvironment(dir, env, ""), log);
    closeSync(log);
    await Promise.race([endOf(child).then(() => true), sleep(CLEAN_UP_MS).then(() => false)]);
  }
}

/** What the tunnel was used for; null if it was never ready, or if tailscaled does not answer. */
async function sumUp(api: LocalApi, readyMs: number, counted: Tally): Promise<Summary | null> {
  if (readyMs < 0) return null;
  try {
    const summary = summaryOf(await api.status(SUMMARY_MS), readyMs, counted.dials());
    console.error(`spacetail: ${summaryMessage(summary)}`);
    return summary;
  } catch {
    return null;
  }
}

/** The ways out of this machine, as the run has them. */
function wayOut(platform: Platform, env: Environment, dir: RuntimeDir, launch: Launch): Egress {
  const upstream = readUpstream(readRecord(dir.proxies).original, [launch.httpProxy, launch.socks5Server]);
  trustSystem(platform, env, upstream);
  return egressOf(platform, upstream);
}

/** Opens a proxy for tailscaled if the run itself has one; returns its URL, or an empty text. */
async function proxyForDaemon(platform: Platform, egress: Egress): Promise<string> {
  const { tunnel, http } = egress.upstream;
  return tunnel === null && http === null ? "" : (await openDaemonProxy(platform.net, egress)).url;
}

async function addForwards(front: Front, { forwards }: Launch): Promise<void> {
  try {
    await front.forward(forwards);
  } catch (error) {
    console.error(`spacetail: a forward cannot listen on ${errorMessage(error)}`);
  }
}

function endOf(daemon: ChildProcess): Promise<StopReason> {
  return new Promise<StopReason>((resolve) => {
    daemon.on("error", (error: Error) => resolve({ cause: "daemon-not-started", detail: error.message }));
    daemon.on("exit", (code: number | null, signal: string | null) => {
      resolve({ cause: "daemon-exited", detail: signal ?? `status ${code ?? 0}` });
    });
  });
}

function askedToStop(): Promise<StopReason> {
  return new Promise<StopReason>((resolve) => {
    process.on("SIGTERM", () => resolve({ cause: "requested", detail: "" }));
    process.on("SIGINT", () => resolve({ cause: "interrupted", detail: "" }));
  });
}

function scrubQuietly(platform: Platform, env: Environment, dir: RuntimeDir): void {
  try {
    scrubFile({ platform, env, record: dir.proxies });
  } catch (error) {
    console.error(`spacetail: ${errorMessage(error)}`);
  }
}
