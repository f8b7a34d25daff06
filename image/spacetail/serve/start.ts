// SPDX-License-Identifier: Apache-2.0
import { accessSync, constants, existsSync } from "node:fs";
import { dirname } from "node:path";
import { errorCode, Failure } from "../errors/failure.js";
import { deadlineIn } from "../process/clock.js";
import { ensurePrivateDir } from "../process/files.js";
import { isSame, thisProcess } from "../process/processes.js";
import { emptyRecord, writeRecord } from "../proxies/proxy-record.js";
import type { Attempt } from "../tunnel/attempt.js";
import { requireFree } from "../tunnel/daemon.js";
import { acquire, realHolders } from "../tunnel/lock.js";
import type { RuntimeDir } from "../tunnel/runtime-dir.js";
import { type Started, startSupervisor } from "../tunnel/start.js";
import { find, servedBy } from "../tunnel/state.js";
import { askToStop, exited, setAside, sweepAside } from "../tunnel/stop.js";

/** How long a tailscaled that is ending may hold on to the state. Milliseconds. */
const PREDECESSOR_MS = 10_000;

/** @throws Failure if the directory of tailscaled's state cannot be used, which its own message does not explain */
export function prepareState(path: string): void {
  if (path === "") return;
  try {
    // Not with `recursive`, with which Node tries for ever where a file system allows no directories.
    const missing: string[] = [];
    for (let at = path; at !== "/" && !existsSync(at); at = dirname(at)) missing.unshift(at);
    for (const one of missing) ensurePrivateDir(one);
    accessSync(path, constants.W_OK);
  } catch (error) {
    throw new Failure(
      `Cannot keep the state in ${path} (${errorCode(error)}). Check who owns it, or choose another directory with ` +
        "TS_STATE_DIR.",
    );
  }
}

/**
 * Starts the supervisor with tailscaled, after the end of the one before.
 *
 * @throws Failure if somebody else has a tunnel in the runtime directory
 */
export async function startServed(attempt: Attempt): Promise<Started> {
  const { dir, settings, env } = attempt;
  // A long life outlasts what cleaners do to temporary directories.
  ensurePrivateDir(dir.path);
  const release = await acquire(dir.lock, realHolders(), deadlineIn(settings.bootTimeoutMs));
  try {
    await makeRoom(dir);
    writeRecord(dir.proxies, settings, env, emptyRecord());
    await requireFree(attempt);
    return startSupervisor(attempt);
  } finally {
    release();
  }
}

async function makeRoom(dir: RuntimeDir): Promise<void> {
  const advice = "stop it first, or choose another directory with TS_RUNTIME_DIR";
  const owner = servedBy(dir);
  if (owner !== null && !isSame(owner, thisProcess())) {
    throw new Failure(`Another \`spacetail serve\` is running (process ${owner.pid}): ${advice}.`);
  }
  if (owner === null && find(dir).found === "up") {
    throw new Failure("`spacetail up` has started a tunnel. Run `spacetail down` first, or set TS_RUNTIME_DIR.");
  }
  sweepAside(dir);
  const supervisor = await askToStop(dir, null);
  if (supervisor !== null && !(await exited(supervisor, deadlineIn(PREDECESSOR_MS)))) setAside(dir, supervisor);
}
