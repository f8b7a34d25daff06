// SPDX-License-Identifier: Apache-2.0
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deadlineIn } from "../../image/spacetail/process/clock.js";
import { acquire } from "../../image/spacetail/process/lock.js";
import type { ProcessId } from "../../image/spacetail/process/processes.js";
import { type RuntimeDir, writePrivate } from "../../image/spacetail/process/runtime-dir.js";

/** Processes play their part here: who runs, who asks, and what happens while somebody looks whether another runs. */
const mockStage = {
  running: [] as string[],
  me: { pid: 0, start: "" },
  whileLooking: (_: ProcessId): void => {},
};
jest.mock("../../image/spacetail/process/processes", () => ({
  isRunning: (id: ProcessId) => {
    const answer = mockStage.running.includes(id.start);
    mockStage.whileLooking(id);
    return answer;
  },
  self: () => mockStage.me,
}));

// Errors of Node's own modules are of another realm than the tests, where `instanceof Error` does not hold.
jest.mock("../../image/spacetail/failure", () => ({
  ...jest.requireActual("../../image/spacetail/failure"),
  errorCode: (error: NodeJS.ErrnoException) => error.code,
}));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lock-"));
  mockStage.running = [];
  mockStage.whileLooking = () => {};
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const lockPath = () => join(folder, "lock");
const lock = (who: string, ms = 0): Promise<() => void> => {
  mockStage.me = { pid: who.charCodeAt(0), start: who };
  if (!mockStage.running.includes(who)) mockStage.running.push(who);
  return acquire({ lock: lockPath() } as RuntimeDir, deadlineIn(ms));
};
const die = (who: string) => {
  mockStage.running = mockStage.running.filter((one) => one !== who);
};
const BUSY = "Another `spacetail up` is still at work. Wait for it, or run `spacetail down`.";

describe("the lock of up", () => {
  test("one holder at a time, and nothing left behind", async () => {
    const release = await lock("a");
    await expect(lock("b")).rejects.toThrow(BUSY);
    release();
    const next = await lock("b");
    next();
    expect(readdirSync(folder)).toEqual([]);
  });

  test("a dead holder has an heir, and so has the heir", async () => {
    await lock("a");
    die("a");
    await lock("b");
    await expect(lock("c")).rejects.toThrow(BUSY);
    die("b");
    const release = await lock("c");
    await expect(lock("d")).rejects.toThrow(BUSY);
    release();
    expect(readdirSync(folder)).toEqual([]);
  });

  test("of two that find the holder dead at the same time, one is the heir", async () => {
    await lock("dead");
    die("dead");
    // WHEN a second one comes and inherits, just after the first has seen that the holder is dead
    let second: Promise<() => void> | undefined;
    mockStage.whileLooking = () => {
      mockStage.whileLooking = () => {};
      second = lock("second");
      mockStage.me = { pid: "first".charCodeAt(0), start: "first" };
    };
    const first = lock("first");
    // THEN only one of them has the lock
    expect(await second).toBeInstanceOf(Function);
    await expect(first).rejects.toThrow(BUSY);
  });

  test("a lock that came into other hands is not released", async () => {
    const release = await lock("a");
    writeFileSync(lockPath(), JSON.stringify({ pid: 2, start: "b" }));
    mockStage.running.push("b");
    release();
    expect(existsSync(lockPath())).toBe(true);
  });

  test("a lock that nobody can read belongs to nobody", async () => {
    writeFileSync(lockPath(), "");
    (await lock("a"))();
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("writePrivate", () => {
  test("writes whole files for their owner alone", () => {
    writePrivate(join(folder, "file"), "text");
    expect(readFileSync(join(folder, "file"), "utf8")).toBe("text");
    expect(readdirSync(folder)).toEqual(["file"]);
  });

  test("tells in one line that the disk is full, and leaves nothing", () => {
    const path = join(folder, "file");
    symlinkSync("/dev/full", `${path}.${process.pid}`);
    expect(() => writePrivate(path, "text")).toThrow(
      `Cannot write ${path} (ENOSPC). The disk must have room and be writable.`,
    );
    expect(readdirSync(folder)).toEqual([]);
  });
});
