// SPDX-License-Identifier: Apache-2.0
import { rmSync } from "node:fs";
import { formatHostPort } from "../../../contract/wire/addresses.js";
import { quoted, redact } from "../../../contract/wire/secrets.js";
import type { Settings } from "../../../contract/wire/settings.js";
import { errorMessage, Failure } from "../errors/failure.js";
import { obtainAuthKey } from "../login/credential.js";
import { bypassedMessage } from "../names/bypassed.js";
import { type Deadline, remaining, timeLeft } from "../process/clock.js";
import { readText, writePrivate } from "../process/files.js";
import { isRunning, isSame, type ProcessId } from "../process/processes.js";
import { emptyRecord, forgetRecord, proxiesOfRun, readRecord, writeRecord } from "../proxies/proxy-record.js";
import { lastMessage, problemLines } from "../tailnet/daemon-log.js";
import type { Status } from "../tailnet/ipn.js";
import { join, joinPrefs } from "../tailnet/join.js";
import { type LocalApi, localApi } from "../tailnet/local-api.js";
import { reach } from "../tailnet/reach.js";
import { displayName, findPeer, peersOf, selfOf } from "../tailnet/status.js";
import type { Attempt } from "./attempt.js";
import { listenMessage, requireFree, waitForDaemon } from "./daemon.js";
import { type Interruption, stopOnSignals } from "./interruption.js";
import { acquire, realHolders } from "./lock.js";
import { reuseTunnel } from "./reuse.js";
import { type RuntimeDir, readDaemonLog } from "./runtime-dir.js";
import { publishSocket } from "./socket.js";
import { type Started, startSupervisor } from "./start.js";
import {
  find,
  readLaunch,
  readState,
  reasonMessage,
  STATE_SIZE,
  type State,
  type StopReason,
  writeLaunch,
} from "./state.js";
import { askToStop, hasEnded } from "./stop.js";

/** How an attempt ended. */
export interface Outcome {
  /** 0, or the exit status that a signal asks for. */
  readonly exitStatus: number;
  /** One line about the node; empty after a signal. */
  readonly report: string;
}

/**
 * Puts this machine on the tailnet and returns when traffic flows: gets an auth key, starts the supervisor with
 * tailscaled, logs in, and proves that peers or the services of TS_WAIT_FOR can be reached. One deadline,
 * TS_BOOT_TIMEOUT, applies to all of it. Uses a tunnel that is already up.
 *
 * After a failure or a signal, the supervisor stops everything again; nobody waits for the node's logout.
 */
export async function bringUp(attempt: Attempt): Promise<Outcome> {
  const { dir, env, settings, deadline, progress } = attempt;
  progress.waitFor("another `spacetail up`");
  const release = await acquire(dir.lock, realHolders(), deadline);
  try {
    for (;;) {
      const present = await reuseTunnel(attempt);
      writeRecord(dir.proxies, settings, env, present === null ? emptyRecord() : readRecord(dir.proxies));
      if (present === null) return await startNew(attempt);
      try {
        return await greet(attempt, present);
      } catch (error) {
        const reason = await endReason(attempt, present);
        if (reason === null) throw error;
        // Start another, unless someone asked for none.
        if (reason.cause === "requested" || reason.cause === "interrupted") {
          forgetRecord(dir.proxies, env);
          throw new Failure(`The tunnel went down: ${reasonMessage(reason)}.`);
        }
      }
    }
  } finally {
    release();
  }
}

/** Why a tunnel that was up has gone down meanwhile; null if it is still up. */
async function endReason({ dir }: Attempt, present: State): Promise<StopReason | null> {
  if (!(await hasEnded(dir, present))) return null;
  const state = readState(dir);
  const own = state !== null && isSame(state.supervisor, present.supervisor) ? state.reason : null;
  return own ?? { cause: "daemon-exited", detail: "" };
}

/** Waits until traffic flows through a tunnel that was up already. */
async function greet(attempt: Attempt, { socket }: State): Promise<Outcome> {
  const { platform, settings, deadline, progress } = attempt;
  const api = localApi(platform.net.connectUnix, socket);
  const status = await api.status(timeLeft(deadline));
  progress.waitFor(reachedMessage(settings));
  sayWhatIsBypassed(attempt, status);
  const note = await reach(api, settings.waitFor, false, deadline);
  return { exitStatus: 0, report: reportOf(status, "already on the tailnet", note) };
}

