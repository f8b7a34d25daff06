// SPDX-License-Identifier: Apache-2.0
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { growingFile } from "../../../image/spacetail/process/growing-file.js";
import { keepLogs } from "../../../image/spacetail/serve/log-keeper.js";
import { dirAt, type RuntimeDir } from "../../../image/spacetail/tunnel/runtime-dir.js";

let dir: RuntimeDir;
beforeEach(() => {
  dir = dirAt(mkdtempSync(join(tmpdir(), "logs-")));
});
afterEach(() => {
  rmSync(dir.path, { recursive: true });
});

describe("a growing file", () => {
  test("gives complete lines once, and the rest at last", () => {
    const file = growingFile(dir.daemonLog);
    expect([file.size(), file.lines(false)]).toEqual([-1, []]);
    writeFileSync(dir.daemonLog, "one\ntw");
    expect(file.lines(false)).toEqual(["one"]);
    appendFileSync(dir.daemonLog, "o\n\nthr");
    expect(file.lines(false)).toEqual(["two", ""]);
    expect(file.lines(true)).toEqual(["thr"]);
  });

  test("may begin anew", () => {
    const file = growingFile(dir.daemonLog);
    writeFileSync(dir.daemonLog, "a long line\n");
    expect(file.lines(false)).toEqual(["a long line"]);
    writeFileSync(dir.daemonLog, "new\n");
    expect(file.lines(false)).toEqual(["new"]);
  });
});

describe("logs that are kept in the foreground", () => {
  let printed: string[];
  beforeEach(() => {
    jest.useFakeTimers();
    printed = [];
    jest.spyOn(console, "error").mockImplementation((line) => printed.push(line));
  });
  afterEach(() => {
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  test("are printed with their origin, without secrets and control characters", () => {
    writeFileSync(dir.supervisorLog, "spacetail: stopping\n");
    writeFileSync(dir.daemonLog, "key is hidden-secret\n\u001b[31mred\n");
    const keeper = keepLogs(dir, ["hidden-secret"]);
    jest.advanceTimersByTime(500);
    expect(printed).toEqual(["spacetail: stopping", "tailscaled: key is [secret]", "tailscaled: ?[31mred"]);
    appendFileSync(dir.daemonLog, "last");
    keeper.stop();
    expect(printed.slice(3)).toEqual(["tailscaled: last"]);
  });

  test("are spacetail's own if tailscaled's are not to be shown", () => {
    const keeper = keepLogs(dir, [], false);
    writeFileSync(dir.supervisorLog, "spacetail: stopping\n");
    writeFileSync(dir.daemonLog, "magicsock\n");
    jest.advanceTimersByTime(500);
    keeper.stop();
    expect(printed).toEqual(["spacetail: stopping"]);
  });

  test("are cut when they are long, but for their beginning, and no line is lost or printed twice", () => {
    const keeper = keepLogs(dir, []);
    writeFileSync(dir.daemonLog, "SOCKS5 listening on 127.0.0.1:1\n");
    appendFileSync(dir.daemonLog, `${"x".repeat(99)}\n`.repeat(45_000));
    jest.advanceTimersByTime(500);
    expect(printed).toHaveLength(45_001);
    expect(statSync(dir.daemonLog).size).toBeLessThan(20_000);
    expect(readFileSync(dir.daemonLog, "utf8")).toMatch(
      /^SOCKS5 listening on 127\.0\.0\.1:1\nx+\n[\s\S]*\nx+\n\[\.\.\.\]\n$/,
    );
    appendFileSync(dir.daemonLog, "next\n");
    jest.advanceTimersByTime(500);
    expect(printed.slice(45_001)).toEqual(["tailscaled: next"]);
    keeper.stop();
    expect(printed).toHaveLength(45_002);
  });
});
