// SPDX-License-Identifier: Apache-2.0
import type { ChildProcess } from "node:child_process";
import { errorMessage } from "../errors/failure.js";
import { deadlineIn, remaining, sleep } from "../process/clock.js";
import { loginError } from "../tailnet/health.js";
import type { Status } from "../tailnet/ipn.js";
import type { LocalApi } from "../tailnet/local-api.js";
import type { NodeFate, StopReason } from "./state.js";

/**
 * How long the control server has to answer a registration that is under way. Nobody waits for it but the supervisor.
 * tailscaled cannot log out a node whose registration it has sent but not seen answered, and the control server admits
 * that node all the same. Milliseconds.
 */
const ADMISSION_MS = 15_000;

/** The same after an attempt to register has failed: tailscaled makes others, with pauses between them. */
const RETRIED_ADMISSION_MS = 3000;

/** How long the supervisor tries to log the node out, unless the container ends before. Milliseconds. */
const LOGOUT_MS = 600_000;

/** How long one attempt may take, and the longest pause between two. Milliseconds. */
const ATTEMPT_MS = 60_000;
const LONGEST_PAUSE_MS = 10_000;

/** How long tailscaled may take to answer on its socket. Milliseconds. */
const ANSWER_MS = 3000;

/** How often a tailscaled that was stopped is woken. Milliseconds. */
const WAKE_EVERY_MS = 1000;

/** tailscaled tries to log out itself for 5 s when it gets SIGTERM. Milliseconds. */
const DAEMON_END_MS = 6500;

/** A tunnel that leaves the tailnet. */
export interface Leaving {
  readonly api: LocalApi;
  readonly daemon: ChildProcess;
  /** Resolves when tailscaled has exited. */
  readonly daemonEnded: Promise<StopReason>;
  /** Whether `up` has asked tailscaled to register the node. */
  readonly joined: boolean;
  /** Called with what prevents the logout so far. */
  readonly report: (problem: string) => void;
}

/**
 * Logs the node out, and then ends tailscaled. Nothing here needs to write to a disk.
 *
 * Takes as long as the control server needs, up to a limit: a node that is not logged out may stay listed for ever.
 */
export async function leave(leaving: Leaving): Promise<NodeFate> {
  const { daemon, daemonEnded, joined } = leaving;
  let over = false;
  daemonEnded.then(() => {
    over = true;
  });
  // It may have been stopped, with SIGSTOP.
  daemon.kill("SIGCONT");
  const waking = setInterval(() => daemon.kill("SIGCONT"), WAKE_EVERY_MS);
  const node = joined ? await logOut(leaving, () => over) : "never-joined";
  clearInterval(waking);
  daemon.kill("SIGTERM");
  const ended = await Promise.race([daemonEnded.then(() => true), sleep(DAEMON_END_MS).then(() => false)]);
  if (ended) return node;
  daemon.kill("SIGKILL");
  return node === "unknown" ? "left-behind" : node;
}

async function logOut(leaving: Leaving, over: () => boolean): Promise<NodeFate> {
  const { api, report } = leaving;
  const failed = await awaitAdmission(leaving, over);
  if (failed !== null) return failed;
  const deadline = deadlineIn(LOGOUT_MS);
  let pause = 250;
  while (remaining(deadline) > 0 && !over()) {
    try {
      await api.logout(Math.min(ATTEMPT_MS, remaining(deadline)));
      return "logged-out";
    } catch (error) {
      report(withoutFrame(errorMessage(error)));
      if (!(await isReadyAgain(api))) return "unknown";
    }
    await sleep(pause);
    pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
  }
  return "left-behind";
}

/** Waits until the node can be logged out. What became of it if it cannot; else null. */
async function awaitAdmission({ api, report }: Leaving, over: () => boolean): Promise<NodeFate | null> {
  const began = deadlineIn(ADMISSION_MS);
  for (;;) {
    const status = await statusOf(api);
    if (status === null) {
      // It may still log out itself when it gets SIGTERM, if its socket was removed, say.
      report("tailscaled does not answer");
      return "unknown";
    }
    if (status.HaveNodeKey === true) return null;
    const error = loginError(status);
    const waited = ADMISSION_MS - remaining(began);
    if (over() || waited >= (error === "" ? ADMISSION_MS : RETRIED_ADMISSION_MS)) {
      report(error);
      return error === "" ? "unanswered" : "never-joined";
    }
    await sleep(20);
  }
}

/**
 * Prepares another attempt; false if tailscaled does not even answer. Its client of the control server forgets the
 * node's key when a logout fails, so it gets a new one, with the key. Source: tailscale.com v1.102.3,
 * control/controlclient/direct.go TryLogout.
 */
async function isReadyAgain(api: LocalApi): Promise<boolean> {
  try {
    await api.restart(ANSWER_MS);
    return true;
  } catch {
    return false;
  }
}

/** The text of tailscaled's answer in the message about it, which is the control server's or the network's. */
function withoutFrame(message: string): string {
  const mark = "(500: ";
  const at = message.indexOf(mark);
  return at < 0 ? message : message.slice(at + mark.length, message.lastIndexOf(")"));
}

/** tailscaled's status; null if it does not answer. */
async function statusOf(api: LocalApi): Promise<Status | null> {
  try {
    return await api.statusWithoutPeers(ANSWER_MS);
  } catch {
    return null;
  }
}
