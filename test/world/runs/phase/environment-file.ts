// SPDX-License-Identifier: Apache-2.0
import { readWord } from "./shell-words.js";

/** Where the worker keeps the environment of a phase's shell for what comes after it. */
export const ENVIRONMENT_FILE = "/mnt/workspace/.env_hooks_after";

/**
 * How that file is written. Which of them Spacelift uses is not public: `env` is what env(1) prints, one `NAME=value`
 * after the other; `export` is what the shell's own `export -p` prints, which is quoted.
 */
export type EnvironmentFileFormat = "env" | "export";

/**
 * The shell command that writes the file. It leaves no variable behind and is not stopped by `set -C`; `command` keeps
 * the shell alive when the file cannot be written.
 */
export function writeCommand(format: EnvironmentFileFormat): string {
  return `${format === "env" ? "/usr/bin/env" : "command export -p"} >|${ENVIRONMENT_FILE}`;
}

/** Variables that a shell sets for itself and that would be wrong in the next one. */
const OF_THE_SHELL = new Set(["_", "PWD", "OLDPWD", "SHLVL"]);

/**
 * The variables that the file carries to the next phase. What every shell sets for itself is left out: `_`, `PWD`,
 * `OLDPWD`, `SHLVL`.
 *
 * @throws when the text is not of the format, with the line
 */
export function parseEnvironmentFile(text: string, format: EnvironmentFileFormat): Record<string, string> {
  const records = format === "env" ? parseEnv(text) : parseExport(text);
  return Object.fromEntries([...records].filter(([name]) => !OF_THE_SHELL.has(name)));
}

/** bash hands functions on in variables of such names. */
const RECORD = /^([A-Za-z_][A-Za-z0-9_]*|BASH_FUNC_[^=]*%%)=/;

/**
 * A line that begins no record goes on with the value of the one before. A value that holds a line like `NAME=value` is
 * taken apart, since this format cannot tell the two.
 */
function parseEnv(text: string): Map<string, string> {
  const records = new Map<string, string>();
  let last: string | null = null;
  for (const [index, line] of lines(text).entries()) {
    const found = RECORD.exec(line);
    if (found?.[1] !== undefined) {
      last = found[1];
      records.set(last, line.slice(found[0].length));
    } else if (last !== null) records.set(last, `${records.get(last)}\n${line}`);
    else throw malformed(index + 1, line);
  }
  return records;
}

function lines(text: string): readonly string[] {
  const all = text.split("\n");
  if (all.at(-1) === "") all.pop();
  return all;
}

/**
 * `export NAME=word` of dash, ash and bash's POSIX mode, `declare -x NAME=word` of bash; without `=` it has no value.
 */
const DECLARATION = /(?:export|declare -[A-Za-z]+)[ ]+([A-Za-z_][A-Za-z0-9_]*)(=?)/y;

function parseExport(text: string): Map<string, string> {
  const records = new Map<string, string>();
  let at = 0;
  while (at < text.length) {
    DECLARATION.lastIndex = at;
    const found = DECLARATION.exec(text);
    if (found?.[1] === undefined) throw malformed(lineOf(text, at), text.slice(at));
    at = DECLARATION.lastIndex;
    if (found[2] === "=") {
      const word = readWord(text, at);
      records.set(found[1], word.value);
      at = word.end;
    }
    if (at < text.length && text.charAt(at) !== "\n") throw malformed(lineOf(text, at), text.slice(at));
    at += 1;
  }
  return records;
}

function lineOf(text: string, at: number): number {
  return text.slice(0, at).split("\n").length;
}

function malformed(line: number, rest: string): Error {
  const shown = (rest.split("\n")[0] ?? "").slice(0, 80);
  return new Error(`${ENVIRONMENT_FILE} cannot be read: line ${line} begins no variable: ${JSON.stringify(shown)}`);
}
