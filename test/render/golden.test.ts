// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { OPTIONS, type OutputFormat } from "../../contract/options/options.js";
import { renderedSet } from "./command.js";
import { CASES, OPTION_SETS, setsOf } from "./option-sets.js";

const GOLDEN = join(__dirname, "golden");
const ENDINGS = { hcl: "tf", "config-yml": "yml", plugin: "yaml" } as const;
const COLUMNS = { hcl: "hcl", "config-yml": "configYml", plugin: "plugin" } as const;
const FORMATS = Object.keys(ENDINGS) as OutputFormat[];

function fileOf(set: string, format: OutputFormat): string {
  return join(GOLDEN, format, `${set}.${ENDINGS[format]}`);
}

if (process.env.UPDATE_GOLDEN === "1") rmSync(GOLDEN, { recursive: true, force: true });

test.each(CASES)("%s as %s is the golden file", (set, format) => {
  const text = renderedSet(set, format);
  const file = fileOf(set, format);
  if (process.env.UPDATE_GOLDEN === "1") {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  expect(text).toBe(readFileSync(file, "utf8"));
});

test.each(FORMATS)("there is no golden file of %s that nothing is compared with", (format) => {
  expect(readdirSync(join(GOLDEN, format)).sort()).toEqual(
    setsOf(format)
      .map((set) => `${set}.${ENDINGS[format]}`)
      .sort(),
  );
});

/** Whether options have a member by its path. */
function has(value: unknown, [name, ...rest]: readonly string[]): boolean {
  if (name === undefined) return value !== undefined;
  return typeof value === "object" && value !== null && has((value as Record<string, unknown>)[name], rest);
}

test.each(FORMATS)("the sets for %s use every option that it has a place for, and every member of lists", (format) => {
  const sets = setsOf(format).map((set) => OPTION_SETS[set]?.options ?? {});
  const placed = OPTIONS.filter((option) => option[COLUMNS[format]] !== "" && option.kind !== "program");
  expect(placed.filter(({ name }) => !sets.some((set) => has(set, name.split(".")))).map(({ name }) => name)).toEqual(
    [],
  );
  for (const { name, members } of placed) {
    const elements = sets.flatMap((set) => (set as Record<string, unknown[]>)[name] ?? []);
    // Secret content is never given; stacks alone have a place in .spacelift/config.yml.
    const used = Object.keys(members).filter((member) => elements.some((one) => has(one, [member])));
    if (format !== "config-yml") expect([name, used]).toEqual([name, Object.keys(members)]);
  }
});
