// SPDX-License-Identifier: Apache-2.0
import { type Amount, goOnFor, SEED } from "../fuzz/amount.js";
import { FUZZED, GROUPS } from "../fuzz/cases.js";
import { commandsOf, fuzz, keptCases, tryCase } from "../fuzz/fuzz.js";
import { ParserProcess, type Result } from "../fuzz/parser-process.js";
import { ROOT } from "../world/world.js";
import { buildProbes } from "./net-probe.js";

/**
 * The parsers, one by one, in the program of test/native.
 *
 * @param groups those of which groups; all by default
 */
export function describeParsers(amount: Amount, groups: readonly string[] = GROUPS): void {
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

    const chosen = FUZZED.filter(({ group }) => groups.includes(group));
    test.each(chosen.map((one) => [one.name, one] as const))("%s", async (_, fuzzed) => {
      const share = FUZZED.filter(({ group }) => group === fuzzed.group).length;
      const seconds = amount.seconds === undefined ? {} : { seconds: amount.seconds / share };
      await fuzz(builds, fuzzed, SEED, goOnFor({ ...amount, ...seconds }));
    });
  });
}
