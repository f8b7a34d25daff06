// SPDX-License-Identifier: Apache-2.0
// The parsers of the native build, compiled for AddressSanitizer: build/shrink leaves out counts of references, and
// must not leave out one that is needed.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { SEED } from "../fuzz/amount.js";
import { FUZZED } from "../fuzz/cases.js";
import { commandsOf, fuzz } from "../fuzz/fuzz.js";
import { buildProbes } from "../image/net-probe.js";
import { ROOT } from "../world/world.js";

/** So many cases of each parser. Memory is not looked at: AddressSanitizer keeps what is freed for a while. */
const CASES = 5000;

const program = join(ROOT, ".cache/bin/net-probe-sanitized");

beforeAll(() => {
  buildProbes();
  const args = ["--sanitize", "--entry", "test/native/probe", "--output", program, process.arch];
  execFileSync(process.execPath, [join(ROOT, "build/executable.mjs"), ...args], { cwd: ROOT, stdio: "inherit" });
  // The probe is killed at the end, so what it still holds is not a leak.
  process.env.ASAN_OPTIONS = "detect_leaks=0";
});

test.each(FUZZED.map((one) => [one.name, one] as const))("%s uses nothing that it has freed", async (_, fuzzed) => {
  const builds = { ...commandsOf(ROOT), native: [`${program}-linux-${process.arch}`] };
  await fuzz(builds, fuzzed, SEED, (cases) => cases < CASES);
});
