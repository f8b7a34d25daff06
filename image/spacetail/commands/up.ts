// SPDX-License-Identifier: Apache-2.0
import { readSettings, type Settings } from "../../../contract/wire/settings.js";
import { noProxies, readProxies, recordProxies } from "../environment/proxies.js";
import { errorText, Failure } from "../failure.js";
import type { Host } from "../host/host.js";
import { type Deadline, deadlineIn, remaining } from "../process/clock.js";
import { acquire } from "../process/lock.js";
import type { ProcessId } from "../process/processes.js";
import { ensureRuntimeDir, type RuntimeDir, readText, runtimeDir } from "../process/runtime-dir.js";
import { readState } from "../process/state.js";
import { lastWords, takenAddress, tellingLines } from "../tailnet/daemon-log.js";
import { fetchStatus, join, patch } from "../tailnet/join.js";
import type { LocalApi } from "../tailnet/local-api.js";
import { exitNodeBody, nodeName, startBody } from "../tailnet/prefs.js";
import { reach } from "../tailnet/reach.js";
import { redact } from "../tailnet/redact.js";
import { selfOf } from "../tailnet/self.js";
import { displayName, findPeer, type Status } from "../tailnet/status.js";
import { obtainAuthKey, readSecret } from "./credential.js";
import { type Stopped, stopTunnel } from "./stop.js";
import { startTrace, type Trace } from "./trace.js";
import { presentTunnel, requireFree, type Started, startSupervisor, takenText, waitForDaemon } from "./tunnel.js";
import { readWatch } from "./watch.js";

/**
 * Puts this machine on the tailnet and returns when traffic flows: gets an auth key, starts the supervisor with
 * tailscaled, logs in, and proves peers or the services of TS_WAIT_FOR. One deadline, TS_BOOT_TIMEOUT, holds for all.
 *
 * On failure, or a signal, everything it started is stopped again.
 *
 * @returns the exit status
 */
export async function up(host: Host, args: readonly string[]): Promise<number> {
  const settings = readSettings(process.env);
  const watch = readWatch(args);
  const secret = readSecret(settings);
  const trace = startTrace(settings.trace);
  const deadline = deadlineIn(settings.bootTimeoutMs);
  const dir = runtimeDir();
  process.umask(0o077);
  ensureRuntimeDir(host, dir);
  const release = await acquire(dir, deadline);
  try {
    const present = await presentTunnel(host, dir, settings, watch, deadline);
    recordProxies(dir, settings, process.env, present === null ? noProxies() : readProxies(dir));
    if (present !== null) {
      const api: LocalApi = { host, socket: present.socket };
      const status = await fetchStatus(api, timeLeft(deadline));
      report(status, await reach(api, settings.waitFor, deadline), "still");
      return 0;
    }
    await requireFree(host, dir, settings);
    if (remaining(deadline) === 0) throw new Failure("TS_BOOT_TIMEOUT passed before an earlier tunnel was gone.");
    let supervisor: ProcessId | null = null;
    const stop = (): Promise<Stopped> => stopTunnel(dir, supervisor);
    const interruption = stopOnSignals(stop);
    const started = startSupervisor(host, dir, settings, watch);
    supervisor = started.supervisor;
    const work = bringUp(host, dir, settings, secret, started, stop, deadline, trace, interruption);
    return await Promise.race([work, interruption.stopped]);
  } finally {
    release();
  }
}

