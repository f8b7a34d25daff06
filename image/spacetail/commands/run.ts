// SPDX-License-Identifier: Apache-2.0
import { exportedValues } from "../../../contract/wire/proxy-variables.js";
import { readSettings } from "../../../contract/wire/settings.js";
import { errorMessage, Failure } from "../errors/failure.js";
import type { Ended, Platform } from "../platform/platform.js";
import { isRunning, isSame, thisProcess } from "../process/processes.js";
import { findOnPath } from "../process/programs.js";
import { checkedRuntimeDir } from "../tunnel/runtime-dir.js";
import { readState } from "../tunnel/state.js";
import { down } from "./down.js";
import type { Invocation } from "./invocation.js";
import { up } from "./up.js";

// The exit statuses of env, timeout and nice: all others are the program's.
const FAILED = 125;
const NOT_EXECUTABLE = 126;
const NOT_FOUND = 127;

/**
 * `spacetail run -- COMMAND...`: runs a program with a tunnel and with the proxy variables that the hooks export. Uses a
 * tunnel that is up, and leaves it up; otherwise starts one, and takes it down when the program has ended.
 *
 * @returns the exit status of the program. If a signal ended the program, the signal ends this process too.
 */
export async function run(invocation: Invocation): Promise<number> {
  try {
    return await runInTunnel(invocation);
  } catch (error) {
    console.error(`spacetail: ${errorMessage(error)}`);
    return FAILED;
  }
}

async function runInTunnel(invocation: Invocation): Promise<number> {
  const { platform, env } = invocation;
  const words = commandOf(invocation.args);
  const name = words[0] ?? "";
  const program = findOnPath(name, env.PATH ?? "");
  // Before the tunnel is started, which takes a while.
  if (program === "") return notStarted(name, "ENOENT");
  const settings = readSettings(env);
  // What `up` writes is private, which is not to hold for the files of the program.
  const mask = process.umask(0o077);
  const status = await up({ platform, env, args: ["--watch", `${process.pid}`] });
  process.umask(mask);
  if (status !== 0) return status;
  const ended = await platform.run(program, words, exportedValues(settings.httpProxy, settings.noProxy, env));
  await leave(invocation);
  return statusOf(platform, name, ended);
}

/** The words of the command, which may follow `--`. */
function commandOf(args: readonly string[]): readonly string[] {
  const first = args[0] ?? "";
  const words = first === "--" ? args.slice(1) : args;
  if (words.length === 0 || (words[0] ?? "").startsWith("-")) {
    throw new Failure("`spacetail run` takes a command after --, as in `spacetail run -- terraform plan`.");
  }
  return words;
}

/** Takes the tunnel down if this process started it and nobody else uses it. */
async function leave({ platform, env }: Invocation): Promise<void> {
  const watch = readState(checkedRuntimeDir(platform))?.watch ?? [];
  const self = thisProcess();
  const [starter] = watch;
  if (starter === undefined || !isSame(starter, self)) return;
  if (watch.some((one) => !isSame(one, self) && isRunning(one))) return;
  try {
    await down({ platform, env, args: [] });
  } catch (error) {
    // The program's exit status matters more.
    console.error(`spacetail: ${errorMessage(error)}`);
  }
}

function statusOf(platform: Platform, name: string, { status, signal, problem }: Ended): number {
  if (problem !== "") return notStarted(name, problem);
  if (signal === 0) return status;
  platform.die(signal);
  return 128 + signal;
}

function notStarted(name: string, problem: string): number {
  const advice = problem === "ENOENT" ? "Check its name and PATH." : "Check that it is an executable file.";
  console.error(`spacetail: Cannot run ${name} (${problem}). ${advice}`);
  return problem === "ENOENT" ? NOT_FOUND : NOT_EXECUTABLE;
}
