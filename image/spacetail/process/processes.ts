// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";

/** A process, told apart from a later one with the same id by its start time. */
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
  readonly start: string;
}

/** Reads the text of /proc/PID/stat; null if it is cut off. The name in it may hold blanks and parentheses. */
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
    start: fields[19] ?? "",
  };
}

/** A process by its id or "self"; null if there is none. */
export function statOf(pid: string): ProcessStat | null {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return null;
  }
}

/** Identifies a running process; null if there is none or it is a zombie. */
export function identify(pid: number): ProcessId | null {
  const stat = statOf(`${pid}`);
  return stat === null || isDead(stat.state) ? null : { pid, start: stat.start };
}

/** This process. */
export function self(): ProcessId {
  const stat = statOf("self");
  return { pid: process.pid, start: stat === null ? "" : stat.start };
}

/** True while that very process runs. A zombie is gone: in many containers nobody reaps it. */
export function isRunning(id: ProcessId): boolean {
  const { pid, start } = id;
  return identify(pid)?.start === start;
}

/** Sends a signal to a process if it still runs; true if it was sent. */
export function signal(id: ProcessId, name: "SIGTERM" | "SIGKILL"): boolean {
  if (!isRunning(id)) return false;
  try {
    process.kill(id.pid, name);
    return true;
  } catch {
    return false;
  }
}

/** X and x are a process that is being taken apart, Z one that waits to be reaped. */
function isDead(state: string): boolean {
  return state === "Z" || state === "X" || state === "x";
}
