// SPDX-License-Identifier: Apache-2.0
import { formatHostPort } from "../../../contract/wire/addresses.js";
import type { Forward } from "../../../contract/wire/forwards.js";
import { Failure } from "../errors/failure.js";
import { remaining, sleep } from "../process/clock.js";
import { isRunning, isSame } from "../process/processes.js";
import { localApi } from "../tailnet/local-api.js";
import type { Attempt } from "./attempt.js";
import { find, readLaunch, readState, type State, writeLaunch } from "./state.js";
import { askToStop, exited, setAside } from "./stop.js";

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
  const { found, state } = find(dir);
  if (found === "up" && state !== null && (await canServe(attempt, state))) return state;
  const supervisor = await askToStop(dir, null);
  if (supervisor !== null && isRunning(supervisor)) {
    if (readState(dir) === null) await exited(supervisor, deadline);
    else setAside(dir, supervisor);
  }
  return null;
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
        `${socks5Server} and ${httpProxy} were requested). Run \`spacetail down\` first.`,
    );
  }
  const more = newForwards(launch.forwards, settings.forwards);
  const isWatched = state.watch.length === 0 || state.watch.some((one) => watch !== null && isSame(one, watch));
  if (isWatched && more.length === 0) return true;
  const generation = launch.generation + 1;
  const added = watch === null ? [] : state.watch.concat([watch]);
  writeLaunch(dir, {
    ...launch,
    watch: isWatched ? state.watch : added,
    generation,
    forwards: launch.forwards.concat(more),
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
