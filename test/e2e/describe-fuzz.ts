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
 * Memory stays at the mark that the most connections at once reached: some 400 here, as connections linger. So many
 * clients reach it, and it varies by so much; what leaks 64 bytes with each of 130,000 clients is more.
 */
const WARM_UP = 7_500;
const MARK_VARIES_KB = 8_192;

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
        await fuzzProxies(proxies, SEED + 1, (count) => count < WARM_UP);
        const before = await settled(stage, pid, Number.POSITIVE_INFINITY);
        await fuzzProxies(proxies, SEED, goOnFor(amount));
        const after = await settled(stage, pid, before.descriptors);
        expect(after.descriptors).toBeLessThanOrEqual(before.descriptors);
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

/** What a process of the container holds, as soon as it has no more descriptors than that, or after a while. */
async function settled(stage: Stage, pid: number, most: number): Promise<{ descriptors: number; residentKb: number }> {
  for (let i = 0; ; i += 1) {
    const { text } = await stage.run(`ls /proc/${pid}/fd | wc -l; grep VmRSS /proc/${pid}/status`);
    const [descriptors, residentKb] = (text.match(/\d+/g) ?? []).map(Number) as [number, number];
    // Connections linger for 2 s, and those to hosts that are not there take longer.
    if (i >= 100 || (i >= 8 && descriptors <= most)) return { descriptors, residentKb };
    await sleep(500);
  }
}
