// SPDX-License-Identifier: Apache-2.0
import { readdirSync } from "node:fs";
import { inFolder, renderedModule, renderedSet, runWithOptions } from "./command.js";
import { OPTION_SETS, setsOf } from "./option-sets.js";
import { moduleJson } from "./readings.js";

const FILES = ["README.md", "main.tf", "outputs.tf", "variables.tf", "versions.tf"];
const SETS = setsOf("hcl");

test("a module has the files that Terraform's guide names, and nothing else", () => {
  inFolder((folder) => {
    expect(runWithOptions("hcl", {}, "--output", folder)).toEqual({ status: 0, out: "", err: "" });
    expect(readdirSync(folder).sort()).toEqual(FILES);
  });
});

test.each(SETS)("the files of %s say what is printed otherwise", async (set) => {
  const files = renderedModule(OPTION_SETS[set]?.options, FILES);
  const all = FILES.filter((name) => name.endsWith(".tf")).map((name) => files[name] ?? "");
  expect(await moduleJson(all.join("\n"))).toEqual(await moduleJson(renderedSet(set, "hcl")));
  for (const name of FILES)
    expect(files[name]?.split("\n")[0]).toContain("Made by `spacetail render --format hcl`, version ");
});

test.each(SETS)("the README of %s lists its variables and outputs, and its call has what is required", async (set) => {
  const { "README.md": readme = "" } = renderedModule(OPTION_SETS[set]?.options, ["README.md"]);
  const { variable, output } = await moduleJson(renderedSet(set, "hcl"));
  const [variables = "", outputs = ""] = readme.split("| output | meaning |");
  const inTable = (table: string) =>
    [...table.matchAll(/^\| `(\w+)` \| (yes|no)?/gm)].map(([, name, need]) => [name, need]);
  const needed = (name: string) => !("default" in (variable[name]?.[0] ?? {}));
  expect(inTable(variables).sort()).toEqual(
    Object.keys(variable)
      .map((name) => [name, needed(name) ? "yes" : "no"])
      .sort(),
  );
  expect(
    inTable(outputs)
      .map(([name]) => name)
      .sort(),
  ).toEqual(Object.keys(output).sort());
  const [, call = ""] = /```hcl\n([\s\S]*?)```/.exec(readme) ?? [];
  const { module } = (await moduleJson(call)) as unknown as { module: Record<string, [Record<string, unknown>]> };
  const [[{ source, ...given }] = [{}]] = Object.values(module);
  expect(source).toBe("./tailnet");
  expect(Object.keys(given).sort()).toEqual(Object.keys(variable).filter(needed).sort());
});

test.each(SETS)("the README of %s calls those variables secret that are sensitive", async (set) => {
  const { "README.md": readme = "" } = renderedModule(OPTION_SETS[set]?.options, ["README.md"]);
  const { variable } = await moduleJson(renderedSet(set, "hcl"));
  const called = [...readme.matchAll(/^\| `(\w+)` .* A secret\. \|$/gm)].map(([, name]) => name);
  const sensitive = Object.entries(variable).filter(([, [declared]]) => "sensitive" in (declared ?? {}));
  expect(called.sort()).toEqual(sensitive.map(([name]) => name).sort());
});

test.each(SETS)("secrets of %s are sensitive variables without a default, and nothing else is", async (set) => {
  const { variable } = await moduleJson(renderedSet(set, "hcl"));
  for (const [name, [{ sensitive = false, ephemeral = false, ...rest } = {}]] of Object.entries(variable)) {
    const isSecret = /^(secret_|file_|oauth_client_secret$|auth_key$)/.test(name);
    expect({ name, sensitive, ephemeral }).toEqual({
      name,
      sensitive: isSecret,
      ephemeral: isSecret && set === "write-only",
    });
    if (isSecret) expect(Object.keys(rest)).not.toContain("default");
  }
});
