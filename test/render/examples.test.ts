// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { inFolder } from "./command.js";
import { moduleJson } from "./readings.js";

const ROOT = join(__dirname, "../..");
const EXAMPLES = join(ROOT, "examples");

/** What is rendered in each example. */
const RENDERED = {
  hcl: "tailnet",
  "config-yml": ".spacelift/config.yml",
  plugin: "plugin.yaml",
  blueprint: "blueprint.yaml",
  kubernetes: "worker-pool.yaml",
} as const;

type Example = keyof typeof RENDERED;
const NAMES = Object.keys(RENDERED) as Example[];

/** The commands of an example's README that begin with a word. */
function commands(example: string, program: string): string[] {
  const readme = readFileSync(join(EXAMPLES, example, "README.md"), "utf8");
  const blocks = [...readme.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, text = ""]) => text.trim().split("\n"));
  return blocks.filter((line) => line.startsWith(`${program} `));
}

/** Files below a path, by their paths. */
function contents(path: string): Record<string, string> {
  if (statSync(path).isFile()) return { "": readFileSync(path, "utf8") };
  const names = readdirSync(path, { recursive: true, encoding: "utf8" });
  const files = names.filter((name) => statSync(join(path, name)).isFile()).sort();
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(path, name), "utf8")]));
}

/** Runs a line in a shell, in which `npx spacetail` is the executable of this repository. */
function runLine(line: string, cwd: string): { status: number | null; output: string } {
  return inFolder((bin) => {
    const npx = join(bin, "npx");
    writeFileSync(
      npx,
      `#!/bin/sh\n[ "$1" = spacetail ] && shift && exec "${process.execPath}" "${ROOT}/dist/spacetail.cjs" "$@"\n`,
    );
    chmodSync(npx, 0o755);
    const { status, stdout, stderr } = spawnSync("sh", ["-c", line], {
      cwd,
      encoding: "utf8",
      env: { PATH: `${bin}:/usr/bin:/bin` },
    });
    return { status, output: stdout + stderr };
  });
}

describe.each(NAMES)("examples/%s", (example) => {
  const path = RENDERED[example];

  test("has one command that renders it, for the format that it is named after", () => {
    expect(commands(example, "npx")).toEqual([
      expect.stringMatching(new RegExp(`^npx spacetail render --format ${example} .*--output ${path}$`)),
    ]);
  });

  test("is what that command makes of nothing, and leaves as it is", () => {
    inFolder((folder) => {
      const copy = join(folder, "copy");
      cpSync(join(EXAMPLES, example), copy, { recursive: true });
      const [line = ""] = commands(example, "npx");
      expect(runLine(line, copy)).toEqual({ status: 0, output: "" });
      expect(contents(copy)).toEqual(contents(join(EXAMPLES, example)));
      rmSync(join(copy, path), { recursive: true });
      expect(runLine(line, copy)).toEqual({ status: 0, output: "" });
      expect(contents(copy)).toEqual(contents(join(EXAMPLES, example)));
    });
  });
});

test("the flags that the README of examples/config-yml names are flags", () => {
  const readme = readFileSync(join(EXAMPLES, "config-yml/README.md"), "utf8");
  const [, flag = ""] = /`(--auth\.[\w.-]+ ID)`/.exec(readme) ?? [];
  inFolder((folder) => {
    const { status, output } = runLine(`npx spacetail render --format config-yml ${flag}`, folder);
    expect(status).toBe(0);
    expect(parse(output).stack_defaults.environment).toEqual({ TS_CLIENT_ID: "ID" });
    expect(output).not.toContain("secret variables");
  });
});

test("the root module of examples/hcl gives the module all that it needs, and the providers that it uses", async () => {
  const root = await moduleJson(readFileSync(join(EXAMPLES, "hcl/main.tf"), "utf8"));
  const files = ["main", "outputs", "variables", "versions"].map(
    (name) => contents(join(EXAMPLES, "hcl/tailnet"))[`${name}.tf`],
  );
  const { variable, output, terraform } = await moduleJson(files.join("\n"));
  const { module, ...rest } = root as unknown as Record<string, Record<string, [Record<string, string>]>>;
  const [{ source, ...given } = {}] = module?.tailnet ?? [];
  expect(source).toBe("./tailnet");
  const needed = Object.keys(variable).filter((name) => !("default" in (variable[name]?.[0] ?? {})));
  expect(Object.keys(given)).toEqual(needed);
  expect(Object.keys(output)).toContain(
    rest.output?.stack_label?.[0].value?.match(/^\$\{module\.tailnet\.(\w+)\}$/)?.[1],
  );
  const providersOf = (blocks: typeof terraform) => {
    const [providers = {}] =
      (blocks[0] as { required_providers?: Record<string, { source: string }>[] }).required_providers ?? [];
    return Object.entries(providers).map(([name, one]) => [name, one.source]);
  };
  expect(providersOf(root.terraform)).toEqual(providersOf(terraform));
});
