// SPDX-License-Identifier: Apache-2.0
import { readText } from "../process/files.js";
import type { ProcessId } from "../process/processes.js";

/** Clock ticks in a second, as Linux counts them for programs on all machines in question (USER_HZ). */
const TICKS = 100;

/** How long a process has been running, in milliseconds; 0 if nobody knows. */
export function ageOf(id: ProcessId): number {
  return ageAt(id, readText("/proc/uptime") ?? "");
}

/** @param uptime the text of /proc/uptime */
export function ageAt({ start }: ProcessId, uptime: string): number {
  const now = Number(uptime.split(" ")[0] ?? "");
  const began = Number(start) / TICKS;
  return uptime === "" || Number.isNaN(now) || Number.isNaN(began) ? 0 : Math.max(0, Math.round((now - began) * 1000));
}
