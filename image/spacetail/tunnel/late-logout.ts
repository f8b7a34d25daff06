// SPDX-License-Identifier: Apache-2.0
import type { ChildProcess } from "node:child_process";
import { deadlineIn } from "../process/clock.js";
import type { LocalApi } from "../tailnet/local-api.js";
import { waitForDaemon } from "./daemon.js";
import { leave } from "./leave.js";
import type { NodeFate, StopReason } from "./state.js";

/** How long tailscaled may take to start. Milliseconds. */
const START_MS = 10_000;

/**
 * Logs out a node whose tailscaled has ended before that, by starting it again. Heroku and other hosts send SIGTERM to
 * all processes at once, and a tailscaled that keeps its state does not log out by itself.
 *
 * @param start starts tailscaled with the state of the node
 * @param report called with what prevents the logout so far
 */
export async function logOutLate(
  api: LocalApi,
  start: () => { readonly daemon: ChildProcess; readonly ended: Promise<StopReason> },
  report: (problem: string) => void,
): Promise<NodeFate> {
  const { daemon, ended } = start();
  try {
    await waitForDaemon(api, deadlineIn(START_MS));
  } catch {
    // `leave` ends it, and says what is known.
  }
  return await leave({ api, daemon, daemonEnded: ended, joined: true, keepsState: false, report });
}
