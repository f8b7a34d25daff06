// SPDX-License-Identifier: Apache-2.0
import { quoted, redact } from "../../../contract/wire/secrets.js";
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
      const api = localApi(platform.net.connectUnix, present.socket);
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

/** A tunnel that is being started. */
interface Startup {
  readonly attempt: Attempt;
  readonly started: Started;
  readonly interruption: Interruption;
  readonly stop: () => Promise<void>;
  /** What must not be shown; grows when the key is there. */
  readonly secrets: string[];
}

async function startTunnel(attempt: Attempt): Promise<Outcome> {
  let supervisor: ProcessId | null = null;
  const stop = async (): Promise<void> => {
    await stopTunnel(attempt.dir, supervisor);
  };
  const interruption = stopOnSignals(stop);
  const started = startSupervisor(attempt);
  supervisor = started.supervisor;
  const startup: Startup = { attempt, started, interruption, stop, secrets: [attempt.secret] };
  const work = async (): Promise<Outcome> => {
    try {
      return await Promise.race([joinTailnet(startup), earlyExit(startup)]);
    } catch (error) {
      return await giveUp(startup, error);
    }
  };
  const interrupted = interruption.stopped.then((exitStatus): Outcome => ({ exitStatus, report: "" }));
  return await Promise.race([work(), interrupted]);
}

async function joinTailnet({ attempt, started, secrets }: Startup): Promise<Outcome> {
  const { platform, dir, settings, machine, deadline, trace } = attempt;
  const api = localApi(platform.net.connectUnix, started.socket);
  // The key is minted while tailscaled starts.
  const key = obtainAuthKey(attempt);
  const ready = waitForDaemon(api, deadline).then(() => "");
  const [authKey] = await Promise.all([key, ready]);
  secrets.push(authKey);
  trace("tailscaled answers, auth key obtained");
  const options = { AuthKey: authKey, UpdatePrefs: joinPrefs(settings, machine) };
  await join(api, options, () => daemonLog(dir), deadline);
  trace("running");
  await useExitNode(api, settings.exitNode, deadline);
  const status = await api.status(timeLeft(deadline));
  const note = await reach(api, settings.waitFor, deadline);
  return { exitStatus: 0, report: reportOf(status, "on the tailnet", note) };
}

/** Rejects when the supervisor exits, which it does not do while the tunnel is up. */
async function earlyExit({ attempt, started }: Startup): Promise<Outcome> {
  const how = await started.ended;
  throw new Failure(exitMessage(attempt.dir, how));
}

/** Stops everything and throws what the user should read: one line, and perhaps some of tailscaled's. */
async function giveUp({ attempt, interruption, stop, secrets }: Startup, error: unknown): Promise<Outcome> {
  // After a signal the error is only a consequence of stopping.
  if (interruption.exitStatus() !== 0) return { exitStatus: await interruption.stopped, report: "" };
  const log = daemonLog(attempt.dir);
  const reason = readState(attempt.dir)?.reason ?? null;
  await stop();
  const byDaemon = reason === null || reason.cause === "daemon-exited" || reason.cause === "daemon-not-started";
  const line = byDaemon ? errorMessage(error) : `The tunnel went down before it was ready: ${reasonMessage(reason)}.`;
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

/** @param how how the supervisor ended */
function exitMessage(dir: RuntimeDir, how: string): string {
  const log = daemonLog(dir);
  const address = addressInUse(log);
  if (address !== "") return inUseMessage(address);
  const reason = readState(dir)?.reason ?? null;
  if (reason === null) {
    const last = lastMessage(readText(dir.supervisorLog) ?? "");
    return `The supervisor exited unexpectedly (${last === "" ? how : `${how}: ${last}`}).`;
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