/** Starts a tunnel where there is none. */
async function startNew(attempt: Attempt): Promise<Outcome> {
  let isUp = false;
  try {
    await requireFree(attempt);
    if (remaining(attempt.deadline) === 0)
      throw new Failure("TS_BOOT_TIMEOUT passed before tailscaled could be started.");
    const outcome = await startTunnel(attempt);
    isUp = outcome.exitStatus === 0;
    return outcome;
  } finally {
    // Hooks export nothing after an `up` that failed, so there is nothing to bring back.
    if (!isUp) forgetRecord(attempt.dir.proxies, attempt.env);
  }
}

/** A tunnel that is being started. */
interface Startup {
  readonly attempt: Attempt;
  readonly started: Started;
  readonly interruption: Interruption;
  readonly stop: () => Promise<void>;
  /** What must not be shown; grows when the key is there. */
  readonly secrets: string[];
  /** Whether it has ended, so that the directory may be another tunnel's. */
  readonly isOver: () => boolean;
}

async function startTunnel(attempt: Attempt): Promise<Outcome> {
  let supervisor: ProcessId | null = null;
  const stop = async (): Promise<void> => {
    await askToStop(attempt.dir, supervisor);
  };
  const interruption = stopOnSignals(stop);
  const started = startSupervisor(attempt);
  supervisor = started.supervisor;
  let isOver = false;
  const startup: Startup = { attempt, started, interruption, stop, secrets: [attempt.secret], isOver: () => isOver };
  const ended = started.ended.then((how): Outcome => {
    if (isOver) return { exitStatus: 0, report: "" };
    throw new Failure(exitMessage(attempt, started, how));
  });
  const work = async (): Promise<Outcome> => {
    try {
      return await Promise.race([joinTailnet(startup), ended]);
    } catch (error) {
      return await giveUp(startup, error);
    } finally {
      isOver = true;
    }
  };
  const interrupted = interruption.stopped.then((exitStatus): Outcome => ({ exitStatus, report: "" }));
  return await Promise.race([work(), interrupted]);
}

async function joinTailnet(startup: Startup): Promise<Outcome> {
  const { attempt, started, secrets } = startup;
  const { platform, dir, settings, machine, deadline, trace, progress } = attempt;
  const api = localApi(platform.net.connectUnix, started.ownSocket);
  progress.waitFor(settings.credential === "authkey" ? "tailscaled" : `the API at ${attempt.key.apiUrl}`);
  // The key is minted while tailscaled starts.
  const key = obtainAuthKey(attempt);
  const ready = waitForDaemon(api, deadline).then(() => {
    publish(startup);
    return "";
  });
  const [authKey] = await Promise.all([key, ready]);
  secrets.push(authKey);
  trace("tailscaled answers, auth key obtained");
  const options = { AuthKey: authKey, UpdatePrefs: joinPrefs(settings, machine, attempt.networking === "kernel") };
  // From now on the control server may have admitted the node, whatever becomes of this process.
  writePrivate(dir.joining, "");
  progress.waitFor(`the control server ${settings.controlUrl}`);
  await join(api, options, () => readDaemonLog(dir), deadline, null);
  trace("running");
  return { exitStatus: 0, report: await settle(attempt, api) };
}

/** Gives the socket its public name, unless the supervisor, which removes it, is stopping or dead. */
function publish({ attempt, started, isOver }: Startup): void {
  const { supervisor } = started;
  if (isOver() || supervisor === null || !isRunning(supervisor)) return;
  publishSocket(started.ownSocket, started.socket);
  if (readState(attempt.dir)?.phase === "stopping") rmSync(started.socket, { force: true });
}

/** Waits until traffic flows through a node that has joined. Returns one line about the node. */
export async function settle(attempt: Attempt, api: LocalApi): Promise<string> {
  const { dir, settings, deadline, progress } = attempt;
  await useExitNode(api, settings.exitNode, deadline);
  const status = await api.status(timeLeft(deadline));
  if (settings.ssh) noteAddresses(dir, status);
  progress.waitFor(reachedMessage(settings));
  sayWhatIsBypassed(attempt, status);
  const note = await reach(api, settings.waitFor, true, deadline);
  // The supervisor waits until the node is admitted before it logs out, so a tunnel may be up and stopping.
  if (readState(dir)?.phase === "stopping") throw new Failure("The tunnel went down.");
  noteReady(dir, deadline.totalMs - remaining(deadline));
  return reportOf(status, "on the tailnet", note);
}

