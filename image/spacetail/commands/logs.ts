// SPDX-License-Identifier: Apache-2.0
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { type Environment, VARIABLES, valueInUse } from "../../../contract/wire/environment.js";
import { redact } from "../../../contract/wire/secrets.js";
import { Failure } from "../errors/failure.js";
import { withoutControls } from "../errors/printable.js";
import { sleep } from "../process/clock.js";
import { isRunning } from "../process/processes.js";
import { findRuntimeDir } from "../tunnel/place.js";
import type { RuntimeDir } from "../tunnel/runtime-dir.js";
import { readState } from "../tunnel/state.js";
import type { Invocation } from "./invocation.js";

/** How often `-f` looks for new lines. Milliseconds. */
const LOOK_EVERY_MS = 200;

/** How much is read at once. Bytes. */
const CHUNK = 65_536;

/**
 * `spacetail logs [-f]`: prints what the supervisor and tailscaled have logged since the last `up`, without secrets.
 * With `-f` it goes on until the tunnel is down.
 */
export async function logs({ platform, env, args }: Invocation): Promise<number> {
  const follow = args[0] === "-f" || args[0] === "--follow";
  if (args.length > (follow ? 1 : 0)) throw new Failure("`spacetail logs` takes only -f.");
  const dir = findRuntimeDir(platform, env);
  const secrets = secretsOf(env);
  // The supervisor's lines say themselves whose they are.
  const sources = [logSource("", dir.supervisorLog), logSource("tailscaled: ", dir.daemonLog)];
  if (!sources.some((one) => one.exists())) {
    throw new Failure(`There are no logs in ${dir.path}. \`spacetail up\` writes them.`);
  }
  for (;;) {
    // In this order, because the supervisor writes its last words before it exits.
    const isLast = !follow || !isUp(dir);
    for (const source of sources) {
      for (const line of source.lines(isLast)) console.log(`${source.mark}${withoutControls(redact(line, secrets))}`);
    }
    if (isLast) return 0;
    await sleep(LOOK_EVERY_MS);
  }
}

function isUp(dir: RuntimeDir): boolean {
  const state = readState(dir);
  return state !== null && isRunning(state.supervisor);
}

/** The secrets that the environment holds. Logs do not contain them, but for what somebody else may have logged. */
function secretsOf(env: Environment): string[] {
  const secrets: string[] = [];
  for (const variable of VARIABLES) {
    const value = variable.secret ? valueInUse(env, variable.name) : "";
    if (value !== "" && !value.startsWith("file:")) secrets.push(value);
  }
  return secrets;
}

/** A log that may grow. */
interface LogSource {
  /** What its lines begin with. */
  readonly mark: string;
  readonly exists: () => boolean;
  /** The complete lines that are new; the last time also what comes after them. */
  readonly lines: (isLast: boolean) => string[];
}

function logSource(mark: string, path: string): LogSource {
  let at = 0;
  let rest: Buffer = Buffer.alloc(0);
  return {
    mark,
    exists: () => sizeOf(path) >= 0,
    lines: (isLast) => {
      const size = sizeOf(path);
      // A new tunnel begins a new log.
      if (size < at) {
        at = 0;
        rest = Buffer.alloc(0);
      }
      if (size > at) {
        const more = readFrom(path, at);
        at += more.length;
        rest = Buffer.concat([rest, more]);
      }
      const end = isLast ? rest.length : rest.lastIndexOf(10) + 1;
      const text = rest.subarray(0, end).toString("utf8");
      rest = rest.subarray(end);
      return text === "" ? [] : (text.endsWith("\n") ? text.slice(0, -1) : text).split("\n");
    },
  };
}

/** The size of a file; -1 if there is none. */
function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return -1;
  }
}

function readFrom(path: string, at: number): Buffer {
  const parts: Buffer[] = [];
  const file = openSync(path, "r");
  try {
    const buffer = Buffer.alloc(CHUNK);
    for (let position = at; ; ) {
      const count = readSync(file, buffer, 0, CHUNK, position);
      if (count === 0) return Buffer.concat(parts);
      parts.push(Buffer.from(buffer.subarray(0, count)));
      position += count;
    }
  } finally {
    closeSync(file);
  }
}
