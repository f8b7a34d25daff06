// SPDX-License-Identifier: Apache-2.0
import { errorMessage } from "../errors/failure.js";
import { deadlineIn, remaining, sleep } from "../process/clock.js";
import { readText } from "../process/files.js";
import { allProcesses, isRunning, type ProcessId, type ProcessStat, signal } from "../process/processes.js";
import type { LocalApi } from "../tailnet/local-api.js";
import type { RuntimeDir } from "./runtime-dir.js";
import type { Launch } from "./state.js";

/** How long tailscaled may take to close the door. Milliseconds. */
const CLOSE_MS = 1000;

/** How long sessions have to end by themselves. Milliseconds. */
const GRACE_MS = 500;

/**
 * Where the host keys of a tunnel are. Each has its own directory, because one that is leaving may still be there.
 *
 * @param id the tunnel's
 */
export function hostKeyDir(dir: RuntimeDir, id: string): string {
  return `${dir.path}/keys-${id}`;
}

/** Whether peers may log in, as far as tailscaled's command line says. */
export function hasSsh(dir: RuntimeDir, { id, daemon }: Launch): boolean {
  return daemon.includes(`--statedir=${hostKeyDir(dir, id)}`);
}

/**
 * Ends all sessions of Tailscale SSH, and lets nobody in any more. tailscaled kills only the first process of a
 * session, and what that one has started lives on.
 *
 * @param daemon the process ID of tailscaled
 * @param addresses the node's own addresses
 */
export async function endSessions(api: LocalApi, daemon: number, addresses: readonly string[]): Promise<void> {
  const sessions = sessionProcesses(allProcesses(), daemon, addresses);
  try {
    await api.editPrefs({ RunSSH: false, RunSSHSet: true, ShieldsUp: true, ShieldsUpSet: true }, CLOSE_MS);
  } catch (error) {
    console.error(`spacetail: ${errorMessage(error)}`);
  }
  for (const one of sessions) signal(one, "SIGHUP");
  const deadline = deadlineIn(GRACE_MS);
  while (remaining(deadline) > 0 && sessions.some((one) => isRunning(one))) await sleep(10);
  for (const one of sessions) signal(one, "SIGKILL");
  killSessions(addresses);
}

/** Kills what sessions have started, where tailscaled is gone. */
export function killSessions(addresses: readonly string[]): void {
  for (const one of sessionProcesses(allProcesses(), 0, addresses)) signal(one, "SIGKILL");
}

/**
 * The processes that sessions have started, directly or not: those with the variable of a session, and those below a
 * process that tailscaled has given a session of its own. With root's `login` or `su`, only the latter is true; after
 * the end of a session, only the former.
 */
export function sessionProcesses(
  all: readonly ProcessStat[],
  daemon: number,
  addresses: readonly string[],
): ProcessId[] {
  const pids: number[] = [];
  for (const { pid, parent, session } of all) {
    const isFirst = daemon > 0 && parent === daemon && session === pid;
    if (isFirst || isOfSession(variablesOf(pid), addresses)) pids.push(pid);
  }
  for (let added = true; added; ) {
    added = false;
    for (const { pid, parent } of all) {
      if (!pids.includes(pid) && pids.includes(parent)) {
        pids.push(pid);
        added = true;
      }
    }
  }
  const found: ProcessId[] = [];
  for (const { pid, start } of all) if (pids.includes(pid)) found.push({ pid, start });
  return found;
}

/** Whether a process has the variable of a session: `SSH_CONNECTION=CLIENT PORT SERVER PORT`. */
export function isOfSession(variables: readonly string[], addresses: readonly string[]): boolean {
  const mark = "SSH_CONNECTION=";
  const connection = variables.find((one) => one.startsWith(mark)) ?? "";
  const server = connection.slice(mark.length).split(" ")[2] ?? "";
  return server !== "" && addresses.includes(server);
}

/** Empty for processes of other users. */
function variablesOf(pid: number): string[] {
  return (readText(`/proc/${pid}/environ`) ?? "").split("\0");
}
