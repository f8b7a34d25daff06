// SPDX-License-Identifier: Apache-2.0

import { redact } from "../../../contract/wire/secrets.js";
import { errorMessage } from "../errors/failure.js";
import { isTemporary } from "../errors/temporary.js";
import { obtainAuthKey, readCredential } from "../login/credential.js";
import { type Deadline, deadlineIn, sleep } from "../process/clock.js";
import { writePrivate } from "../process/files.js";
import { type MaskedPrefs, NETFILTER_ON, type Prefs } from "../tailnet/ipn.js";
import { join, joinPrefs, type Person, resume } from "../tailnet/join.js";
import { readDaemonLog } from "../tunnel/runtime-dir.js";
import type { Running, Serving } from "./serving.js";

/** Pauses between attempts. Milliseconds. */
export const FIRST_PAUSE_MS = 1000;
export const LONGEST_PAUSE_MS = 60_000;

/** How long tailscaled may take to answer. Milliseconds. */
const ANSWER_MS = 5000;

/**
 * Puts the node on the tailnet, however long the network and the control server take. Uses the login in the state if
 * there is one; TS_AUTH_ONCE says whether the credential counts then. Without either a person has to log in.
 *
 * @throws Failure if the credential or the node is refused
 */
export async function logIn(serving: Serving, running: Running): Promise<void> {
  const { attempt, options } = serving;
  const status = await running.api.statusWithoutPeers(ANSWER_MS);
  if (status.HaveNodeKey !== true) {
    await logInAnew(serving, running);
    return;
  }
  if (options.authOnce || attempt.settings.credential === "none") {
    await goOn(serving, running);
    return;
  }
  let key = "";
  try {
    key = await freshKey(serving, deadlineIn(attempt.settings.bootTimeoutMs));
  } catch (error) {
    // The node may still be welcome.
    serving.say(`${errorMessage(error)} The login in the state is used instead.`);
  }
  if (key === "") await goOn(serving, running);
  else await persist(serving, running, isTemporary, () => continueWith(serving, running, key));
}

/** Logs in a node whose login is not valid any more. Never gives up, because a person may help. */
export async function logInAgain(serving: Serving, running: Running): Promise<void> {
  await persist(
    serving,
    running,
    () => true,
    () => logInAnew(serving, running),
  );
}

/** Registers the node, by the credential or by a person. */
async function logInAnew(serving: Serving, running: Running): Promise<void> {
  const { attempt } = serving;
  const { settings, dir } = attempt;
  await persist(serving, running, isTemporary, async () => {
    const deadline = deadlineIn(settings.bootTimeoutMs);
    const key = settings.credential === "none" ? "" : await freshKey(serving, deadline);
    const options = { AuthKey: key, UpdatePrefs: prefsOf(serving) };
    serving.manager.status("Joining the tailnet");
    writePrivate(dir.joining, "");
    await join(running.api, options, () => readDaemonLog(dir), deadline, personOf(serving));
  });
}

/** Goes on with the login in the state, with the preferences that the environment mentions. */
async function goOn(serving: Serving, running: Running): Promise<void> {
  for (const change of changesOf(serving)) await running.api.editPrefs(change, ANSWER_MS);
  await persist(serving, running, isTemporary, () => continueWith(serving, running, ""));
}

/** @param key an auth key for the case that the control server asks for one; empty for none */
async function continueWith(serving: Serving, running: Running, key: string): Promise<void> {
  const { settings, dir } = serving.attempt;
  const deadline = deadlineIn(settings.bootTimeoutMs);
  const options = key === "" ? null : { AuthKey: key, UpdatePrefs: prefsOf(serving) };
  serving.manager.status("Connecting with the login in the state");
  writePrivate(dir.joining, "");
  const readLog = (): string => readDaemonLog(dir);
  const isIn = await resume(running.api, options, settings.controlUrl, readLog, deadline, personOf(serving));
  if (isIn || running.isOver()) return;
  serving.say("The login in the state is not valid any more.");
  await logInAgain(serving, running);
}

/** Does something until it succeeds, or fails for a reason that trying again does not change. */
export async function persist(
  { say, manager, secrets }: Serving,
  running: Running,
  isWorthwhile: (error: unknown) => boolean,
  work: () => Promise<void>,
): Promise<void> {
  let pause = FIRST_PAUSE_MS;
  for (;;) {
    try {
      await work();
      return;
    } catch (error) {
      if (running.isOver() || !isWorthwhile(error)) throw error;
      const text = redact(`${errorMessage(error)} Trying again.`, secrets);
      say(text);
      manager.status(text);
    }
    await sleep(pause);
    pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
  }
}

async function freshKey({ attempt, manager, secrets }: Serving, deadline: Deadline): Promise<string> {
  manager.status("Obtaining an auth key");
  const { secret, key } = readCredential(attempt.settings, attempt.env);
  // Tokens and keys are replaced by newer ones.
  secrets.splice(0, secrets.length, secret);
  const authKey = await obtainAuthKey({ ...attempt, secret, key, deadline });
  secrets.push(authKey);
  return authKey;
}

/** Whoever reads what is printed here may help. */
function personOf({ say, manager }: Serving): Person {
  let shown = "";
  const show = (text: string): void => {
    if (text === shown) return;
    shown = text;
    say(text);
    manager.status(text);
    // Only a person can go on, who may use other services of this machine for that.
    manager.ready();
  };
  return {
    visit: (url) => show(`To log in, visit ${url}`),
    approve: () => show("The node needs an administrator's approval."),
  };
}

/**
 * Unlike a run's node, a host that stays is called what it is called. The mode of the firewall, which does not matter
 * in userspace, is the default of `tailscale up`, which insists on seeing every setting that differs from its own.
 */
function prefsOf({ attempt }: Serving): Prefs {
  const { settings, machine, networking } = attempt;
  const prefs = joinPrefs(settings, machine, networking === "kernel");
  const Hostname = settings.hostname === "" ? "" : prefs.Hostname;
  return { ...prefs, Hostname, NetfilterMode: NETFILTER_ON };
}

/** The changes that make the preferences in the state what the environment asks for. */
function changesOf(serving: Serving): MaskedPrefs[] {
  const { acceptDns, acceptRoutes, shieldsUp, hostname } = serving.options.given;
  const changes: MaskedPrefs[] = [{ WantRunning: true, WantRunningSet: true }];
  if (acceptDns !== null) changes.push({ CorpDNS: acceptDns, CorpDNSSet: true });
  if (acceptRoutes !== null) changes.push({ RouteAll: acceptRoutes, RouteAllSet: true });
  if (shieldsUp !== null) changes.push({ ShieldsUp: shieldsUp, ShieldsUpSet: true });
  if (hostname !== null) changes.push({ Hostname: prefsOf(serving).Hostname, HostnameSet: true });
  return changes;
}
