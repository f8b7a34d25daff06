// SPDX-License-Identifier: Apache-2.0

import type { ChildProcess } from "node:child_process";
import { EventEmitter } from "node:events";
import { Failure } from "../../image/spacetail/errors/failure";
import type { Status } from "../../image/spacetail/tailnet/ipn";
import type { LocalApi } from "../../image/spacetail/tailnet/local-api";
import { leave } from "../../image/spacetail/tunnel/leave";
import type { StopReason } from "../../image/spacetail/tunnel/state";

const REGISTERING: Partial<Status> = { BackendState: "NeedsLogin" };
const ADMITTED: Partial<Status> = { BackendState: "Running", HaveNodeKey: true };
const REFUSED: Partial<Status> = {
  BackendState: "NeedsLogin",
  Health: ["You are logged out. The last login error was: invalid key"],
};

/** A tailscaled that is in these states, one for each question; the last one stays. */
function scene(states: readonly (Partial<Status> | null)[], logouts: readonly string[] = [""], stops = true) {
  const calls: string[] = [];
  let asked = 0;
  let tried = 0;
  const daemon = new EventEmitter();
  const ended = new Promise<StopReason>((resolve) => {
    daemon.on("exit", () => resolve({ cause: "daemon-exited", detail: "status 0" }));
  });
  const kill = (signal: string): boolean => {
    if (signal !== "SIGCONT") calls.push(signal);
    if (signal === "SIGKILL" || (signal === "SIGTERM" && stops)) daemon.emit("exit");
    return true;
  };
  const api = {
    statusWithoutPeers: async () => {
      const state = states[Math.min(asked, states.length - 1)] ?? null;
      asked += 1;
      if (state === null) throw new Failure('tailscaled did not answer "status" in time.');
      return state as Status;
    },
    logout: async () => {
      const problem = logouts[Math.min(tried, logouts.length - 1)] ?? "";
      tried += 1;
      calls.push("logout");
      if (problem !== "") throw new Failure(`tailscaled refused "logout" (500: ${problem}).`);
    },
    restart: async () => {
      calls.push("restart");
    },
  } as unknown as LocalApi;
  const problems: string[] = [];
  return {
    calls,
    problems,
    leave: async (joined = true) => {
      return await leave({
        api,
        daemon: Object.assign(daemon, { kill }) as unknown as ChildProcess,
        daemonEnded: ended,
        joined,
        report: (problem) => problems.push(problem),
      });
    },
  };
}

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

/** Lets time pass until the work is done: timers of intervals never run out. */
async function finish<T>(work: Promise<T>): Promise<T> {
  let done = false;
  const watched = work.finally(() => {
    done = true;
  });
  while (!done) await jest.advanceTimersByTimeAsync(100);
  return await watched;
}

test("a node that is on the tailnet is logged out, then tailscaled is stopped", async () => {
  const { calls, leave } = scene([ADMITTED]);
  expect(await finish(leave())).toBe("logged-out");
  expect(calls).toEqual(["logout", "SIGTERM"]);
});

test("a registration that is under way is waited for", async () => {
  const { calls, leave } = scene([...Array(400).fill(REGISTERING), ADMITTED]);
  expect(await finish(leave())).toBe("logged-out");
  expect(calls).toEqual(["logout", "SIGTERM"]);
});

test("one that is never answered is given up, and not called a node that has not joined", async () => {
  const { calls, leave } = scene([REGISTERING]);
  expect(await finish(leave())).toBe("unanswered");
  expect(calls).toEqual(["SIGTERM"]);
});

test("one that was refused leaves no node", async () => {
  const { problems, leave } = scene([REFUSED]);
  expect(await finish(leave())).toBe("never-joined");
  expect(problems).toEqual(["invalid key"]);
});

test("where up has not asked for a registration there is nothing to wait for", async () => {
  const { calls, leave } = scene([REGISTERING]);
  expect(await finish(leave(false))).toBe("never-joined");
  expect(calls).toEqual(["SIGTERM"]);
});

test("a logout that fails is tried again, with a new client of the control server", async () => {
  const { calls, problems, leave } = scene([ADMITTED], ["connection refused", "http 500", ""]);
  expect(await finish(leave())).toBe("logged-out");
  expect(calls).toEqual(["logout", "restart", "logout", "restart", "logout", "SIGTERM"]);
  expect(problems).toEqual(["connection refused", "http 500"]);
});

test("a logout that always fails is given up after a while", async () => {
  const { leave } = scene([ADMITTED], ["connection refused"]);
  expect(await finish(leave())).toBe("left-behind");
});

test("a tailscaled that does not answer is stopped, which may log the node out", async () => {
  const { calls, leave } = scene([null]);
  expect(await finish(leave())).toBe("unknown");
  expect(calls).toEqual(["SIGTERM"]);
});

test("one that does not even stop is killed", async () => {
  const { calls, leave } = scene([null], [""], false);
  expect(await finish(leave())).toBe("left-behind");
  expect(calls).toEqual(["SIGTERM", "SIGKILL"]);
});
