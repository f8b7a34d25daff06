// SPDX-License-Identifier: Apache-2.0
import { existsSync } from "node:fs";
import { consistsOf, DIGITS } from "../../../contract/wire/characters.js";
import { quoted } from "../../../contract/wire/secrets.js";
import { Failure } from "../errors/failure.js";
import { printable } from "../errors/printable.js";
import { readText } from "../process/files.js";
import { identify, isRunning, type ProcessId, parentPid } from "../process/processes.js";
import type { RuntimeDir } from "./runtime-dir.js";
import { type Launch, readLaunch, type StopReason } from "./state.js";

/** How often the supervisor checks the watched processes. Milliseconds. */
const CHECK_EVERY_MS = 50;

/**
 * The process whose exit is to end the tunnel.
 *
 * @param wanted a process ID; "none" for hosts where only `down` ends the tunnel; or null for the parent process
 * @throws Failure if there is no such process
 */
export function watchedProcess(wanted: string | null): ProcessId | null {
  if (wanted === "none") return null;
  if (wanted !== null && !consistsOf(wanted, DIGITS)) {
    throw new Failure(`--watch must be a process ID or none, but ${quoted(wanted)} was given.`);
  }
  const pid = wanted === null ? parentPid() : Number(wanted);
  if (wanted === null && pid === 0) {
    throw new Failure("The process that called `spacetail up` is not visible here. Use --watch PID or --watch none.");
  }
  const found = identify(pid);
  const shown = wanted === null ? `${pid}` : printable(wanted);
  if (found === null) throw new Failure(`Process ${shown} does not exist. Use --watch $$ in the shell of the phase.`);
  return found;
}

/**
 * Resolves when all watched processes have exited. An `up` that finds this tunnel adds its own to the launch file;
 * `changed` is called with each new version.
 */
export function watchedEnd(dir: RuntimeDir, launch: Launch, changed: (launch: Launch) => void): Promise<StopReason> {
  let watch = launch.watch;
  let text = readText(dir.launch);
  return new Promise<StopReason>((resolve) => {
    const timer = setInterval(() => {
      const now = readText(dir.launch);
      const read = now === null || now === text ? null : readLaunch(dir);
      if (read !== null) {
        text = now;
        watch = read.watch;
        changed(read);
      }
      if (watch.length === 0 || watch.some((one) => isRunning(one))) return;
      clearInterval(timer);
      resolve({ cause: "watch-ended", detail: `${watch[watch.length - 1]?.pid ?? 0}` });
    }, CHECK_EVERY_MS);
  });
}

/** How often the supervisor checks that its files are there. Milliseconds. */
const CHECK_FILES_EVERY_MS = 250;

/**
 * Resolves when somebody has removed the runtime directory, or the launch file in it: no command would find the tunnel
 * any more.
 */
export function removal(dir: RuntimeDir): Promise<StopReason> {
  return new Promise<StopReason>((resolve) => {
    const timer = setInterval(() => {
      if (existsSync(dir.launch)) return;
      clearInterval(timer);
      resolve({ cause: "removed", detail: dir.path });
    }, CHECK_FILES_EVERY_MS);
  });
}
