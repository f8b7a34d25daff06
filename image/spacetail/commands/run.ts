// SPDX-License-Identifier: Apache-2.0
import type { Environment } from "../../../contract/wire/environment.js";
import { exportedValues } from "../../../contract/wire/proxy-variables.js";
import { readSettings, type Settings } from "../../../contract/wire/settings.js";
import { type CaptureMode, captureMode, captureWay, hasProxy, runCaptured } from "../capture/launch.js";
import { phaseCaptureProblem } from "../capture/possible.js";
import { errorMessage, Failure } from "../errors/failure.js";
import type { Ended } from "../platform/ended.js";
import type { Platform } from "../platform/platform.js";
import { deadlineIn, remaining, sleep } from "../process/clock.js";
import { isRunning, isSame, thisProcess } from "../process/processes.js";
import { findOnPath, programProblem } from "../process/programs.js";
import { isReleased } from "../tunnel/lock.js";
import { networkingOfTunnel } from "../tunnel/networking.js";
import { findRuntimeDir } from "../tunnel/place.js";
import type { RuntimeDir } from "../tunnel/runtime-dir.js";
import { readLaunch, readState, servedBy } from "../tunnel/state.js";
import { awaitEnd } from "../tunnel/stop.js";
import { down } from "./down.js";
import type { Invocation } from "./invocation.js";
import { join } from "./up.js";

// The exit statuses of env, timeout and nice: all others are the program's.
const FAILED = 125;
const NOT_EXECUTABLE = 126;
const NOT_FOUND = 127;

const TERM = 15;

/** How long another process may take to notice a signal that ended the program at once. Milliseconds. */
const NOTICE_MS = 1000;

/** How long a tunnel of `spacetail serve` may take to end. Milliseconds. */
const SERVED_MS = 8000;

/** How long another command may take to begin to use the tunnel. Milliseconds. */
const LOCK_MS = 2000;

/**
 * `spacetail run [--capture=auto|on|off] [--forward LOCAL:HOST:PORT ...] -- COMMAND...`: runs a program with a tunnel.
 * Its connections are captured; where that is impossible, it gets the proxy variables that the hooks export. Uses a
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

async function runInTunnel({ platform, env: given, args }: Invocation): Promise<number> {
  const { words, forwards, capture } = readWords(args);
  const env = withForwards(given, forwards);
  const name = words[0] ?? "";
  const program = findOnPath(name, env.PATH ?? "");
  const missing = program === "" ? "ENOENT" : programProblem(program);
  // Before the tunnel is started, which takes a while.
  if (missing !== "") return notStarted(name, missing);
  const settings = readSettings(env);
  if (settings.runsWithoutCredential && settings.credential === "none") {
    return statusOf(platform, name, await platform.run(program, words, {}));
  }
  const possible = captureWay(platform, settings, capture);
  // What `up` writes is private, which is not to hold for the files of the program.
  const mask = process.umask(0o077);
  const status = await join({ platform, env, args: ["--watch", `${process.pid}`] });
  process.umask(mask);
  if (status !== 0) return status;
  const isKernel = networkingOfTunnel(findRuntimeDir(platform, env)) === "kernel";
  // Its programs connect by themselves.
  const way = isKernel && capture === "auto" && possible === "captured" ? "plain" : possible;
  if (possible === "plain" && capture === "auto" && !isKernel) {
    const problem = phaseCaptureProblem(platform, settings);
    console.error(`spacetail: capture: off (${problem}). The program gets proxy variables instead.`);
  }
  const isPlain = way === "plain" || hasProxy(settings, env);
  const changed = isPlain && !isKernel ? variablesFor(settings, env) : {};
  const ended =
    way === "captured"
      ? await runCaptured(platform, readLaunch(findRuntimeDir(platform, env)), program, words, changed)
      : await platform.run(program, words, changed);
  await leave({ platform, env, args: [] });
  await waitForServed(findRuntimeDir(platform, env), ended);
  return statusOf(platform, name, ended);
}

/** What is on the command line of `spacetail run`. */
interface Words {
  /** The program and its arguments. */
  readonly words: readonly string[];
  readonly forwards: readonly string[];
  readonly capture: CaptureMode;
}

const FORWARD = "--forward";
const CAPTURE = "--capture=";

function readWords(args: readonly string[]): Words {
  const forwards: string[] = [];
  let capture: CaptureMode = "auto";
  let at = 0;
  while (at < args.length) {
    const word = args[at] ?? "";
    if (word.startsWith(CAPTURE)) capture = captureMode(word.slice(CAPTURE.length));
    else if (word.startsWith(`${FORWARD}=`)) forwards.push(word.slice(FORWARD.length + 1));
    else if (word === FORWARD) {
      at += 1;
      forwards.push(args[at] ?? "");
    } else break;
    at += 1;
  }
  const words = args.slice(args[at] === "--" ? at + 1 : at);
  if (words.length === 0 || (words[0] ?? "").startsWith("-")) {
    throw new Failure(
      "`spacetail run` takes --capture=auto|on|off, --forward LOCAL:HOST:PORT and a command after --, as in " +
        "`spacetail run -- terraform plan`.",
    );
  }
  return { words, forwards, capture };
}

function variablesFor({ httpProxy, noProxy, proxyVariables }: Settings, env: Environment): Record<string, string> {
  return httpProxy === "" ? {} : exportedValues(httpProxy, noProxy, env, proxyVariables);
}

/** The environment with further forwards, for which there is a variable. */
function withForwards(env: Environment, forwards: readonly string[]): Environment {
  if (forwards.length === 0) return env;
  const own = env.TS_FORWARDS ?? "";
  return { ...env, TS_FORWARDS: (own === "" ? [] : [own]).concat(forwards).join(",") };
}

/** Takes the tunnel down if this process started it and nobody else uses it. */
async function leave({ platform, env }: Invocation): Promise<void> {
  const dir = findRuntimeDir(platform, env);
  // Somebody may be about to use it. If not, the supervisor notices the end of this process.
  if (!(await isReleased(dir.lock, isRunning, deadlineIn(LOCK_MS)))) return;
  const watch = readState(dir)?.watch ?? [];
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

/**
 * Waits for a tunnel of `spacetail serve` that is ending too. Where a signal stops all processes of a container, the
 * container may be gone as soon as this process is, and with it the chance to log the node out.
 */
async function waitForServed(dir: RuntimeDir, { status, signal }: Ended): Promise<void> {
  if (servedBy(dir) === null) return;
  const noticed = deadlineIn(signal === TERM || status === 128 + TERM ? NOTICE_MS : 0);
  for (;;) {
    const state = readState(dir);
    if (state === null) return;
    if (state.phase !== "up") {
      await awaitEnd(dir, state.supervisor, deadlineIn(SERVED_MS));
      return;
    }
    if (remaining(noticed) === 0) return;
    await sleep(10);
  }
}

/** What this process exits with after a program; ends by the signal that ended it. */
export function statusOf(platform: Platform, name: string, { status, signal, problem }: Ended): number {
  if (problem !== "") return notStarted(name, problem);
  if (signal === 0) return status;
  platform.die(signal);
  return 128 + signal;
}

/** Says that a program cannot be run, and returns the exit status for that. */
export function notStarted(name: string, problem: string): number {
  const advice = problem === "ENOENT" ? "Check its name and PATH." : "Check that it is an executable file.";
  console.error(`spacetail: Cannot run ${name} (${problem}). ${advice}`);
  return problem === "ENOENT" ? NOT_FOUND : NOT_EXECUTABLE;
}
