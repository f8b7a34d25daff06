// SPDX-License-Identifier: Apache-2.0
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deadlineIn } from "../../image/spacetail/process/clock.js";
import { writePrivate } from "../../image/spacetail/process/files.js";
import type { ProcessId } from "../../image/spacetail/process/processes.js";
import { acquire, isHeld } from "../../image/spacetail/tunnel/lock.js";

let folder: string;
/** The processes that are running, by name. */
let alive: string[];
/** Called whenever somebody checks whether a holder is running. */
let whileChecking: (holder: ProcessId) => void;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lock-"));
  alive = [];
  whileChecking = () => {};
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const lockPath = () => join(folder, "lock");

function lock(name: string, ms = 0): Promise<() => void> {
  if (!alive.includes(name)) alive.push(name);
  const running = (holder: ProcessId): boolean => {
    const answer = alive.includes(holder.start);
    whileChecking(holder);
    return answer;
  };
  return acquire(lockPath(), { self: { pid: name.charCodeAt(0), start: name }, running }, deadlineIn(ms));
}

function die(name: string): void {
  alive = alive.filter((one) => one !== name);
}

const BUSY = "Another `spacetail up` is still running. Wait for it, or run `spacetail down`.";

describe("the lock of up", () => {
  test("has one holder at a time, and leaves nothing behind", async () => {
    const release = await lock("a");
    await expect(lock("b")).rejects.toThrow(BUSY);
    release();
    const next = await lock("b");
    next();
    expect(readdirSync(folder)).toEqual([]);
  });

  test("is held while its holder is running", async () => {
    const held = () => isHeld(lockPath(), ({ start }) => alive.includes(start));
    expect(held()).toBe(false);
    await lock("a");
    expect(held()).toBe(true);
    die("a");
    expect(held()).toBe(false);
    const release = await lock("b");
    expect(held()).toBe(true);
    release();
    expect(held()).toBe(false);
  });

  test("passes from a dead holder to a successor, and from that one to the next", async () => {
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

  test("passes to one of two that find the holder dead at the same time", async () => {
    await lock("dead");
    die("dead");
    // WHEN a second one comes and takes the lock, just after the first has seen that the holder is dead
    let second: Promise<() => void> | undefined;
    whileChecking = () => {
      whileChecking = () => {};
      second = lock("second");
    };
    const first = lock("first");
    // THEN only one of them has the lock
    expect(await second).toBeInstanceOf(Function);
    await expect(first).rejects.toThrow(BUSY);
  });

  test("is not released by a former holder", async () => {
    const release = await lock("a");
    writeFileSync(lockPath(), JSON.stringify({ pid: 2, start: "b" }));
    alive.push("b");
    release();
    expect(existsSync(lockPath())).toBe(true);
  });

  test("is free if its file is malformed", async () => {
    writeFileSync(lockPath(), "");
    (await lock("a"))();
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("writePrivate", () => {
  test("writes whole files that only their owner can read", () => {
    writePrivate(join(folder, "file"), "text");
    expect(readFileSync(join(folder, "file"), "utf8")).toBe("text");
    expect(readdirSync(folder)).toEqual(["file"]);
  });

  test("reports a full disk in one line, and leaves nothing", () => {
    const path = join(folder, "file");
    symlinkSync("/dev/full", `${path}.${process.pid}`);
    expect(() => writePrivate(path, "text")).toThrow(
      `Cannot write ${path} (ENOSPC). Check that the disk is writable and not full.`,
    );
    expect(readdirSync(folder)).toEqual([]);
  });
});
