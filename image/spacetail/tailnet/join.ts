// SPDX-License-Identifier: Apache-2.0
import { dnsLabel } from "../../../contract/wire/labels.js";
import type { Settings } from "../../../contract/wire/settings.js";
import { Failure } from "../errors/failure.js";
import { printable } from "../errors/printable.js";
import { TemporaryFailure } from "../errors/temporary.js";
import { type Deadline, deadlineIn, LONGEST_TIMER_MS, remaining, timeLeft } from "../process/clock.js";
import { controlError } from "./daemon-log.js";
import {
  NEEDS_LOGIN,
  NEEDS_MACHINE_AUTH,
  NETFILTER_OFF,
  NETFILTER_ON,
  type Prefs,
  RUNNING,
  type StartOptions,
} from "./ipn.js";
import type { Bus, LocalApi } from "./local-api.js";

/** Where the control server requires a person: who is told so. */
export interface Person {
  /** The node has to be logged in on this web page. */
  readonly visit: (url: string) => void;
  /** An administrator has to approve the node. */
  readonly approve: () => void;
}

/**
 * Logs the node in and waits until tailscaled is Running.
 *
 * @param readLog reads tailscaled's log, which alone says why a control server cannot be reached
 * @param person who can help, for whom there is no deadline; null if nobody is there
 * @throws Failure if the control server refuses, or requires a person where nobody is there
 * @throws TemporaryFailure if it has not answered by the deadline
 */
export async function join(
  api: LocalApi,
  options: StartOptions,
  readLog: () => string,
  deadline: Deadline,
  person: Person | null,
): Promise<void> {
  // The bus first, so that no message is missed.
  const bus = await api.watchBus();
  try {
    // Its first message is about the time before: a node that was deleted is Running.
    await bus.next(remaining(deadline));
    await api.start(options, timeLeft(deadline));
    await api.loginInteractive(timeLeft(deadline));
    const wait = { controlUrl: options.UpdatePrefs.ControlURL, readLog, deadline, person, hasLogin: false };
    await waitForRunning(bus, wait);
  } finally {
    bus.close();
  }
}

/**
 * Waits until a node that has a login is Running.
 *
 * @param options an auth key for the case that the control server asks for one, and new preferences; null for neither
 * @returns false if the login is not valid any more
 * @throws as {@link join} does
 */
export async function resume(
  api: LocalApi,
  options: StartOptions | null,
  controlUrl: string,
  readLog: () => string,
  deadline: Deadline,
  person: Person | null,
): Promise<boolean> {
  const bus = await api.watchBus();
  try {
    if (options !== null) {
      await bus.next(remaining(deadline));
      await api.start(options, timeLeft(deadline));
    }
    return await waitForRunning(bus, { controlUrl, readLog, deadline, person, hasLogin: true });
  } finally {
    bus.close();
  }
}

/** The networks that an exit node offers. */
const EVERYTHING: readonly string[] = ["0.0.0.0/0", "::/0"];

/**
 * The preferences of the node.
 *
 * @param isKernel whether the kernel's network stack carries the tunnel
 */
export function joinPrefs(settings: Settings, machine: string, isKernel: boolean): Prefs {
  return {
    ControlURL: settings.controlUrl,
    WantRunning: true,
    RouteAll: settings.acceptRoutes,
    CorpDNS: settings.acceptDns,
    // In userspace mode peers could otherwise reach whatever listens on the machine's loopback.
    ShieldsUp: settings.shieldsUp,
    RunSSH: settings.ssh,
    AdvertiseRoutes: settings.advertiseRoutes.concat(settings.advertiseExitNode ? EVERYTHING : []),
    AdvertiseTags: settings.advertiseTags,
    ExitNodeAllowLANAccess: settings.exitNodeAllowLan,
    NetfilterMode: isKernel ? NETFILTER_ON : NETFILTER_OFF,
    Hostname: nodeName(settings.hostname, machine),
  };
}

/** The node's name: the one in the settings, else `spacelift-` and the machine's name; always a DNS label. */
export function nodeName(wanted: string, machine: string): string {
  const name = dnsLabel(wanted !== "" ? wanted : `spacelift-${machine}`);
  return name !== "" ? name : "spacelift";
}

/** What {@link waitForRunning} needs. */
interface Wait {
  readonly controlUrl: string;
  readonly readLog: () => string;
  readonly deadline: Deadline;
  readonly person: Person | null;
  /** Whether it is over when the node needs a login. */
  readonly hasLogin: boolean;
}

/** True when the node is Running; false if it needs a login. */
async function waitForRunning(bus: Bus, { controlUrl, readLog, deadline, person, hasLogin }: Wait): Promise<boolean> {
  let limit = deadline;
  for (;;) {
    const notify = await bus.next(remaining(limit));
    if (notify === null && remaining(limit) > 0) throw new Failure("tailscaled exited while the node was logging in.");
    if (notify === null) throw new TemporaryFailure(timeoutMessage(controlUrl, controlError(readLog())));
    const refusal = notify.ErrMessage ?? "";
    // tailscaled would try a refused key a dozen times more; the first answer is final.
    if (refusal !== "" && !isBusy(refusal)) throw new Failure(refusalMessage(refusal));
    const url = notify.BrowseToURL ?? "";
    if (url !== "") {
      if (person === null) throw new Failure(LOGIN_IS_NEEDED);
      person.visit(printable(url));
      limit = deadlineIn(LONGEST_TIMER_MS);
    }
    if (notify.State === NEEDS_MACHINE_AUTH) {
      if (person === null) throw new Failure(APPROVAL_IS_NEEDED);
      person.approve();
      limit = deadlineIn(LONGEST_TIMER_MS);
    }
    if (notify.State === NEEDS_LOGIN && hasLogin) return false;
    if (notify.State === RUNNING) return true;
  }
}

const LOGIN_IS_NEEDED =
  "The control server did not accept the auth key and requires an interactive login. Use a valid key.";
const APPROVAL_IS_NEEDED =
  "The node needs an administrator's approval. Use a preauthorized auth key, or an OAuth client.";

/**
 * True if the control server is busy, which tailscaled reports like a refusal although it tries again.
 * Source of the text: tailscale.com v1.102.3, control/controlclient/direct.go, "node registration rate limited".
 */
function isBusy(refusal: string): boolean {
  return refusal.includes("rate limited");
}

/** @param why the last error that tailscaled logged; empty for none */
function timeoutMessage(controlUrl: string, why: string): string {
  // Go's words for an answer that begins like a web page, and for one that says that there is no such page.
  const isNoServer = why.includes("invalid character '<'") || why.includes(": 404");
  if (isNoServer) {
    return `${controlUrl} is not a control server: it answers like a web server. Check TS_CONTROL_URL.`;
  }
  return why === ""
    ? `The control server ${controlUrl} did not admit the node before TS_BOOT_TIMEOUT passed. Check that the server is healthy. If it admits the node later, spacetail logs it out.`
    : `The control server ${controlUrl} cannot be used (${why}). Check TS_CONTROL_URL and the network.`;
}

/**
 * The control server's refusal, which comes as a text and nothing else: tailcfg.RegisterResponse.Error. Tailscale's and
 * headscale's name the key if that is at fault, such as "invalid key: API key ... not valid" or "invalid pre auth key".
 */
function refusalMessage(refusal: string): string {
  const advice = refusal.includes("key")
    ? "Auth keys expire, and one-shot keys work once: create a new one."
    : "Check the node's tags and the auth key.";
  return `The control server refused the node (${printable(refusal)}). ${advice}`;
}
