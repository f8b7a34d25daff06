// SPDX-License-Identifier: Apache-2.0
import { dnsLabel } from "../../../contract/wire/labels.js";
import type { Settings } from "../../../contract/wire/settings.js";
import { Failure } from "../errors/failure.js";
import { printable } from "../errors/printable.js";
import { type Deadline, remaining, timeLeft } from "../process/clock.js";
import { controlError } from "./daemon-log.js";
import { NEEDS_MACHINE_AUTH, type Prefs, RUNNING, type StartOptions } from "./ipn.js";
import type { Bus, LocalApi } from "./local-api.js";

/**
 * Logs the node in and waits until tailscaled is Running.
 *
 * @param readLog reads tailscaled's log, which alone says why a control server cannot be reached
 * @throws Failure if the control server refuses, requires a person, or has not answered by the deadline
 */
export async function join(
  api: LocalApi,
  options: StartOptions,
  readLog: () => string,
  deadline: Deadline,
): Promise<void> {
  // The bus first, so that no message is missed.
  const bus = await api.watchBus();
  try {
    await api.start(options, timeLeft(deadline));
    await api.loginInteractive(timeLeft(deadline));
    await waitForRunning(bus, options.UpdatePrefs.ControlURL, readLog, deadline);
  } finally {
    bus.close();
  }
}

/** The preferences of a node that only makes connections. */
export function joinPrefs(settings: Settings, machine: string): Prefs {
  return {
    ControlURL: settings.controlUrl,
    WantRunning: true,
    RouteAll: settings.acceptRoutes,
    CorpDNS: settings.acceptDns,
    // In userspace mode peers could otherwise reach whatever listens on the machine's loopback.
    ShieldsUp: settings.shieldsUp,
    Hostname: nodeName(settings.hostname, machine),
  };
}

/** The node's name: the one in the settings, else `spacelift-` and the machine's name; always a DNS label. */
export function nodeName(wanted: string, machine: string): string {
  const name = dnsLabel(wanted !== "" ? wanted : `spacelift-${machine}`);
  return name !== "" ? name : "spacelift";
}

async function waitForRunning(bus: Bus, controlUrl: string, readLog: () => string, deadline: Deadline): Promise<void> {
  for (;;) {
    const notify = await bus.next(remaining(deadline));
    if (notify === null && remaining(deadline) > 0)
      throw new Failure("tailscaled exited while the node was logging in.");
    if (notify === null) throw new Failure(timeoutMessage(controlUrl, controlError(readLog())));
    const refusal = notify.ErrMessage ?? "";
    // tailscaled would try a refused key a dozen times more; the first answer is final.
    if (refusal !== "" && !isBusy(refusal)) throw new Failure(refusalMessage(refusal));
    if ((notify.BrowseToURL ?? "") !== "") {
      throw new Failure(
        "The control server did not accept the auth key and requires an interactive login. Use a valid key.",
      );
    }
    if (notify.State === NEEDS_MACHINE_AUTH) {
      throw new Failure(
        "The node needs an administrator's approval. Use a preauthorized auth key, or an OAuth client.",
      );
    }
    if (notify.State === RUNNING) return;
  }
}

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
