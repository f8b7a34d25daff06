// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from "node:fs";

/** A process. Its start time distinguishes it from a later one with the same ID. */
export interface ProcessId {
  readonly pid: number;
  /** Clock ticks after boot, as the kernel prints them. */
  readonly start: string;
}

/** The fields of /proc/PID/stat that matter here. */
export interface ProcessStat {
  readonly pid: number;
  /** R, S, D, Z and so on. */
  readonly state: string;
  readonly parent: number;
  /** The first process of its session. */
  readonly session: number;
  /** How many of its threads there are. */
  readonly threads: number;
  readonly start: string;
}

/** Parses /proc/PID/stat; null if the text is cut off. The process name in it may contain blanks and parentheses. */
export function parseStat(text: string): ProcessStat | null {
  const close = text.lastIndexOf(")");
  const open = text.indexOf("(");
  if (close < 0 || open < 0) return null;
  const fields = text.slice(close + 2).split(" ");
  if (fields.length < 20) return null;
  return {
    pid: Number(text.slice(0, open).trim()),
    state: fields[0] ?? "",
    parent: Number(fields[1] ?? "0"),
    session: Number(fields[3] ?? "0"),
    threads: Number(fields[17] ?? "0"),
    start: fields[19] ?? "",
  };
}

/** All processes that can be seen, but for zombies. */
export function allProcesses(): ProcessStat[] {
  const found: ProcessStat[] = [];
  for (const name of readdirSync("/proc")) {
    const stat = Number(name) > 0 ? statOf(name) : null;
    if (stat !== null && !isDead(stat)) found.push(stat);
  }
  return found;
}

/** Identifies a running process; null if there is none or it is a zombie. */
export function identify(pid: number): ProcessId | null {
  const stat = statOf(`${pid}`);
  return stat === null || isDead(stat) ? null : { pid, start: stat.start };
}

export function thisProcess(): ProcessId {
  const stat = statOf("self");
  return { pid: process.pid, start: stat === null ? "" : stat.start };
}

/** The ID of the process that started this one; 0 if it is outside this PID namespace. */
export function parentPid(): number {
  return statOf("self")?.parent ?? 0;
}

/** The ID of the process that started another one; 0 if it is not known. */
export function parentOf(pid: number): number {
  return statOf(`${pid}`)?.parent ?? 0;
}

export function isSame(one: ProcessId, other: ProcessId): boolean {
  return one.pid === other.pid && one.start === other.start;
}

/** True while that very process runs. A zombie does not count: in many containers nobody reaps it. */
export function isRunning(id: ProcessId): boolean {
  const found = identify(id.pid);
  return found !== null && isSame(found, id);
}

/** Whether something that was parsed from JSON is a process. */
export function isProcessId(value: ProcessId | null | undefined): boolean {
  if (value === null || value === undefined) return false;
  return typeof value.pid === "number" && typeof value.start === "string";
}

/** Sends a signal to a process if it still runs; true if it was sent. */
export function signal(id: ProcessId, name: "SIGTERM" | "SIGKILL" | "SIGCONT" | "SIGHUP"): boolean {
  if (!isRunning(id)) return false;
  try {
    process.kill(id.pid, name);
    return true;
  } catch {
    return false;
  }
}

/** A process by its ID or "self"; null if there is none. */
function statOf(pid: string): ProcessStat | null {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return null;
  }
}

/**
 * X and x mean a process that is being removed, Z one that waits to be reaped, or whose first thread has ended before
 * others: those still listen on its sockets.
 */
function isDead({ state, threads }: ProcessStat): boolean {
  return state === "X" || state === "x" || (state === "Z" && threads <= 1);
}
