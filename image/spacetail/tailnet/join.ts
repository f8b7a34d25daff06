// SPDX-License-Identifier: Apache-2.0
import { Failure } from "../failure.js";
import { type Deadline, remaining } from "../process/clock.js";
import { controlError } from "./daemon-log.js";
import { call, follow, type Lines, type LocalApi, type LocalReply } from "./local-api.js";
import { plain } from "./plain.js";
import { wantRunning } from "./prefs.js";
import { NEEDS_MACHINE_AUTH, type Notify, RUNNING, type Status } from "./status.js";

/** ipn.NotifyInitialState: the first message carries the present state. */
const INITIAL_STATE = 2;

/**
 * Logs the node in and waits until tailscaled is Running.
 *
 * @param start the body of LocalAPI's `start`, which carries the auth key
 * @param log reads tailscaled's log, which alone tells why a control server is not reached
 * @throws Failure if the control server refuses, wants a person, or has not answered by the deadline
 */
export async function join(
  api: LocalApi,
  start: string,
  controlUrl: string,
  log: () => string,
  deadline: Deadline,
): Promise<void> {
  // The bus first, so that nothing it says is missed.
  const bus = await follow(api, `watch-ipn-bus?mask=${INITIAL_STATE}`);
  try {
    await command(api, "start", start, deadline);
    // Without this, tailscaled keeps the key but does not register.
    await command(api, "login-interactive", "", deadline);
    await waitForRunning(bus, controlUrl, log, deadline);
  } finally {
    bus.close();
  }
}

/** Reads the bus until it says Running. */
async function waitForRunning(bus: Lines, controlUrl: string, log: () => string, deadline: Deadline): Promise<void> {
  for (;;) {
    const line = await bus.next(remaining(deadline));
    if (line === null && remaining(deadline) > 0) throw new Failure("tailscaled ended while the node was logging in.");
    if (line === null) {
      const why = controlError(log());
      throw new Failure(
        why === ""
          ? `The control server ${controlUrl} did not let the node in before TS_BOOT_TIMEOUT passed. Check that it is well.`
          : `The control server ${controlUrl} cannot be used (${why}). Check TS_CONTROL_URL and the network.`,
      );
    }
    const notify = parseNotify(line);
    // tailscaled would try a refused key another dozen times; the first answer is final.
    const refusal = notify.ErrMessage ?? "";
    // tailscaled reports a control server that is busy the same way, and waits by itself.
    const busy = refusal.includes("rate limited");
    if (refusal !== "" && !busy) throw new Failure(refusalText(refusal));
    if ((notify.BrowseToURL ?? "") !== "") {
      throw new Failure(
        "The control server wants a person to log in, so it did not accept the auth key. Use a valid one.",
      );
    }
    if (notify.State === NEEDS_MACHINE_AUTH) {
      throw new Failure(
        "The node waits for an administrator's approval. Use a preauthorised auth key, or an OAuth client.",
      );
    }
    if (notify.State === RUNNING) return;
  }
}

/** The control server's refusal as a line of ours. Keys that an OAuth client minted a moment ago are not to blame. */
function refusalText(refusal: string): string {
  const key = refusal.includes("key");
  const advice = key
    ? "Auth keys expire, and one-shot keys work once: make a new one."
    : "Check the node's tags and the auth key.";
  return `The control server refused the node (${plain(refusal)}). ${advice}`;
}

/**
 * Restarts the handshakes of WireGuard, which otherwise repeats a lost one only after 5 s: takes the node off the
 * tailnet and puts it back, which takes some milliseconds and keeps its keys and addresses.
 */
export async function bounce(api: LocalApi, deadline: Deadline): Promise<void> {
  await patch(api, wantRunning(false), deadline);
  await patch(api, wantRunning(true), deadline);
  const bus = await follow(api, `watch-ipn-bus?mask=${INITIAL_STATE}`);
  try {
    while (remaining(deadline) > 0) {
      const line = await bus.next(remaining(deadline));
      if (line === null || parseNotify(line).State === RUNNING) return;
    }
  } finally {
    bus.close();
  }
}

/** Changes preferences. */
export async function patch(api: LocalApi, body: string, deadline: Deadline): Promise<void> {
  check(await call(api, "PATCH", "prefs", body, Math.max(1, remaining(deadline))), "prefs");
}

/** tailscaled's view of itself and its peers. */
export async function fetchStatus(api: LocalApi, timeoutMs: number): Promise<Status> {
  const reply = await call(api, "GET", "status", "", timeoutMs);
  check(reply, "status");
  return JSON.parse(reply?.body ?? "{}") as Status;
}

async function command(api: LocalApi, name: string, body: string, deadline: Deadline): Promise<void> {
  check(await call(api, "POST", name, body, Math.max(1, remaining(deadline))), name);
}

function check(reply: LocalReply | null, what: string): void {
  if (reply === null) throw new Failure(`tailscaled did not answer "${what}" before TS_BOOT_TIMEOUT passed.`);
  if (reply.status >= 300) throw new Failure(`tailscaled refused "${what}" (${reply.status}: ${reply.body.trim()}).`);
}

function parseNotify(line: string): Notify {
  return JSON.parse(line) as Notify;
}
