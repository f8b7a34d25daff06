// SPDX-License-Identifier: Apache-2.0

import { redact } from "../../../contract/wire/secrets.js";
import { errorMessage, Failure } from "../errors/failure.js";
import { deadlineIn, now, sleep } from "../process/clock.js";
import { problemLines } from "../tailnet/daemon-log.js";
import { type LocalApi, localApi } from "../tailnet/local-api.js";
import { exitMessage, settle } from "../tunnel/bring-up.js";
import { waitForDaemon } from "../tunnel/daemon.js";
import { readDaemonLog } from "../tunnel/runtime-dir.js";
import { publishSocket } from "../tunnel/socket.js";
import type { Started } from "../tunnel/start.js";
import { readState, reasonMessage } from "../tunnel/state.js";
import { pagesOf } from "./health.js";
import { openLocalPages } from "./local-pages.js";
import { FIRST_PAUSE_MS, LONGEST_PAUSE_MS, logIn, persist } from "./log-in.js";
import { keepLogs } from "./log-keeper.js";
import type { Running, Serving } from "./serving.js";
import { prepareState, startServed } from "./start.js";
import { stopServed } from "./stop.js";
import { watchServed } from "./watch-node.js";

/** A tailscaled that ran this long was fine, and the next pause is short again. Milliseconds. */
const FINE_MS = 60_000;

/** How often in a row tailscaled may end without having answered. */
const MOST_FAILURES = 5;

/** How long the end of a tailscaled may take to show after the first error that it causes. Milliseconds. */
const END_MS = 3000;

/** How a life of tailscaled ended. */
interface End {
  readonly kind: "asked" | "ended" | "failed";
  /** Why it failed, or how its supervisor ended; else empty. */
  readonly message: string;
}

/** What the health check knows. */
interface Condition {
  /** Of the tailscaled that runs; null between two. */
  api: LocalApi | null;
  /** Why the node is off the tailnet; empty while it is on it. */
  trouble: string;
  /** Whether tailscaled has answered since it was started. */
  answered: boolean;
}

/**
 * Keeps a node on the tailnet until a signal ends this process. A tailscaled that ends is started again; one that never
 * answered is not, because its command line is at fault.
 *
 * @throws Failure if the node cannot get onto the tailnet for a reason that waiting does not change
 */
export async function keepServing(serving: Serving): Promise<void> {
  const { attempt, options, manager, say } = serving;
  // Before anything is started, so that no signal ends this process without it.
  const asked = askedToStop();
  const condition: Condition = { api: null, trouble: "", answered: false };
  prepareState(options.stateDir);
  if (options.healthCheck || options.metrics) {
    const pages = pagesOf(
      options,
      () => condition.api,
      () => condition.trouble,
    );
    await openLocalPages(attempt.platform.net, options.localAddress, pages);
  }
  feedWatchdog(serving, condition);
  const starts = countStarts();
  for (;;) {
    const { end, started } = await live(serving, condition, asked);
    condition.api = null;
    const reason = readState(attempt.dir)?.reason ?? null;
    // A service manager may send its signal to all processes at once.
    if (end.kind !== "ended" || reason?.cause === "requested") return await finish(serving, end, started);
    const pause = starts.pause(condition.answered);
    if (pause === 0) throw new Failure(exitMessage(attempt, started, end.message));
    const why = reason === null ? `the supervisor exited unexpectedly (${end.message})` : reasonMessage(reason);
    const text = `Starting the tunnel again in ${pause / 1000} s: ${why}.`;
    say(text);
    manager.status(text);
    const next = await Promise.race([asked, sleep(pause).then(() => end)]);
    if (next.kind === "asked") return await finish(serving, next, started);
  }
}

/** Decides how long to wait before tailscaled is started again. */
function countStarts(): { readonly pause: (answered: boolean) => number } {
  let began = now();
  let pause = 0;
  let failures = 0;
  return {
    // 0 if it makes no sense to start it again.
    pause: (answered) => {
      failures = answered ? 0 : failures + 1;
      const isFirst = pause === 0;
      if (!answered && (isFirst || failures >= MOST_FAILURES)) return 0;
      pause = isFirst || now() - began > FINE_MS ? FIRST_PAUSE_MS : Math.min(2 * pause, LONGEST_PAUSE_MS);
      began = now() + pause;
      return pause;
    },
  };
}

