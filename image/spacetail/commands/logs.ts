// SPDX-License-Identifier: Apache-2.0
import { type Environment, VARIABLES, valueInUse } from "../../../contract/wire/environment.js";
import { redact } from "../../../contract/wire/secrets.js";
import { Failure } from "../errors/failure.js";
import { withoutControls } from "../errors/printable.js";
import { sleep } from "../process/clock.js";
import { growingFile } from "../process/growing-file.js";
import { isRunning } from "../process/processes.js";
import { findRuntimeDir } from "../tunnel/place.js";
import type { RuntimeDir } from "../tunnel/runtime-dir.js";
import { readState } from "../tunnel/state.js";
import type { Invocation } from "./invocation.js";

/** How often `-f` looks for new lines. Milliseconds. */
const LOOK_EVERY_MS = 200;

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
  const sources = [
    { mark: "", file: growingFile(dir.supervisorLog) },
    { mark: "tailscaled: ", file: growingFile(dir.daemonLog) },
  ];
  if (!sources.some(({ file }) => file.size() >= 0)) {
    throw new Failure(`There are no logs in ${dir.path}. \`spacetail up\` writes them.`);
  }
  for (;;) {
    // In this order, because the supervisor writes its last words before it exits.
    const isLast = !follow || !isUp(dir);
    for (const { mark, file } of sources) {
      for (const line of file.lines(isLast)) console.log(`${mark}${withoutControls(redact(line, secrets))}`);
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
