// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { accessTo, describeInContainers, PATIENT, Stage, useWorld } from "../e2e/stage.js";
import { buildProbes } from "../image/net-probe.js";
import { ROOT } from "../world/world.js";
import { FUZZED } from "./cases.js";
import { fuzzCommandLines } from "./command-lines.js";
import { commandsOf, fuzz, keptCases, tryCase } from "./fuzz.js";
import { ParserProcess, type Result } from "./parser-process.js";
import { fuzzProxies } from "./proxies.js";

/** The same cases on every machine. Others are tried with another number: SEED=7. A failure prints the one it had. */
const SEED = Number(process.env.SEED ?? "20261126");

/** How long to go on: for so many cases, or for so many seconds with each part of the executable. */
export interface Amount {
  readonly cases?: number;
  readonly seconds?: number;
}

function goOnFor({
  cases = Number.POSITIVE_INFINITY,
  seconds = Number.POSITIVE_INFINITY,
}: Amount): (n: number) => boolean {
  const end = Date.now() + seconds * 1000;
  return (count) => count < cases && Date.now() < end;
}

/** The parsers, one by one, in the program of test/native. */
export function describeParsers(amount: Amount): void {
  describe("the parsers of the native build survive what nobody should send, and understand it as Node does", () => {
    beforeAll(buildProbes);
    const builds = commandsOf(ROOT);

    test("what was found before", async () => {
      for (const { name, why, base64 } of keptCases(ROOT)) {
        const problem = await tryCase(builds, name, Buffer.from(base64, "base64"));
        expect(problem === null ? null : `${why}: ${problem}`).toBeNull();
      }
    });

    test("errors leave nothing behind", async () => {
      const parser = new ParserProcess(builds.native, "http-request");
      try {
        const input = Buffer.from("GET http://db/ HTTP/1.1\r\nHost: db\r\nHost: db\r\n\r\n");
        const many = (): Promise<Result[]> => Promise.all(Array.from({ length: 2000 }, () => parser.feed(input)));
        expect((await many())[0]?.text).toMatch(/^Malformed: /);
        const before = parser.residentKb();
        for (let i = 0; i < 4; i += 1) await many();
        // They took 640 bytes each.
        expect(parser.residentKb()).toBeLessThan(before + 1024);
      } finally {
        parser.stop();
      }
    });

    test.each(FUZZED.map((one) => [one.name, one] as const))("%s", async (_, fuzzed) => {
      const share = FUZZED.filter(({ group }) => group === fuzzed.group).length;
      const seconds = amount.seconds === undefined ? {} : { seconds: amount.seconds / share };
      await fuzz(builds, fuzzed, SEED, goOnFor({ ...amount, ...seconds }));
    });
  });
}

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
        // The first ones find everything cold.
        await fuzzProxies(proxies, SEED + 1, (count) => count < 300);
        const before = await settled(stage, pid, Number.POSITIVE_INFINITY);
        await fuzzProxies(proxies, SEED, goOnFor(amount));
        const after = await settled(stage, pid, before.descriptors);
        expect(after.descriptors).toBeLessThanOrEqual(before.descriptors);
        expect(after.residentKb).toBeLessThan(before.residentKb + 2048);
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
