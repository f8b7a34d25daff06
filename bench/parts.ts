// SPDX-License-Identifier: Apache-2.0
// What the benchmarks of the tunnel share.
import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";

/** Resolves when a program has ended well. */
export function finish(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => (code === 0 ? resolve() : reject(new Error(`it ended with status ${code}`))));
  });
}

/** The process ID of the tunnel's supervisor. */
export function supervisorPid(): number {
  const state = readFileSync(`/tmp/spacetail-${process.getuid?.()}/state.json`, "utf8");
  return JSON.parse(state).supervisor.pid;
}

/** How much memory of a process is resident. */
export function residentKb(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "0");
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
