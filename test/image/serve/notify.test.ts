// SPDX-License-Identifier: Apache-2.0
import type { Platform } from "../../../image/spacetail/platform/platform.js";
import { noticeText, watchdogMs } from "../../../image/spacetail/serve/notify-text.js";
import { type ServiceManager, serviceManager } from "../../../image/spacetail/serve/service-manager.js";

test("a notice is one assignment a line", () => {
  expect(noticeText({ STOPPING: "1", STATUS: "Stopping" })).toBe("STOPPING=1\nSTATUS=Stopping");
});

test("a value cannot become another assignment", () => {
  expect(noticeText({ STATUS: "a\nREADY=1\r\nb" })).toBe("STATUS=a READY=1  b");
});

test.each([
  [{ WATCHDOG_USEC: "60000000" }, 30_000],
  [{ WATCHDOG_USEC: "60000000", WATCHDOG_PID: "7" }, 30_000],
  [{ WATCHDOG_USEC: "60000000", WATCHDOG_PID: "8" }, 0],
  [{ WATCHDOG_USEC: "1" }, 1],
  [{ WATCHDOG_USEC: "often" }, 0],
  [{ WATCHDOG_USEC: "0" }, 0],
  [{}, 0],
])("%j asks for a sign of life every %i ms", (env, ms) => {
  expect(watchdogMs(env, 7)).toBe(ms);
});

describe("a service manager", () => {
  let sent: string[];
  let failures: string[];
  let code: string;

  function manager(env: Record<string, string>): ServiceManager {
    const notify = async (address: string, text: string): Promise<string> => {
      sent.push(`${address} ${text}`);
      return code;
    };
    return serviceManager({ notify } as unknown as Platform, env, (address, why) => failures.push(`${address} ${why}`));
  }
  async function settle(): Promise<void> {
    await jest.advanceTimersByTimeAsync(0);
  }

  beforeEach(() => {
    jest.useFakeTimers();
    sent = [];
    failures = [];
    code = "";
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  test("is told what is new, and once that the service is ready", async () => {
    const { status, ready, stopping } = manager({ NOTIFY_SOCKET: "@m" });
    status("Joining");
    status("Joining");
    ready();
    ready();
    stopping();
    await settle();
    expect(sent).toEqual(["@m STATUS=Joining", "@m READY=1", "@m STOPPING=1\nSTATUS=Stopping"]);
  });

  test("gives a start more time while it lasts", async () => {
    const { ready } = manager({ NOTIFY_SOCKET: "@m" });
    await jest.advanceTimersByTimeAsync(20_000);
    expect(sent).toEqual(["@m EXTEND_TIMEOUT_USEC=60000000", "@m EXTEND_TIMEOUT_USEC=60000000"]);
    ready();
    await jest.advanceTimersByTimeAsync(60_000);
    expect(sent.slice(2)).toEqual(["@m READY=1"]);
  });

  test("that cannot be reached is named once", async () => {
    code = "ECONNREFUSED";
    const { status } = manager({ NOTIFY_SOCKET: "/run/m" });
    status("a");
    status("b");
    await settle();
    expect(failures).toEqual(["/run/m ECONNREFUSED"]);
  });

  test("that is not there is told nothing", async () => {
    const { status, ready, alive, watchdogMs: ms } = manager({ WATCHDOG_USEC: "1000" });
    status("a");
    ready();
    alive();
    await jest.advanceTimersByTimeAsync(60_000);
    expect([sent, ms]).toEqual([[], 0]);
  });
});
