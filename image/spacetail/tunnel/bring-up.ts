// SPDX-License-Identifier: Apache-2.0
import { redact } from "../../../contract/wire/secrets.js";
import { errorMessage, Failure } from "../errors/failure.js";
import { obtainAuthKey } from "../login/credential.js";
import { type Deadline, remaining, timeLeft } from "../process/clock.js";
import { readText } from "../process/files.js";
import type { ProcessId } from "../process/processes.js";
import { emptyRecord, readRecord, writeRecord } from "../proxies/proxy-record.js";
import { addressInUse, lastMessage, problemLines } from "../tailnet/daemon-log.js";
import type { Status } from "../tailnet/ipn.js";
import { join, joinPrefs } from "../tailnet/join.js";
import { type LocalApi, localApi } from "../tailnet/local-api.js";
import { reach } from "../tailnet/reach.js";
import { displayName, findPeer, selfOf } from "../tailnet/status.js";
import type { Attempt } from "./attempt.js";
import { inUseMessage, requireFree, waitForDaemon } from "./daemon.js";
import { type Interruption, stopOnSignals } from "./interruption.js";
import { acquire, realHolders } from "./lock.js";
import { reuseTunnel } from "./reuse.js";
import type { RuntimeDir } from "./runtime-dir.js";
import { type Started, startSupervisor } from "./start.js";
import { readState, reasonMessage } from "./state.js";
import { stopTunnel } from "./stop.js";

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
 * After a failure or a signal, everything it started is stopped again.
 */
export async function bringUp(attempt: Attempt): Promise<Outcome> {
  const { platform, dir, env, settings, deadline } = attempt;
  const release = await acquire(dir.lock, realHolders(), deadline);
  try {
    const present = await reuseTunnel(attempt);
    writeRecord(dir.proxies, settings, env, present === null ? emptyRecord() : readRecord(dir.proxies));
    if (present !== null) {
      const api = localApi(platform.connect, present.socket);
      const status = await api.status(timeLeft(deadline));
      const note = await reach(api, settings.waitFor, deadline);
      return { exitStatus: 0, report: reportOf(status, "already on the tailnet", note) };
    }
    await requireFree(attempt);
    if (remaining(deadline) === 0) throw new Failure("TS_BOOT_TIMEOUT passed before an earlier tunnel was gone.");
    return await startTunnel(attempt);
  } finally {
    release();
  }
}

async function startTunnel(attempt: Attempt): Promise<Outcome> {
  const { dir } = attempt;
  let supervisor: ProcessId | null = null;
  const stop = async (): Promise<void> => {
    await stopTunnel(dir, supervisor);
  };
  const interruption = stopOnSignals(stop);
  const started = startSupervisor(attempt);
  supervisor = started.supervisor;
  const interrupted = interruption.stopped.then((exitStatus): Outcome => ({ exitStatus, report: "" }));
  const work = async (): Promise<Outcome> => {
    const secrets = [attempt.secret];
    try {
      return await Promise.race([joinTailnet(attempt, started, secrets), failure(dir, started)]);
    } catch (error) {
      return await explain(attempt, error, secrets, interruption, stop);
    }
  };
  return await Promise.race([work(), interrupted]);
}

/** @param secrets collects what must not be shown */
async function joinTailnet(attempt: Attempt, started: Started, secrets: string[]): Promise<Outcome> {
  const { platform, dir, settings, deadline, trace } = attempt;
  const api = localApi(platform.connect, started.socket);
  // The key is minted while tailscaled starts.
  const key = obtainAuthKey(attempt, attempt.secret);
  const ready = waitForDaemon(api, deadline).then(() => "");
  const [authKey] = await Promise.all([key, ready]);
  secrets.push(authKey);
  trace("tailscaled answers, auth key obtained");
  const prefs = joinPrefs(settings, readText("/proc/sys/kernel/hostname") ?? "");
  await join(api, { AuthKey: authKey, UpdatePrefs: prefs }, () => daemonLog(dir), deadline);
  trace("running");
  await useExitNode(api, settings.exitNode, deadline);
  const status = await api.status(timeLeft(deadline));
  const note = await reach(api, settings.waitFor, deadline);
  return { exitStatus: 0, report: reportOf(status, "on the tailnet", note) };
}

/** Rejects when the supervisor exits, which it does not do while the tunnel is up. */
async function failure(dir: RuntimeDir, started: Started): Promise<Outcome> {
  const how = await started.ended;
  throw new Failure(exitMessage(dir, how));
}

/** Stops everything and throws what the user should read: one line, and perhaps some of tailscaled's. */
async function explain(
  attempt: Attempt,
  error: unknown,
  secrets: readonly string[],
  interruption: Interruption,
  stop: () => Promise<void>,
): Promise<Outcome> {
  // What a signal stopped fails somehow, which is not what the user needs to know.
  if (interruption.exitStatus() !== 0) return { exitStatus: await interruption.stopped, report: "" };
  const log = daemonLog(attempt.dir);
  const reason = readState(attempt.dir)?.reason ?? null;
  await stop();
  const byDaemon = reason === null || reason.cause === "daemon-exited" || reason.cause === "daemon-not-started";
  const line = byDaemon ? errorMessage(error) : `The tunnel went down before it was ready: ${reasonMessage(reason)}.`;
  const lines = problemLines(log, secrets, 5).map((one) => `  tailscaled: ${one}`);
  throw new Failure([redact(line, secrets)].concat(lines).join("\n"));
}

async function useExitNode(api: LocalApi, wanted: string, deadline: Deadline): Promise<void> {
  if (wanted === "") return;
  const peer = findPeer(await api.status(timeLeft(deadline)), wanted);
  if (peer === null) throw new Failure(`No node named "${wanted}". Check --exit-node in TS_EXTRA_ARGS.`);
  if (!peer.ExitNodeOption) {
    throw new Failure(`${displayName(peer)} is not an exit node, or has not been approved as one.`);
  }
  await api.editPrefs({ ExitNodeID: peer.ID, ExitNodeIDSet: true }, timeLeft(deadline));
}

/** @param how how the supervisor ended */
function exitMessage(dir: RuntimeDir, how: string): string {
  const log = daemonLog(dir);
  const address = addressInUse(log);
  if (address !== "") return inUseMessage(address);
  const reason = readState(dir)?.reason ?? null;
  if (reason === null) {
    return `The supervisor exited unexpectedly (${how}: ${lastMessage(readText(dir.supervisorLog) ?? "")}).`;
  }
  const advice = "Check TS_TAILSCALED_EXTRA_ARGS, TS_SOCKET and the proxy addresses.";
  return `${reasonMessage(reason)}: ${lastMessage(log)}. ${advice}`;
}

function reportOf(status: Status, what: string, note: string): string {
  const { name, addresses, tags } = selfOf(status);
  const facts = addresses.slice(0, 1).concat(tags);
  return `${what} as ${name} (${facts.join(", ")}); ${note}.`;
}

function daemonLog(dir: RuntimeDir): string {
  return readText(dir.daemonLog) ?? "";
}
