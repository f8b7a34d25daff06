// SPDX-License-Identifier: Apache-2.0
import { Failure } from "../errors/failure.js";
import { remaining, sleep } from "../process/clock.js";
import { isRunning, isSame } from "../process/processes.js";
import { localApi } from "../tailnet/local-api.js";
import type { Attempt } from "./attempt.js";
import { find, type Launch, readLaunch, readState, type State, writeLaunch } from "./state.js";
import { askToStop, exited, leavingTunnels, setAside } from "./stop.js";

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
  for (const { aside, supervisor: leaving } of leavingTunnels(dir)) {
    const launch = readLaunch(aside);
    if (launch !== null && needsPorts(launch, attempt)) await exited(leaving, deadline);
  }
  return null;
}

/** Whether a tunnel that is leaving still has the ports that the attempt needs: tailscaled itself listens on them. */
function needsPorts({ daemon, socks5Server, httpProxy }: Launch, { settings }: Attempt): boolean {
  const wanted = [settings.socks5Server, settings.httpProxy];
  return [`--socks5-server=${socks5Server}`, `--outbound-http-proxy-listen=${httpProxy}`].some(
    (flag) => daemon.includes(flag) && wanted.includes(flag.slice(flag.indexOf("=") + 1)),
  );
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
  if (state.watch.length === 0 || state.watch.some((one) => watch !== null && isSame(one, watch))) return true;
  const generation = launch.generation + 1;
  writeLaunch(dir, { ...launch, watch: watch === null ? [] : state.watch.concat([watch]), generation });
  // The supervisor repeats the generation when it has read the file.
  while (find(dir).found === "up" && remaining(attempt.deadline) > 0) {
    if ((readState(dir)?.generation ?? 0) >= generation) return true;
    await sleep(5);
  }
  return false;
}

async function isOnTailnet(attempt: Attempt, socket: string): Promise<boolean> {
  try {
    const api = localApi(attempt.platform.connect, socket);
    return (await api.statusWithoutPeers(2000)).BackendState === "Running";
  } catch {
    return false;
  }
}
