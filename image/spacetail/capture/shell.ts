// SPDX-License-Identifier: Apache-2.0
import { shellQuote } from "../../../contract/wire/shell.js";
import { readText } from "../process/files.js";
import { parentOf, parentPid } from "../process/processes.js";
import type { RuntimeDir } from "../tunnel/runtime-dir.js";
import { readLaunch } from "../tunnel/state.js";

/** What our hook says, and so the phase's command line, or the script that it names. */
const HOOK = "spacetail env";

/**
 * The command that executes the phase's shell anew with its connections captured; empty if the shell is not one that
 * does the same again. It is the shell that the tunnel watches, and that has called this process.
 *
 * @param command the command line of this executable
 */
export function repeatCommand(dir: RuntimeDir, command: readonly string[]): string {
  const parent = parentPid();
  const callers = [parent, parentOf(parent)];
  const shell = (readLaunch(dir)?.watch ?? []).find(({ pid }) => callers.includes(pid));
  const words = shell === undefined ? [] : (readText(`/proc/${shell.pid}/cmdline`) ?? "").split("\0").slice(0, -1);
  if (!isRepeatable(words, readText)) return "";
  return ["exec"].concat(command.concat(["run", "--"], words).map(shellQuote)).join(" ");
}

/** Whether a shell with these words as its command line comes to our hook: `sh -c LINE` or `sh SCRIPT`. Pure. */
export function isRepeatable(words: readonly string[], read: (path: string) => string | null): boolean {
  const [name = "", ...rest] = words;
  // What is not UTF-8 would not be the same again. A shell for logging in has a name with a hyphen.
  if (name === "" || name.startsWith("-") || words.some((word) => word.includes("\ufffd"))) return false;
  for (const word of rest) {
    if (word.includes(HOOK)) return true;
    if (word.startsWith("/") && (read(word) ?? "").includes(HOOK)) return true;
  }
  return false;
}
