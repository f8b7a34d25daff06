// SPDX-License-Identifier: Apache-2.0
import { spawn } from "node:child_process";
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { commandLine, passable, variables } from "./grammar-words.js";
import { Random, seedOf } from "./random.js";

/** How long a command may take that has neither a tunnel nor the programs to start one. Milliseconds. */
const LIMIT_MS = 120_000;

/** What a command may end with: success, a failure, a wrong command line, and the statuses of `run`. */
const STATUSES = [0, 1, 2, 125, 126, 127];

/** Words that only a program says that did not expect what happened. */
const UNEXPECTED = /scriptc|uncaught|unhandled|assert|\bundefined\b|\[object/i;

interface Ended {
  readonly status: number | null;
  readonly signal: string | null;
  readonly text: string;
}

/**
 * Starts the executable with command lines and variables that follow from a seed, in a folder where it finds nothing
 * that it could start, and fails for the first that it does not end properly.
 *
 * @param goOn whether to go on after so many
 * @returns how many there were
 */
export async function fuzzCommandLines(
  executable: string,
  folder: string,
  seed: number,
  goOn: (cases: number) => boolean,
): Promise<number> {
  // Apart from tailscaled and the command line of Tailscale, which it would find beside it.
  const program = join(folder, "spacetail");
  copyFileSync(executable, program);
  const runtimeDir = join(folder, "run");
  mkdirSync(runtimeDir, { mode: 0o700 });
  let cases = 0;
  for (; goOn(cases); cases += 1) {
    const random = new Random(seedOf(seed, "command-line", cases));
    const words = commandLine(random);
    const env: Record<string, string> = {};
    for (const record of variables(random)) {
      const equals = record.indexOf("=");
      env[record.slice(0, equals)] = passable(record.slice(equals + 1));
    }
    Object.assign(env, { PATH: "/nosuch", HOME: folder, TS_RUNTIME_DIR: runtimeDir, TS_BOOT_TIMEOUT: "1s" });
    const { status, signal, text } = await ended(program, words, env, folder);
    if (signal === null && STATUSES.includes(status ?? -1) && !UNEXPECTED.test(text)) continue;
    const how = signal ?? `status ${status}`;
    throw new Error(
      `case ${cases} of seed ${seed} ended with ${how}: ${JSON.stringify({ words, env })}\n${text.slice(0, 2000)}`,
    );
  }
  return cases;
}

function ended(program: string, words: readonly string[], env: NodeJS.ProcessEnv, cwd: string): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { env, cwd, stdio: ["ignore", "pipe", "pipe"], timeout: LIMIT_MS });
    let text = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (data: Buffer) => {
        text += data.toString();
      });
    }
    child.on("error", reject);
    child.on("close", (status, signal) => resolve({ status, signal, text }));
  });
}
