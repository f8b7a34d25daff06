// SPDX-License-Identifier: Apache-2.0
import { type ShellWord, scanShell } from "./shell-scan.js";

/** Reserved words that open something, and those that close it. */
const PAIRS: readonly (readonly [string, string])[] = [
  ["{", "}"],
  ["if", "fi"],
  ["do", "done"],
  ["case", "esac"],
];

/**
 * What is wrong with a command that is to be a hook, or null. Spacelift writes all hooks of a phase into one line of one
 * shell, `{ hook; } && { hook; } && command`, so a hook must not break out of its braces, nor end the shell: `exit 0`
 * would skip the phase and let it pass. Whether the command itself makes sense, only a shell knows.
 *
 * Source: Spacelift's documentation, "Stack settings", Customizing workflow.
 */
export function hookProblem(text: string): string | null {
  if (text.trim() === "") return "must not be empty";
  if (text.includes("\n") || text.includes("\r")) {
    return "must be one line: give each command a hook of its own, or put a script into a file";
  }
  const { words, unbalanced, hasComment, hasHereDocument } = scanShell(text);
  if (hasComment) return "must not hold a comment, which would hide the rest of the phase";
  if (unbalanced !== "") return `must close what it opens and nothing else, which ${unbalanced} does not`;
  if (hasHereDocument) return "must not hold a here-document, which needs lines of its own";
  const ending = endingOf(text);
  if (ending !== "") return `must not end in ${ending}: a semicolon comes after it`;
  return wordsProblem(words.filter((word) => word.isCommand)) ?? execProblem(words);
}

/** True if the command sets a trap for the end of the shell, which replaces any other. */
export function setsExitTrap(text: string): boolean {
  const { words } = scanShell(text);
  return words.some(({ text: name, isCommand, command }) => {
    if (!isCommand || name !== "trap") return false;
    return words.some((word) => word.command === command && (word.text === "EXIT" || word.text === "0"));
  });
}

function wordsProblem(commands: readonly ShellWord[]): string | null {
  if (commands.some(({ text }) => text === "exit")) {
    return "must not exit, which would end the whole phase: use false to fail, or a subshell";
  }
  for (const [opening, closing] of PAIRS) {
    let depth = 0;
    for (const { text } of commands) {
      if (text === opening) depth += 1;
      if (text === closing) depth -= 1;
      if (depth < 0) break;
    }
    if (depth !== 0) return `must close what it opens and nothing else, which ${opening} ... ${closing} does not`;
  }
  return null;
}

/** `exec` with a program replaces the shell; with redirections alone it is harmless. */
function execProblem(words: readonly ShellWord[]): string | null {
  const harmful = words.some(({ text, isCommand }, i) => {
    const next = words[i + 1];
    if (!isCommand || text !== "exec" || next === undefined || next.command !== words[i]?.command) return false;
    return !/^\d*[<>]/.test(next.text);
  });
  return harmful ? "must not exec a program, which would replace the shell of the phase" : null;
}

/** What a text ends in that cannot stand before a semicolon; empty if in nothing like that. */
function endingOf(text: string): string {
  const trimmed = text.trimEnd();
  if (/(^|[^\\])(\\\\)*\\$/.test(text)) return "a backslash";
  if (!/(^|[^\\])(\\\\)*[&|;]$/.test(trimmed)) return "";
  return trimmed.slice(-1);
}
