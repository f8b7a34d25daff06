// SPDX-License-Identifier: Apache-2.0
import type { Environment } from "../../../contract/wire/environment.js";
import type { Settings } from "../../../contract/wire/settings.js";
import { readUpstream } from "../egress/upstream.js";
import { Failure } from "../errors/failure.js";
import type { Ended } from "../platform/ended.js";
import type { Platform } from "../platform/platform.js";
import { proxiesOfRun } from "../proxies/proxy-record.js";
import type { Launch } from "../tunnel/state.js";
import { phaseCaptureProblem } from "./possible.js";

/** Whether connections of a program are captured. "auto": if it is possible. */
export type CaptureMode = "auto" | "on" | "off";

/**
 * - "captured": the program is to be captured;
 * - "inside": this process is captured, and so is everything that it starts;
 * - "plain": the program is not captured.
 */
export type CaptureWay = "captured" | "inside" | "plain";

export function captureMode(text: string): CaptureMode {
  if (text === "auto" || text === "on" || text === "off") return text;
  throw new Failure(`--capture must be auto, on or off, but ${JSON.stringify(text)} was given.`);
}

/**
 * Decides about a program.
 *
 * @throws Failure if it must be captured and cannot
 */
export function captureWay(platform: Platform, settings: Settings, mode: CaptureMode): CaptureWay {
  if (platform.capture?.isCaptured() === true) return "inside";
  if (mode === "off") return "plain";
  const problem = phaseCaptureProblem(platform, settings);
  if (problem === "") return "captured";
  if (mode === "on") throw new Failure(`Connections cannot be captured: ${problem}.`);
  return "plain";
}

/** Whether the run has a proxy of its own, which captured programs would ask for the tailnet's hosts too. */
export function hasProxy(settings: Settings, env: Environment): boolean {
  const { tunnel, http } = readUpstream(proxiesOfRun(settings, env), [settings.httpProxy, settings.socks5Server]);
  return tunnel !== null || http !== null;
}

/** Runs a program below `spacetail capture`, which serves it. */
export async function runCaptured(
  platform: Platform,
  launch: Launch | null,
  program: string,
  words: readonly string[],
  changed: Readonly<Record<string, string>>,
): Promise<Ended> {
  const [file = ""] = platform.command;
  if (platform.capture === null || launch === null) throw new Failure("The tunnel went down.");
  const { socks5Server, httpProxy, socket } = launch;
  const proxy = socks5Server === "" ? httpProxy : socks5Server;
  const command = ["spacetail", "capture", "", proxy, socket, program].concat(words);
  const ended = await platform.capture.run(file, command, changed);
  if (ended.problem === "ECHILD") throw new Failure("The process that captures connections ended unexpectedly.");
  return ended;
}
