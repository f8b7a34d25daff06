// SPDX-License-Identifier: Apache-2.0
// The engines' own command lines, in an empty folder with an example in it. They are large, so they are installed once
// and kept in .cache.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "@cdktf/hcl2json";
import { DEFAULT_HTTP_PROXY, DEFAULT_PHASES, hookLists } from "../../contract/index.js";
import { runTerraform, TERRAFORM } from "../constructs/terraform.js";
import { ENGINES, installExample, run, takeSynthesized } from "./consumer.js";
import { nodeOf } from "./nodes.js";
import { cachedPackage, unlessUnreachable } from "./npm.js";
import { quickStart, translated } from "./quick-start.js";
import { pack } from "./tarball.js";

const base = mkdtempSync(join(tmpdir(), "spacetail-command-lines-"));
afterAll(() => rmSync(base, { recursive: true }));
const tarball = pack(base);

const hasTerraform = TERRAFORM !== "";
if (!hasTerraform) {
  process.stderr.write("skipped: terraform fmt of what --hcl writes: neither terraform nor tofu is on the PATH\n");
}

for (const engine of ENGINES) {
  const node = nodeOf(engine.commandLineNode);
  const folder = join(base, engine.name);
  mkdirSync(folder);
  const program = unlessUnreachable(engine.commandLine, () => {
    installExample(folder, engine, tarball);
    writeFileSync(join(folder, "main.mjs"), translated(quickStart(), engine.name));
    return join(cachedPackage(engine.commandLine), "node_modules/.bin", engine.name);
  });
  const one = program === null || node.bin === null ? test.skip : test;
  const synth = (...words: string[]) => {
    const { status, output } = run(node, folder, program ?? "", "synth", ...words);
    expect(output).toContain("Generated Terraform code for the stacks: tailnet");
    expect(status).toBe(0);
  };

  one(`${engine.name} synth compiles and synthesizes the example on Node ${node.major}`, () => {
    synth();
    const { resource, output: outputs } = takeSynthesized(folder);
    expect(Object.keys(resource ?? {})).toContain("spacelift_context");
    expect(outputs).toEqual({ stack_label: { value: "tailnet" } });
  });

  one.each([
    ["the example", ["init", "plan", "apply"], []],
    ["the README's quick start", DEFAULT_PHASES, ["--app", "node main.mjs"]],
  ])(`${engine.name} synth --hcl writes %s so that Terraform reads what it is`, async (_, phases, words) => {
    synth("--hcl", ...words);
    const file = join(folder, "cdktf.out/stacks/tailnet/cdk.tf");
    const { resource } = (await parse("cdk.tf", readFileSync(file, "utf8"))) as { readonly resource: Resources };
    const [context] = Object.values(resource.spacelift_context ?? {}).flat();
    const hooks = Object.entries(context ?? {}).filter(([name]) => /^(before|after)_/.test(name));
    const expected = hookLists({ phases, httpProxy: DEFAULT_HTTP_PROXY, exitTrap: true });
    expect(Object.fromEntries(hooks)).toEqual(expected);
    // Terraform's own parser; the layout is the engine's.
    if (hasTerraform) runTerraform(join(file, ".."), "fmt", "-write=false");
  });
}

/** Blocks by type and name: each is a list of one. */
type Resources = Readonly<Record<string, Readonly<Record<string, readonly object[]>>>>;
