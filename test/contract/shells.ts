// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { join } from "node:path";

/** A POSIX shell that a runner image may have as its `sh`. */
export interface Shell {
  readonly name: string;
  /** The words that start it; a script follows as `-c TEXT`. Empty if this machine does not have it. */
  readonly command: readonly string[];
}

/** The three shells of runner images: Debian's, Alpine's and the one most people have. */
export const SHELLS: readonly Shell[] = [
  { name: "dash", command: found("dash") },
  { name: "BusyBox ash", command: found("busybox", "ash") },
  { name: "bash", command: found("bash") },
];

/** A test per shell. A shell that is missing is skipped, and that is said. */
export function inEveryShell(title: string, body: (shell: Shell) => void): void {
  for (const shell of SHELLS) {
    const name = `${title} (${shell.name})`;
    if (shell.command.length > 0) {
      test(name, () => body(shell));
    } else {
      process.stderr.write(`skipped: ${name}: ${shell.name} is not on the PATH\n`);
      test.skip(name, () => {});
    }
  }
}

/** Runs a script with nothing in its environment but `env` and PATH. @returns what it printed @throws if it fails */
export function run(shell: Shell, script: string, env: Readonly<Record<string, string>>): string {
  const [program = "", ...words] = shell.command;
  const result = spawnSync(program, [...words, "-c", script], {
    // A bash whose input is a socket, which Node's pipes are, takes itself for a remote shell and reads ~/.bashrc.
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env.PATH ?? "", ...env },
    encoding: "utf8",
  });
  if (result.status !== 0) throw new Error(`${shell.name} ended with ${result.status}: ${result.stderr}`);
  return result.stdout;
}

/** The path of a program; empty if this machine does not have it. */
export function findProgram(name: string): string {
  return found(name)[0] ?? "";
}

function found(program: string, ...words: string[]): string[] {
  for (const folder of (process.env.PATH ?? "").split(":")) {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return [join(folder, program), ...words];
    } catch {
      // Not in this folder.
    }
  }
  return [];
}
