// SPDX-License-Identifier: Apache-2.0
// npm run fuzz -- [--seconds N] [--seed N] [--only NAME] [--case BASE64]
//
// Feeds the parsers of the native executable with what nobody should send, for so many seconds each, and compares what
// they make of it with what Node makes of it. A failure prints the seed, and the smallest case with which `--only NAME
// --case BASE64` fails again.
import { parseArgs } from "node:util";
import { FUZZED } from "./cases.js";
import { commandsOf, fuzz, keptCases, tryCase } from "./fuzz.js";

const ROOT = process.env.SPACETAIL_ROOT ?? process.cwd();

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seconds: { type: "string", default: "10" },
      seed: { type: "string", default: `${Date.now() % 1_000_000}` },
      only: { type: "string", default: "" },
      case: { type: "string", default: "" },
    },
  });
  const builds = commandsOf(ROOT);
  if (values.case !== "") {
    const problem = await tryCase(builds, values.only, Buffer.from(values.case, "base64"));
    console.log(problem ?? "ok");
    return problem === null ? 0 : 1;
  }
  console.log(`seed ${values.seed}`);
  let failures = 0;
  for (const { name, why, base64 } of keptCases(ROOT)) {
    const problem = await tryCase(builds, name, Buffer.from(base64, "base64"));
    if (problem === null) continue;
    failures += 1;
    console.log(`FAILED ${why}: ${problem}`);
  }
  for (const fuzzed of FUZZED.filter(({ name }) => name.includes(values.only))) {
    const end = Date.now() + Number(values.seconds) * 1000;
    try {
      const { cases, warmKb, endKb } = await fuzz(builds, fuzzed, Number(values.seed), () => Date.now() < end);
      console.log(`ok ${fuzzed.name}: ${cases} cases, ${warmKb} KB resident when warm, ${endKb} KB at the end`);
    } catch (error) {
      failures += 1;
      console.log(`FAILED ${(error as Error).message}`);
    }
  }
  return failures === 0 ? 0 : 1;
}

main().then(
  (code) => process.exit(code),
  (error: Error) => {
    console.error(`fuzz: ${error.message}`);
    process.exit(1);
  },
);
