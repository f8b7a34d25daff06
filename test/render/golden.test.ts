// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { RENDER_OPTIONS } from "../../contract/options/context-options.js";
import { FORMATS, type OutputFormat } from "../../contract/options/option.js";
import { renderedKind, renderedOptions } from "../../contract/options/option-table.js";
import { renderedSet } from "./command.js";
import { CASES, OPTION_SETS, setsOf } from "./option-sets.js";

const GOLDEN = join(__dirname, "golden");
const ENDINGS = { hcl: "tf", "config-yml": "yml", plugin: "yaml", blueprint: "yaml", kubernetes: "yaml" } as const;

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

test.each(FORMATS)("every golden file of %s is compared with something", (format) => {
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
  const isPlaced = (path: string) => {
    const [outer] = path.split(".");
    // Only runs have the tokens for these.
    if (format === "kubernetes" && path.startsWith("auth.federated")) return false;
    return RENDER_OPTIONS.some(({ name, places }) => name === outer && format in places);
  };
  const placed = renderedOptions().filter(({ path, option }) => isPlaced(path) && renderedKind(option) !== "program");
  const unused = placed.filter(({ path }) => !sets.some((set) => has(set, path.split("."))));
  expect(unused.map(({ path }) => path)).toEqual([]);
  for (const { path, option } of placed) {
    const elements = sets.flatMap((set) => (set as Record<string, unknown[]>)[path] ?? []);
    const all = option.kind === "objects" ? (option.members ?? []) : [];
    const members = all.filter(({ places }) => Object.keys(places).length === 0 || format in places);
    const used = members.filter(({ name }) => elements.some((one) => has(one, [name])));
    expect([path, used.map(({ name }) => name)]).toEqual([path, members.map(({ name }) => name)]);
  }
});
