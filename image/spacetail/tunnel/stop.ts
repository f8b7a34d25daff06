// SPDX-License-Identifier: Apache-2.0
import { existsSync, linkSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { errorCode } from "../errors/failure.js";
import { type Deadline, deadlineIn, remaining, sleep } from "../process/clock.js";
import { isRunning, isSame, type ProcessId, signal } from "../process/processes.js";
import { hasLoggedOut } from "../tailnet/daemon-log.js";
import { asideDir, asideDirs, type RuntimeDir, readDaemonLog } from "./runtime-dir.js";
import { killSessions } from "./ssh-sessions.js";
import { type Ephemeral, find, type NodeFate, readLaunch, readState, type State } from "./state.js";
import type { Summary } from "./summary.js";
import { supervisors } from "./supervisors.js";

/** What a stop found and did. */
export interface Stopped {
  readonly node: NodeFate;
  readonly ephemeral: Ephemeral;
  /** True if the supervisor still tries to log the node out. */
  readonly pending: boolean;
  /** Why the node has not been logged out; empty if it has, or if nobody knows. */
  readonly problem: string;
  /** What the tunnel was used for; null if nobody knows. */
  readonly summary: Summary | null;
}

/** `down` must return within 15 s; this leaves time to kill what did not end. Milliseconds. */
const PATIENCE_MS = 10_000;

/** How long `down` waits for further attempts after one to log the node out has failed. Milliseconds. */
const RETRY_PATIENCE_MS = 3000;

/** How long a supervisor may take to notice a signal before it is killed. Milliseconds. */
const NOTICE_MS = 5000;

/** tailscaled tries to log out itself for 5 s when it gets SIGTERM. Milliseconds. */
const DAEMON_END_MS = 6500;

/** How long a supervisor may take from giving up the socket to saying so. Milliseconds. */
const NOTIFY_MS = 1000;

/** How long the kernel may take to end a process that was killed. Milliseconds. */
const KILL_MS = 1000;

/**
 * Ends the tunnels that are recorded in the directory, and waits until their nodes are logged out, as long as `down`
 * can. Needs neither credential nor control server.
 *
 * @returns null if there was nothing to stop
 */
export async function stopTunnels(dir: RuntimeDir): Promise<Stopped | null> {
  const deadline = deadlineIn(PATIENCE_MS);
  const current = await askToStop(dir, null);
  let last: Stopped | null = current === null ? null : await awaitEnd(dir, current, deadline);
  for (const { aside, supervisor } of leavingTunnels(dir)) {
    const ended = await awaitEnd(aside, supervisor, deadline);
    if (last === null) last = ended;
    else if (ended.pending) last = { ...ended, summary: last.summary };
  }
  return last;
}

/**
 * Asks the supervisor of the directory to take its tunnel down, and waits until it has given up what the next tunnel
 * needs. It goes on by itself.
 *
 * @param started a supervisor that the caller has started, which may not be recorded yet; otherwise null
 * @returns the supervisor; null if there is none, or none any more
 */
export async function askToStop(dir: RuntimeDir, started: ProcessId | null): Promise<ProcessId | null> {
  const { found, state } = find(dir);
  if (found === "daemon-only" && state !== null && state.daemon !== null) {
    // The supervisor was killed. tailscaled has got SIGTERM from the kernel, and logs out on its own.
    await endDaemon(state.daemon);
    killSessions(readLaunch(dir)?.addresses ?? []);
    return state.supervisor;
  }
  const supervisor = state === null || found === "none" ? (started ?? unrecorded(dir)) : state.supervisor;
  if (supervisor === null || !isRunning(supervisor)) return null;
  signal(supervisor, "SIGTERM");
  // It may have been stopped, with SIGSTOP.
  signal(supervisor, "SIGCONT");
  const deadline = deadlineIn(NOTICE_MS);
  while (isRunning(supervisor)) {
    const now = readState(dir);
    if (now !== null && isSame(now.supervisor, supervisor) && now.phase !== "up") return supervisor;
    if (remaining(deadline) === 0) {
      await kill(supervisor);
      if (now !== null && now.daemon !== null) await endDaemon(now.daemon);
      return supervisor;
    }
    await sleep(5);
  }
  return supervisor;
}

/** A tunnel that was set aside and is still leaving. */
export interface LeavingTunnel {
  readonly aside: RuntimeDir;
  readonly supervisor: ProcessId;
}

/** The tunnels that were set aside and are still leaving. */
export function leavingTunnels(dir: RuntimeDir): LeavingTunnel[] {
  const leaving: LeavingTunnel[] = [];
  for (const aside of asideDirs(dir)) {
    const state = readState(aside);
    if (state !== null && isRunning(state.supervisor)) leaving.push({ aside, supervisor: state.supervisor });
  }
  return leaving;
}

/**
 * Removes the files of tunnels that were set aside and have left. An `up` that holds the lock calls this before it sets
 * another tunnel aside, whose last words a `down` may still have to read.
 */
export function sweepAside(dir: RuntimeDir): void {
  const leaving = leavingTunnels(dir).map(({ aside }) => aside.path);
  for (const { path } of asideDirs(dir)) if (!leaving.includes(path)) rmSync(path, { recursive: true, force: true });
}

/** Moves the files of a tunnel that is leaving out of the way of the next one. Its supervisor finds them there. */
export function setAside(dir: RuntimeDir, supervisor: ProcessId): void {
  const aside = asideDir(dir, supervisor.pid);
  mkdirSync(aside.path, { mode: 0o700 });
  // The supervisor writes there as soon as there is a directory, and its words are later than these.
  try {
    linkSync(dir.state, aside.state);
  } catch (error) {
    if (errorCode(error) !== "EEXIST" && existsSync(dir.state)) renameSync(dir.state, aside.state);
  }
  rmSync(dir.state, { force: true });
  for (const [from, to] of [
    [dir.joining, aside.joining],
    [dir.daemonLog, aside.daemonLog],
    [dir.supervisorLog, aside.supervisorLog],
    [dir.launch, aside.launch],
  ]) {
    if (from !== undefined && to !== undefined && existsSync(from)) renameSync(from, to);
  }
}

/** Whether a tunnel that was up a moment ago, and no longer answers, is going down. */
export async function hasEnded(dir: RuntimeDir, { socket }: State): Promise<boolean> {
  const deadline = deadlineIn(NOTIFY_MS);
  while (!existsSync(socket) && find(dir).found === "up" && remaining(deadline) > 0) await sleep(5);
  return find(dir).found !== "up";
}

/** A supervisor of the directory whose files were removed; null if there is none. */
export function unrecorded(dir: RuntimeDir): ProcessId | null {
  const found = supervisors().find((one) => one.dir === dir.path && !isAside(dir, one.id));
  return found === undefined ? null : found.id;
}

function isAside(dir: RuntimeDir, supervisor: ProcessId): boolean {
  return existsSync(asideDir(dir, supervisor.pid).path);
}

/** Waits until a supervisor that is stopping has ended, as long as that makes sense. */
export async function awaitEnd(dir: RuntimeDir, supervisor: ProcessId, deadline: Deadline): Promise<Stopped> {
  let failed: Deadline | null = null;
  let own: State | null = null;
  for (;;) {
    // In this order, because it writes its last words before it exits.
    const running = isRunning(supervisor);
    const record = recordOf(dir, supervisor);
    // Another command may have removed its files since.
    if (record !== null) own = record.state;
    if (!running) {
      if (own === null) return UNKNOWN;
      return record === null ? stopped(own, false) : withLog(record.place, stopped(own, false));
    }
    if (own !== null && own.problem !== "" && failed === null) failed = deadlineIn(RETRY_PATIENCE_MS);
    if (remaining(deadline) === 0 || (failed !== null && remaining(failed) === 0)) {
      return own === null ? UNKNOWN : stopped(own, true);
    }
    await sleep(5);
  }
}

/** What a supervisor has recorded, and where: an `up` may have set its files aside. Null if they are gone. */
function recordOf(dir: RuntimeDir, supervisor: ProcessId): { place: RuntimeDir; state: State } | null {
  for (const place of [dir, asideDir(dir, supervisor.pid)]) {
    const state = readState(place);
    if (state !== null && isSame(state.supervisor, supervisor)) return { place, state };
  }
  return null;
}

const UNKNOWN: Stopped = { node: "unknown", ephemeral: "unknown", pending: false, problem: "", summary: null };

function stopped({ node, ephemeral, problem, summary }: State, pending: boolean): Stopped {
  return { node, ephemeral, pending, problem, summary };
}

/** What tailscaled says, if the supervisor could not. */
function withLog(dir: RuntimeDir, found: Stopped): Stopped {
  if (found.node !== "unknown" || !hasLoggedOut(readDaemonLog(dir))) return found;
  return { ...found, node: "logged-out" };
}

/** Ends a tailscaled whose supervisor is dead. */
async function endDaemon(daemon: ProcessId): Promise<void> {
  signal(daemon, "SIGTERM");
  signal(daemon, "SIGCONT");
  if (!(await exited(daemon, deadlineIn(DAEMON_END_MS)))) await kill(daemon);
}

/** Kills a process if it is still running. */
async function kill(id: ProcessId): Promise<void> {
  if (signal(id, "SIGKILL")) await exited(id, deadlineIn(KILL_MS));
}

/** Waits until a process has exited; false if it has not at the deadline. */
export async function exited(id: ProcessId, deadline: Deadline): Promise<boolean> {
  while (isRunning(id)) {
    if (remaining(deadline) === 0) return false;
    await sleep(5);
  }
  return true;
}