/** Stops everything and throws what the user should read: one line, and perhaps some of tailscaled's. */
async function giveUp({ attempt, interruption, stop, secrets }: Startup, error: unknown): Promise<Outcome> {
  // After a signal the error is only a consequence of stopping.
  if (interruption.exitStatus() !== 0) return { exitStatus: await interruption.stopped, report: "" };
  const log = readDaemonLog(attempt.dir);
  const reason = readState(attempt.dir)?.reason ?? null;
  await stop();
  // Of these causes the error tells all.
  const causes: readonly string[] = ["daemon-exited", "daemon-not-started", "cannot-listen"];
  const isTold = reason === null || causes.includes(reason.cause);
  const line = isTold ? errorMessage(error) : earlyMessage(reason);
  const lines = problemLines(log, secrets, 5, line).map((one) => `  tailscaled: ${one}`);
  throw new Failure([redact(line, secrets)].concat(lines).join("\n"));
}

async function useExitNode(api: LocalApi, wanted: string, deadline: Deadline): Promise<void> {
  if (wanted === "") return;
  const peer = findPeer(await api.status(timeLeft(deadline)), wanted);
  if (peer === null) throw new Failure(`No node named ${quoted(wanted)}. Check --exit-node in TS_EXTRA_ARGS.`);
  if (!peer.ExitNodeOption) {
    throw new Failure(`${displayName(peer)} is not an exit node, or has not been approved as one.`);
  }
  await api.editPrefs({ ExitNodeID: peer.ID, ExitNodeIDSet: true }, timeLeft(deadline));
}

/** A NO_PROXY that covers the tailnet is the run's own affair, but nobody would find out why nothing goes through. */
function sayWhatIsBypassed({ settings, env }: Attempt, status: Status): void {
  const own = proxiesOfRun(settings, env);
  const line = bypassedMessage(`${own.NO_PROXY ?? ""},${own.no_proxy ?? ""}`, peersOf(status));
  if (line !== "") console.error(`spacetail: ${line}`);
}

function earlyMessage(reason: StopReason): string {
  return `The tunnel went down before it was ready: ${reasonMessage(reason)}.`;
}

/** @param how how the supervisor ended */
export function exitMessage({ dir, settings }: Attempt, { id }: Started, how: string): string {
  const log = readDaemonLog(dir);
  const reason = readState(dir)?.reason ?? null;
  if (reason === null) {
    // `down` may signal it before it handles signals.
    if (how === "SIGTERM") return earlyMessage({ cause: "requested", detail: "" });
    // A supervisor that cannot write cannot say so either. If it was killed, its record of tailscaled is still needed.
    if (readLaunch(dir)?.id === id && find(dir).found !== "daemon-only")
      writePrivate(dir.state, " ".repeat(STATE_SIZE));
    const last = lastMessage(readText(dir.supervisorLog) ?? "");
    return `The supervisor exited unexpectedly (${last === "" ? how : `${how}: ${last}`}).`;
  }
  if (reason.cause === "cannot-listen") return listenMessage(reason.detail, settings.forwards);
  const advice = "Check TS_TAILSCALED_EXTRA_ARGS, TS_SOCKET and the proxy addresses.";
  const launch = readLaunch(dir);
  // The name of the socket that users know.
  const last = launch === null ? lastMessage(log) : lastMessage(log).split(launch.ownSocket).join(launch.socket);
  return `${reasonMessage(reason)}: ${last}. ${advice}`;
}

function reportOf(status: Status, what: string, note: string): string {
  const { name, addresses, tags } = selfOf(status);
  const facts = addresses.slice(0, 1).concat(tags);
  return `${what} as ${name} (${facts.join(", ")}); ${note}.`;
}

/** Writes down how long it took. Nobody else writes this file while `up` has the lock. */
function noteReady(dir: RuntimeDir, readyMs: number): void {
  const launch = readLaunch(dir);
  try {
    if (launch !== null) writeLaunch(dir, { ...launch, readyMs });
  } catch {
    // On a full disk the tunnel ends without a summary.
  }
}

/** Writes down the addresses by which sessions of SSH are recognized. */
function noteAddresses(dir: RuntimeDir, status: Status): void {
  const launch = readLaunch(dir);
  if (launch !== null) writeLaunch(dir, { ...launch, addresses: selfOf(status).addresses });
}

/** What an attempt waits for last. */
function reachedMessage({ waitFor }: Settings): string {
  return waitFor.length === 0 ? "peers" : waitFor.map((target) => formatHostPort(target)).join(", ");
}
