// SPDX-License-Identifier: Apache-2.0
import { shellShape } from "./shell-grammar.js";
import { type ShellWord, scanShell } from "./shell-scan.js";

/** Reserved words that open something, and those that close it. */
const PAIRS: readonly (readonly [string, string])[] = [
  ["{", "}"],
  ["if", "fi"],
  ["do", "done"],
  ["case", "esac"],
];

/** Reserved words that another one must follow, and that one. */
const SEQUENCES: readonly (readonly [readonly string[], string])[] = [
  [["if", "elif"], "then"],
  [["for", "while", "until"], "do"],
];

/**
 * What is wrong with a command that is to be a hook, or null. Spacelift writes all hooks of a phase into one line of
 * one shell, `{ hook; } && { hook; } && command`, so a hook must not break out of its braces, nor end the shell:
 * `exit 0` would skip the phase and let it pass. Whether the command itself makes sense, only a shell knows.
 *
 * Source: Spacelift's documentation, "Stack settings", Customizing workflow.
 */
export function hookProblem(text: string): string | null {
  if (text.trim() === "") return "must not be empty";
  if (text.includes("\n") || text.includes("\r")) {
    return "must be one line: give each command a hook of its own, or put a script into a file";
  }
  const { unexpected, hasComment, hasHereDocument } = shellShape(text);
  if (hasComment) return "must not contain a comment, which would hide the rest of the phase";
  const { words, unbalanced, hasLooseRedirection } = scanShell(text);
  if (unexpected === "") {
    return hasHereDocument ? "must not contain a here-document, which needs lines of its own" : endProblem(words);
  }
  if (unbalanced !== "")
    return `must close every quote and bracket that it opens, and no other: ${unbalanced} is unbalanced`;
  const ending = endingOf(text);
  if (ending !== "") return `must not end in ${ending}, because Spacelift puts a semicolon after it`;
  if (hasLooseRedirection) return "must have a target for each redirection";
  const commands = words.filter((word) => word.isCommand);
  return wordsProblem(commands) ?? `must be a command that a shell can parse: ${unexpected} does not belong there`;
}

/** True if the command sets a trap for the end of the shell, which replaces any other. */
export function setsExitTrap(text: string): boolean {
  return callsOf(scanShell(text).words).some(({ name, args }) => {
    if (name === "eval") return setsExitTrap(args.join(" "));
    return name === "trap" && args.some((arg) => /^(0|(sig)?exit)$/i.test(arg));
  });
}

/** A command that is called: what it is called by in the end, and its arguments. */
interface Call {
  readonly name: string;
  readonly args: readonly string[];
  readonly inFunction: boolean;
}

/** The commands among words, however they are spelt: behind redirections and assignments, in quotes, by `command`. */
function callsOf(words: readonly ShellWord[]): Call[] {
  return words.flatMap(({ text, isCommand, command, inFunction }, i) => {
    if (!isCommand || /^[A-Za-z_][A-Za-z0-9_]*=/.test(text)) return [];
    const following = words.slice(i).filter((word) => word.command === command && !word.isRedirection);
    const [name = "", ...args] = following.map(({ plain }) => plain);
    return { ...unwrapped(name, args), inFunction };
  });
}

/** What `command` and `builtin` call; with -v and -V they only describe it. */
function unwrapped(name: string, args: readonly string[]): Pick<Call, "name" | "args"> {
  if (name !== "command" && name !== "builtin") return { name, args };
  const at = args.findIndex((arg) => !arg.startsWith("-") || arg === "--");
  if (at < 0 || args.slice(0, at).some((arg) => /[vV]/.test(arg))) return { name, args };
  const [inner = "", ...rest] = args.slice(args[at] === "--" ? at + 1 : at);
  return unwrapped(inner, rest);
}

/** What ends the shell of the phase, or keeps it from doing anything. */
function endProblem(words: readonly ShellWord[]): string | null {
  for (const { name, args, inFunction } of callsOf(words)) {
    if (name === "exit") return "must not exit, which would end the whole phase: use false to fail, or a subshell";
    if (name === "return" && !inFunction) return "must not return, which would end the whole phase: use false to fail";
    if (name === "exec" && args.length > 0) {
      return "must not exec a program, which would replace the shell of the phase";
    }
    if (
      name === "set" &&
      args.some((arg, i) => /^-[A-Za-z]*n/.test(arg) || (arg === "noexec" && args[i - 1] === "-o"))
    ) {
      return "must not set -n, which would skip the whole phase";
    }
    const problem = name === "eval" ? endProblem(scanShell(args.join(" ")).words) : null;
    if (problem !== null) return problem;
  }
  return null;
}

function wordsProblem(commands: readonly ShellWord[]): string | null {
  for (const [opening, closing] of PAIRS) {
    let depth = 0;
    for (const { text } of commands) {
      if (text === opening) depth += 1;
      if (text === closing) depth -= 1;
      if (depth < 0) break;
    }
    if (depth !== 0)
      return `must close every block that it opens, and no other: ${opening} ... ${closing} is unbalanced`;
  }
  for (const [first, second] of SEQUENCES) {
    const count = (names: readonly string[]) => commands.filter(({ text }) => names.includes(text)).length;
    if (count(first) !== count([second])) return `must have one ${second} for each ${first.join(", ")}`;
  }
  return null;
}

/** What a text ends in that cannot stand before a semicolon; empty if in nothing like that. */
function endingOf(text: string): string {
  const trimmed = text.trimEnd();
  if (/(^|[^\\])(\\\\)*\\$/.test(text)) return "a backslash";
  if (!/(^|[^\\])(\\\\)*[&|;]$/.test(trimmed)) return "";
  return trimmed.slice(-1);
}
