// SPDX-License-Identifier: Apache-2.0
import { closeSync, readdirSync, readFileSync } from "node:fs";

const CLOSE_ON_EXEC = 0o2000000;

/**
 * Closes every descriptor from 3 up that this process inherited. A Spacelift phase ends only when its pipes have no
 * holders left, so a process that outlives its starter must hold none of them.
 *
 * Descriptors that the runtime opened itself are close-on-exec, and stay open.
 */
export function closeInherited(): void {
  for (const name of readdirSync("/proc/self/fd")) {
    const fd = Number(name);
    if (fd < 3 || isOwn(name)) continue;
    try {
      closeSync(fd);
    } catch {
      // The descriptor of the listing itself is closed by now.
    }
  }
}

function isOwn(fd: string): boolean {
  try {
    return (parseFlags(readFileSync(`/proc/self/fdinfo/${fd}`, "utf8")) & CLOSE_ON_EXEC) !== 0;
  } catch {
    return true;
  }
}

/** The open flags in /proc/PID/fdinfo/FD, which prints them in octal. */
export function parseFlags(text: string): number {
  for (const line of text.split("\n")) {
    if (line.startsWith("flags:")) return Number(`0o${line.slice("flags:".length).trim()}`);
  }
  return 0;
}
