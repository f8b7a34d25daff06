// SPDX-License-Identifier: Apache-2.0
import { formatHostPort } from "../../../contract/wire/addresses.js";
import type { Forward } from "../../../contract/wire/forwards.js";
import { Failure } from "../errors/failure.js";
import { remaining, sleep } from "../process/clock.js";
import { isRunning, isSame, type ProcessId } from "../process/processes.js";
import { localApi } from "../tailnet/local-api.js";
import type { Attempt } from "./attempt.js";
import { networkingOfDaemon } from "./networking.js";
import { find, readLaunch, readState, type State, servedBy, writeLaunch } from "./state.js";
import { askToStop, exited, leavingTunnels, setAside, sweepAside } from "./stop.js";

/**
 * Looks for a tunnel that the attempt can use: one that is up and on the tailnet, and stays until the watched process
 * has exited too. Any other tunnel is taken down and set aside, because phases that share a container follow each other
 * closely, and a logout may take long.
 *
 * @returns the tunnel, or null if there is none and a new one can be started
 * @throws Failure if the tunnel listens on other addresses
 */
export async function reuseTunnel(attempt: Attempt): Promise<State | null> {
  const { dir, deadline } = attempt;
  const owner = servedBy(dir);
  if (owner !== null) return await reuseServed(attempt, owner);
  const { found, state } = find(dir);
  if (found === "up" && state !== null && (await canServe(attempt, state))) return state;
  sweepAside(dir);
  const supervisor = await askToStop(dir, null);
  if (supervisor !== null && isRunning(supervisor)) {
    attempt.progress.waitFor("the end of the earlier tunnel");
    // Two tunnels cannot have the interface of kernel networking.
    if (readState(dir) === null || attempt.networking === "kernel") await exited(supervisor, deadline);
    else setAside(dir, supervisor);
  }
  if (attempt.networking === "kernel") {
    for (const leaving of leavingTunnels(dir)) await exited(leaving.supervisor, deadline);
  }
  return null;
}

/** Waits until the tunnel that `spacetail serve` keeps can be used. It is not for others to end. */
async function reuseServed(attempt: Attempt, owner: ProcessId): Promise<State> {
  attempt.progress.waitFor("the tunnel of `spacetail serve`");
  for (;;) {
    const { found, state } = find(attempt.dir);
    if (found === "up" && state !== null && (await canServe(attempt, state))) return state;
    if (!isRunning(owner)) throw new Failure(`\`spacetail serve\` (process ${owner.pid}) has ended.`);
    if (remaining(attempt.deadline) === 0) {
      throw new Failure(
        `The tunnel that \`spacetail serve\` keeps (process ${owner.pid}) is not on the tailnet. See \`spacetail status\`.`,
      );
    }
    await sleep(100);
  }
}

/** Checks a tunnel that is up, and makes it stay for the watched process. False if it went down meanwhile. */
async function canServe(attempt: Attempt, state: State): Promise<boolean> {
  const { dir, settings, watch } = attempt;
  const { socks5Server, httpProxy } = settings;
  const launch = readLaunch(dir);
  if (state.problem !== "" || launch === null || !(await isOnTailnet(attempt, state.socket))) return false;
  if (launch.socks5Server !== socks5Server || launch.httpProxy !== httpProxy) {
    throw new Failure(
      `The tunnel is already up with other proxy addresses (SOCKS5 ${launch.socks5Server}, HTTP ${launch.httpProxy}; ` +
        `${socks5Server} and ${httpProxy} were requested). ${launch.owner === null ? "Run `spacetail down` first" : "Use the same"}.`,
    );
  }
  const networking = networkingOfDaemon(launch.daemon);
  if (networking !== attempt.networking) {
    throw new Failure(
      `The tunnel is already up with ${networking} networking; ${attempt.networking} networking was requested ` +
        "(TS_USERSPACE). Run `spacetail down` first.",
    );
  }
  // Those that listen, which one that was asked for in vain does not.
  const more = newForwards(state.forwards, settings.forwards);
  const isWatched = state.watch.length === 0 || state.watch.some((one) => watch !== null && isSame(one, watch));
  if (isWatched && more.length === 0) return true;
  const generation = launch.generation + 1;
  const added = watch === null ? [] : state.watch.concat([watch]);
  writeLaunch(dir, {
    ...launch,
    watch: isWatched ? state.watch : added,
    generation,
    forwards: state.forwards.concat(more),
    readyMs: launch.readyMs,
  });
  // The supervisor repeats the generation when it has read the file.
  while (find(dir).found === "up" && remaining(attempt.deadline) > 0) {
    const now = readState(dir);
    if (now !== null && now.generation >= generation) {
      requireForwards(now.forwards, more);
      return true;
    }
    await sleep(5);
  }
  return false;
}

/**
 * The forwards that a tunnel does not have yet.
 *
 * @throws Failure if it uses the port of one for something else
 */
function newForwards(present: readonly Forward[], wanted: readonly Forward[]): Forward[] {
  return wanted.filter((one) => {
    const same = present.find((other) => other.port === one.port);
    if (same === undefined) return true;
    const [now, then] = [formatHostPort(same.target), formatHostPort(one.target)];
    if (now === then) return false;
    throw new Failure(
      `The tunnel is already up and forwards port ${one.port} to ${now}; ${then} was requested. Choose another port.`,
    );
  });
}

function requireForwards(present: readonly Forward[], wanted: readonly Forward[]): void {
  const missing = wanted.find((one) => !present.some((other) => other.port === one.port));
  if (missing === undefined) return;
  throw new Failure(
    `Cannot listen on 127.0.0.1:${missing.port}. Stop the program that does, or choose another port with TS_FORWARDS.`,
  );
}

async function isOnTailnet(attempt: Attempt, socket: string): Promise<boolean> {
  try {
    const api = localApi(attempt.platform.net.connectUnix, socket);
    return (await api.statusWithoutPeers(2000)).BackendState === "Running";
  } catch {
    return false;
  }
}