async function bringUp(
  host: Host,
  dir: RuntimeDir,
  settings: Settings,
  secret: string,
  started: Started,
  stop: () => Promise<Stopped>,
  deadline: Deadline,
  trace: Trace,
  interruption: Interruption,
): Promise<number> {
  const secrets = [secret];
  try {
    const work = async (): Promise<number> => {
      // The key is minted while tailscaled starts.
      const key = obtainAuthKey(host, settings, secret, deadline);
      const ready = waitForDaemon(started.api, deadline).then(() => "");
      const [authKey] = await Promise.all([key, ready]);
      secrets.push(authKey);
      trace("tailscaled answers, auth key at hand");
      const name = nodeName(settings, readText("/proc/sys/kernel/hostname") ?? "");
      await join(started.api, startBody(settings, name, authKey), settings.controlUrl, readLog(dir), deadline);
      trace("running");
      await useExitNode(started.api, settings.exitNode, deadline);
      const status = await fetchStatus(started.api, timeLeft(deadline));
      report(status, await reach(started.api, settings.waitFor, deadline), "now");
      return 0;
    };
    const died = async (): Promise<number> => {
      const how = await started.ended;
      throw new Failure(deathText(dir, how));
    };
    return await Promise.race([work(), died()]);
  } catch (error) {
    // What a signal stopped fails in its own way, which is not what happened.
    if (interruption.status() !== 0) return await interruption.stopped;
    const log = readLog(dir)();
    const reason = readState(dir)?.reason ?? "";
    await stop();
    const stoppedByOthers = reason !== "" && !reason.startsWith("tailscaled ");
    const line = stoppedByOthers ? `The tunnel was stopped while it came up: ${reason}.` : errorText(error);
    const lines = tellingLines(log, secrets, 5).map((one) => `  tailscaled: ${one}`);
    throw new Failure([redact(line, secrets)].concat(lines).join("\n"));
  }
}

/** What a signal does to an `up` that is under way. */
interface Interruption {
  /** The exit status that the signal asks for; 0 while there was none. */
  readonly status: () => number;
  /** Resolves with that status when everything is stopped. */
  readonly stopped: Promise<number>;
}

/** A signal must not leave half a tunnel: the hook that called `up` is about to end. */
function stopOnSignals(stop: () => Promise<Stopped>): Interruption {
  let status = 0;
  const stopped = new Promise<number>((resolve) => {
    const end = (code: number): void => {
      if (status !== 0) return;
      status = code;
      stop().then(
        () => resolve(code),
        () => resolve(code),
      );
    };
    process.on("SIGTERM", () => end(143));
    process.on("SIGINT", () => end(130));
  });
  return { status: () => status, stopped };
}

async function useExitNode(api: LocalApi, wanted: string, deadline: Deadline): Promise<void> {
  if (wanted === "") return;
  const peer = findPeer(await fetchStatus(api, timeLeft(deadline)), wanted);
  if (peer === null) throw new Failure(`No node is called ${wanted}. Check --exit-node in TS_EXTRA_ARGS.`);
  if (!peer.ExitNodeOption) throw new Failure(`${displayName(peer)} is no exit node, or is not approved as one.`);
  await patch(api, exitNodeBody(peer.ID), deadline);
}

/** Milliseconds for one question; a deadline that has passed leaves one, in which to fail in the usual way. */
function timeLeft(deadline: Deadline): number {
  return Math.max(1, remaining(deadline));
}

/** @param how how the supervisor ended */
function deathText(dir: RuntimeDir, how: string): string {
  const log = readLog(dir)();
  const taken = takenAddress(log);
  if (taken !== "") return takenText(taken);
  const reason = readState(dir)?.reason ?? "";
  if (reason === "") return `The supervisor ended by itself (${how}: ${lastWords(readText(dir.supervisorLog) ?? "")}).`;
  const advice = "Check TS_TAILSCALED_EXTRA_ARGS, TS_SOCKET and the addresses of the proxies.";
  return `${reason}: ${lastWords(log)}. ${advice}`;
}

function report(status: Status, note: string, when: "now" | "still"): void {
  const { name, addresses, tags } = selfOf(status);
  const facts = addresses.slice(0, 1).concat(tags);
  const already = when === "still" ? "already " : "";
  console.error(`spacetail: ${already}on the tailnet as ${name} (${facts.join(", ")}); ${note}.`);
}

function readLog(dir: RuntimeDir): () => string {
  return () => readText(dir.daemonLog) ?? "";
}
