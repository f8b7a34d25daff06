// SPDX-License-Identifier: Apache-2.0
// Both halves of the built package, each on its own engine, make the same of the same program: users can change engines
// without a change of state.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ENGINES = ["cdktf", "cdktn"];

/** What an engine synthesizes of the program that uses everything: the whole file that Terraform is given. */
function synthesizeOn(engine: string): Record<string, unknown> {
  const outdir = mkdtempSync(join(tmpdir(), "spacetail-engines-"));
  try {
    jest.isolateModules(() => {
      jest.doMock("cdktf", () => jest.requireActual(engine));
      jest.doMock("../../constructs/index.js", () => jest.requireActual(`../../dist/${engine}/index.js`));
      const { App, TerraformStack } = require("cdktf");
      const { SpaceliftProvider, TailscaleProvider } = require("../../constructs/index.js");
      const { everything } = require("./program.js");
      // Both engines check what they are told to target; the newest of both products know every attribute.
      const context = { targetVersions: { terraform: ">=1.11.0", opentofu: ">=1.11.0" } };
      const app = new App({ outdir, context });
      const stack = new TerraformStack(app, "app");
      new SpaceliftProvider(stack, "spacelift");
      new TailscaleProvider(stack, "tailscale");
      everything(stack);
      app.synth();
    });
    return JSON.parse(readFileSync(join(outdir, "stacks/app/cdk.tf.json"), "utf8"));
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

/** Every value of a document by its path, so that a difference is told by its place. */
function leaves(value: unknown, path = ""): [string, unknown][] {
  if (typeof value !== "object" || value === null) return [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, `${path}/${key}`));
}

test("both engines synthesize the same, key by key", () => {
  const [cdktf, cdktn] = ENGINES.map((engine) => {
    const { "//": metadata, ...rest } = synthesizeOn(engine);
    return { metadata: JSON.stringify(metadata), leaves: Object.fromEntries(leaves(rest)) };
  });
  expect(cdktn?.leaves).toEqual(cdktf?.leaves);
  // Each was made by the engine that it is said to be of.
  expect(cdktf?.metadata).toContain('"version":"0.21');
  expect(cdktn?.metadata).toContain('"version":"0.24');
});

test("both engines give every resource the same logical id", () => {
  const [cdktf, cdktn] = ENGINES.map((engine) => {
    const resources = Object.entries(synthesizeOn(engine).resource as Record<string, object>);
    return resources.flatMap(([type, byId]) => Object.keys(byId).map((id) => `${type}.${id}`));
  });
  expect(cdktf?.length).toBeGreaterThan(5);
  expect(cdktn).toEqual(cdktf);
});

test.each([
  ["cdktf", "cdktn"],
  ["cdktn", "cdktf"],
])("nothing in the half for %s names the package %s", (engine, other) => {
  const folder = join(__dirname, "../../dist", engine);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => /\.(js|d\.ts)$/.test(name));
  expect(files.length).toBeGreaterThan(20);
  expect(files.filter((name) => readFileSync(join(folder, name), "utf8").includes(`"${other}"`))).toEqual([]);
});
