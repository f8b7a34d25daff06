// SPDX-License-Identifier: Apache-2.0
import { readText } from "../process/files.js";

/**
 * Descriptors for everything except clients: listeners, logs, requests to tailscaled (dozens while knocking), and the
 * least number of refusals.
 */
const RESERVED = 160;

/**
 * What a client takes: its own connection, and the one that is made for it. tailscaled has the same limit, and takes as
 * many for a client that is handed over.
 */
const PER_CLIENT = 2;

/** How many clients beyond the capacity get an answer at the same time: one for every eight, and at least 16. */
const LEAST_REFUSALS = 16;
const CLIENTS_PER_REFUSAL = 8;

/** How many clients this process can serve at the same time, by its limit of open files. */
export function capacity(): number {
  return capacityOf(openFilesLimit(readText("/proc/self/limits") ?? ""));
}

/** The same for a limit. */
export function capacityOf(openFiles: number): number {
  return Math.max(8, Math.floor((openFiles - RESERVED) / (PER_CLIENT + 1 / CLIENTS_PER_REFUSAL)));
}

/** How many clients beyond a capacity get an answer. The others are closed at once. */
export function mostRefusals(clients: number): number {
  return Math.max(LEAST_REFUSALS, Math.floor(clients / CLIENTS_PER_REFUSAL));
}

/** The soft limit of open files in /proc/PID/limits; 1024, which is usual, if it cannot be read. */
export function openFilesLimit(limits: string): number {
  const name = "Max open files";
  for (const line of limits.split("\n")) {
    if (!line.startsWith(name)) continue;
    const [soft = ""] = line.slice(name.length).trim().split(" ");
    if (soft === "unlimited") return Number.MAX_SAFE_INTEGER;
    const count = Number(soft);
    return Number.isInteger(count) && count > 0 ? count : 1024;
  }
  return 1024;
}
