// SPDX-License-Identifier: Apache-2.0
import type { Environment } from "../../../contract/wire/environment.js";
import type { Platform } from "../platform/platform.js";
import { type Notice, noticeText, watchdogMs } from "./notify-text.js";

/** How often a start that takes long is extended, and by how much. Milliseconds. */
const EXTEND_EVERY_MS = 10_000;
const EXTEND_MS = 60_000;

/** The service manager that has started this process, such as systemd. Without one, nothing happens. */
export interface ServiceManager {
  /** The service is ready: once, whatever comes later. */
  readonly ready: () => void;
  /** What the service is doing, for `systemctl status`. */
  readonly status: (text: string) => void;
  readonly stopping: () => void;
  /** To be called as often as `watchdogMs` says. */
  readonly alive: () => void;
  /** Milliseconds; 0 if nobody watches. */
  readonly watchdogMs: number;
}

/**
 * The service manager that the environment names, by sd_notify(3).
 *
 * @param failed called once if it cannot be reached, with its address and the code of the error
 */
export function serviceManager(
  platform: Platform,
  env: Environment,
  failed: (address: string, code: string) => void,
): ServiceManager {
  const address = env.NOTIFY_SOCKET ?? "";
  let isReady = address === "";
  let shown = "";
  let hasFailed = false;
  // One after the other: some platforms need a while for a message.
  let last: Promise<void> = Promise.resolve();
  const send = (notice: Notice): void => {
    if (address === "") return;
    last = last.then(async () => {
      const code = await platform.notify(address, noticeText(notice));
      if (code === "" || hasFailed) return;
      hasFailed = true;
      failed(address, code);
    });
  };
  const extending = setInterval(() => {
    // Joining waits for the network, which may come late.
    if (isReady) clearInterval(extending);
    else send({ EXTEND_TIMEOUT_USEC: `${EXTEND_MS * 1000}` });
  }, EXTEND_EVERY_MS);
  return {
    ready: () => {
      if (!isReady) send({ READY: "1" });
      isReady = true;
    },
    status: (text) => {
      if (text !== shown) send({ STATUS: text });
      shown = text;
    },
    stopping: () => {
      isReady = true;
      send({ STOPPING: "1", STATUS: "Stopping" });
    },
    alive: () => send({ WATCHDOG: "1" }),
    watchdogMs: address === "" ? 0 : watchdogMs(env, process.pid),
  };
}