/** @throws Failure if that is why it ends */
async function finish({ attempt, manager, say, secrets }: Serving, end: End, started: Started): Promise<void> {
  manager.stopping();
  const lines = end.kind === "failed" ? problemLines(readDaemonLog(attempt.dir), secrets, 5, end.message) : [];
  const line = await stopServed(attempt, started);
  if (end.kind !== "failed") say(line);
  else throw new Failure([end.message].concat(lines.map((one) => `  tailscaled: ${one}`)).join("\n"));
}

/** One life of tailscaled, from its start to its end or that of this process. */
async function live(
  serving: Serving,
  condition: Condition,
  asked: Promise<End>,
): Promise<{ readonly end: End; readonly started: Started }> {
  const { attempt, manager, secrets } = serving;
  manager.status("Starting tailscaled");
  const started = await startServed(attempt);
  const logs = keepLogs(attempt.dir, secrets, serving.options.showsDaemonLog);
  const api = localApi(attempt.platform.net.connectUnix, started.ownSocket);
  condition.api = api;
  let over = false;
  const running: Running = { api, isOver: () => over };
  const ended = started.ended.then((how): End => ({ kind: "ended", message: how }));
  condition.answered = false;
  const end = await Promise.race([ended, work(serving, running, started, condition, ended), asked]);
  over = true;
  // With the supervisor's last words, unless it goes on until it is stopped.
  logs.stop();
  return { end, started };
}

/** Puts the node on the tailnet and keeps it there. Ends with tailscaled, or when that is impossible. */
async function work(
  serving: Serving,
  running: Running,
  started: Started,
  condition: Condition,
  ended: Promise<End>,
): Promise<End> {
  const { attempt, manager } = serving;
  try {
    await waitForDaemon(running.api, deadlineIn(attempt.settings.bootTimeoutMs));
    // The socket of each life has the same name.
    if (running.isOver()) return await ended;
    condition.answered = true;
    publishSocket(started.ownSocket, started.socket);
    await logIn(serving, running);
    await settleIn(serving, running);
    manager.ready();
    await watchServed(serving, running, (trouble) => {
      condition.trouble = trouble;
    });
    return await ended;
  } catch (error) {
    const message = redact(errorMessage(error), serving.secrets);
    // Where tailscaled has ended, errors are only a consequence.
    return await Promise.race([ended, sleep(END_MS).then((): End => ({ kind: "failed", message }))]);
  }
}

/** Waits until traffic flows, unless the node goes off the tailnet again. */
async function settleIn(serving: Serving, running: Running): Promise<void> {
  const { attempt, manager, say } = serving;
  await persist(
    serving,
    running,
    () => true,
    async () => {
      const { BackendState } = await running.api.statusWithoutPeers(END_MS);
      if (BackendState !== "Running") return;
      manager.status("Waiting until traffic flows");
      say(await settle({ ...attempt, deadline: deadlineIn(attempt.settings.bootTimeoutMs) }, running.api));
    },
  );
}

/** Tells the service manager that this process is alive, as long as its tailscaled is. */
function feedWatchdog({ manager }: Serving, condition: Condition): void {
  if (manager.watchdogMs === 0) return;
  setInterval(() => {
    const { api } = condition;
    if (api === null || !condition.answered) manager.alive();
    else
      api.statusWithoutPeers(manager.watchdogMs).then(
        () => manager.alive(),
        () => {},
      );
  }, manager.watchdogMs);
}

function askedToStop(): Promise<End> {
  return new Promise<End>((resolve) => {
    let interrupted = false;
    const stop = (): void => resolve({ kind: "asked", message: "" });
    process.on("SIGTERM", stop);
    process.on("SIGINT", () => {
      // The supervisor does the rest.
      if (interrupted) process.exit(130);
      interrupted = true;
      stop();
    });
  });
}
