// SPDX-License-Identifier: Apache-2.0
import type { Environment } from "../../../contract/wire/environment.js";

/** What a service manager is told: names and values of sd_notify(3). */
export type Notice = Readonly<Record<string, string>>;

/** The message for a notice: one assignment a line. */
export function noticeText(notice: Notice): string {
  const lines: string[] = [];
  for (const [name, value] of Object.entries(notice)) lines.push(`${name}=${oneLine(value)}`);
  return lines.join("\n");
}

/**
 * How often the service manager wants to hear that this process is alive, in milliseconds; 0 for never. Twice as often
 * as it asks for, as sd_watchdog_enabled(3) recommends.
 */
export function watchdogMs(env: Environment, pid: number): number {
  const other = env.WATCHDOG_PID ?? "";
  const microseconds = Number(env.WATCHDOG_USEC ?? "");
  if ((other !== "" && other !== `${pid}`) || !(microseconds > 0)) return 0;
  return Math.max(1, Math.floor(microseconds / 2000));
}

/** A line break would begin another assignment. */
function oneLine(text: string): string {
  return text.split("\r").join(" ").split("\n").join(" ");
}
