// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Amount, goOnFor, SEED } from "../fuzz/amount.js";
import { fuzzCommandLines } from "../fuzz/command-lines.js";
import { fuzzProxies } from "../fuzz/proxies.js";
import { ROOT } from "../world/world.js";
import { accessTo, describeInContainers, PATIENT, Stage, useWorld } from "./stage.js";

/**
 * What is left of the memory that the most connections at once took varies by so much, on a fast machine as on a slow
 * one. So many clients reach that number; what leaks 64 bytes with each of 130,000 clients is more.
 */
const WARM_UP = 7_500;
const MARK_VARIES_KB = 8_192;

/** Descriptors of pipes that a supervisor keeps for later, and of what it opens when it first needs it. */
const MOST_KEPT = 40;

/** Threads of a supervisor that looks no name up. Each that does takes one, and memory of its own. */
const FEW_THREADS = 3;

/** Command lines and variables. */
export function describeCommandLines(amount: Amount): void {
  test("the native executable ends properly, whatever its arguments and variables are", async () => {
    const folder = mkdtempSync(join(tmpdir(), "fuzz-"));
    try {
      await fuzzCommandLines(join(ROOT, "image/dist/spacetail-linux-x64"), folder, SEED, goOnFor(amount));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

/** The proxies of a tunnel that is up. */
export function describeProxies(amount: Amount): void {
  describeInContainers("clients that nobody should have", () => {
    const world = useWorld();

    test("leave the proxies of the native executable as they were", async () => {
      const stage = await Stage.open("native", { ...(await accessTo(world().tailnet)), ...PATIENT });
      try {
        expect((await stage.run("spacetail up --watch none")).code).toBe(0);
        const { pid } = await stage.find(/supervise$/);
        const proxies = { http: 8080, socks5: 1080 };
        const most = (await held(stage, pid)).descriptors + MOST_KEPT;
        await fuzzProxies(proxies, SEED + 1, (count) => count < WARM_UP);
        const before = await settled(stage, pid, most);
        await fuzzProxies(proxies, SEED, goOnFor(amount));
        const after = await settled(stage, pid, most);
        expect(Math.max(before.descriptors, after.descriptors)).toBeLessThanOrEqual(most);
        expect(after.residentKb).toBeLessThan(before.residentKb + MARK_VARIES_KB);
        for (const proxy of ["http://127.0.0.1:8080", "socks5h://127.0.0.1:1080"]) {
          const reached = await stage.run(
            `curl --silent --show-error --max-time 100 --proxy ${proxy} http://state/hello`,
          );
          expect(reached).toMatchObject({ code: 0, text: expect.stringContaining("hello") });
        }
        expect((await stage.run("spacetail down")).code).toBe(0);
      } finally {
        await stage.close();
      }
    });
  });
}

/** What a process holds. */
interface Held {
  readonly descriptors: number;
  readonly residentKb: number;
  readonly threads: number;
}

async function held(stage: Stage, pid: number): Promise<Held> {
  const { text } = await stage.run(`ls /proc/${pid}/fd | wc -l; grep -E 'VmRSS|Threads' /proc/${pid}/status`);
  const [descriptors, residentKb, threads] = (text.match(/\d+/g) ?? []).map(Number) as [number, number, number];
  return { descriptors, residentKb, threads };
}

/** What a process of the container holds once it has few threads and no more descriptors than that, or later. */
async function settled(stage: Stage, pid: number, most: number): Promise<Held> {
  for (let i = 0; ; i += 1) {
    const now = await held(stage, pid);
    // Connections linger for 2 s, and those to hosts that are not there, and look-ups, take longer.
    if (i >= 200 || (now.descriptors <= most && now.threads <= FEW_THREADS)) return now;
    await sleep(500);
  }
}
