// SPDX-License-Identifier: Apache-2.0
import { consistsOf, DIGITS } from "../../../contract/wire/characters.js";
import { Failure } from "../failure.js";
import { identify, type ProcessId, statOf } from "../process/processes.js";

/**
 * Reads the arguments of `up`: the process whose end ends the tunnel.
 *
 * @param args `--watch PID`, `--watch none` for hosts where only `down` ends it, or nothing for the parent process
 * @throws Failure if there is no such process, or the arguments are others
 */
export function readWatch(args: readonly string[]): ProcessId | null {
  const text = watchText(args);
  if (text === "none") return null;
  if (text !== null && !consistsOf(text, DIGITS)) {
    throw new Failure(`--watch needs a process id or none, but "${text}" was given.`);
  }
  const pid = text === null ? (statOf("self")?.parent ?? 0) : Number(text);
  if (text === null && pid === 0) {
    throw new Failure(
      "The process that called `spacetail up` cannot be seen from here. Use --watch PID or --watch none.",
    );
  }
  const found = identify(pid);
  if (found === null)
    throw new Failure(`There is no process ${pid} to watch. Use --watch $$ in the shell of the phase.`);
  return found;
}

/** Null if nothing was said. */
function watchText(args: readonly string[]): string | null {
  const first = args[0] ?? "";
  if (args.length === 0) return null;
  if (args.length === 2 && first === "--watch") return args[1] ?? "";
  if (args.length === 1 && first.startsWith("--watch=")) return first.slice("--watch=".length);
  throw new Failure("`spacetail up` takes only --watch PID, or --watch none.");
}
