// SPDX-License-Identifier: Apache-2.0
// The engines' own command lines, in an empty folder with an example in it. They are large, so they are installed once
// and kept in .cache.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ENGINES, installExample, run, takeSynthesized } from "./consumer.js";
import { nodeOf } from "./nodes.js";
import { cachedPackage, unlessUnreachable } from "./npm.js";
import { pack } from "./tarball.js";

const base = mkdtempSync(join(tmpdir(), "spacetail-command-lines-"));
afterAll(() => rmSync(base, { recursive: true }));
const tarball = pack(base);

for (const engine of ENGINES) {
  const node = nodeOf(engine.commandLineNode);
  const folder = join(base, engine.name);
  mkdirSync(folder);
  const program = unlessUnreachable(engine.commandLine, () => {
    installExample(folder, engine, tarball);
    return join(cachedPackage(engine.commandLine), "node_modules/.bin", engine.name);
  });
  const one = program === null || node.bin === null ? test.skip : test;

  one(`${engine.name} synth compiles and synthesizes the example on Node ${node.major}`, () => {
    const { status, output } = run(node, folder, program ?? "", "synth");
    expect(output).toContain("Generated Terraform code for the stacks: tailnet");
    expect(status).toBe(0);
    const { resource, output: outputs } = takeSynthesized(folder);
    expect(Object.keys(resource ?? {})).toContain("spacelift_context");
    expect(outputs).toEqual({ stack_label: { value: "tailnet" } });
  });
}
