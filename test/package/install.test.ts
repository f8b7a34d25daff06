// SPDX-License-Identifier: Apache-2.0
// The packed library, installed with one engine alone: it runs on every Node.js that it is for, imported either way,
// and compiles under every way of resolving modules.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { transformSync } from "esbuild";
import { ENGINES, installExample, run, takeSynthesized } from "./consumer.js";
import { HERE, MAJORS, nodeOf } from "./nodes.js";
import { unlessUnreachable } from "./npm.js";
import { pack, ROOT } from "./tarball.js";

const base = mkdtempSync(join(tmpdir(), "spacetail-install-"));
afterAll(() => rmSync(base, { recursive: true }));
const tarball = pack(base);
const nodes = MAJORS.map(nodeOf);

/**
 * What the first program synthesized: all others make the same, on any Node.js, in either format, with either engine.
 */
let synthesized: unknown;

const FORMATS = [
  ["main.cjs", "cjs"],
  ["main.mjs", "esm"],
] as const;

/** The declarations themselves are checked once; that takes most of the time. */
const RESOLUTIONS = [
  ["node16", { module: "node16", skipLibCheck: false }],
  ["bundler", { module: "esnext", skipLibCheck: true }],
  ["node10", { module: "commonjs", skipLibCheck: true, ignoreDeprecations: "6.0" }],
] as const;

describe.each(ENGINES.map((engine) => [engine.name, engine] as const))("installed with %s alone", (name, engine) => {
  const folder = join(base, name);
  mkdirSync(folder);
  const installed = unlessUnreachable(`the package with ${name}`, () => {
    installExample(folder, engine, tarball);
    return true;
  });
  const one = installed ? test : test.skip;
  const program = readFileSync(join(ROOT, "examples", name, "main.ts"), "utf8");

  for (const node of nodes) {
    (node.bin === null ? test.skip : one)(`the example runs on Node ${node.major}, required and imported`, () => {
      for (const [file, format] of FORMATS) {
        writeFileSync(join(folder, file), transformSync(program, { loader: "ts", format }).code);
        expect(run(node, folder, "node", file)).toEqual({ status: 0, output: "" });
        const result = takeSynthesized(folder);
        expect(Object.keys(result.resource ?? {})).toEqual([
          "spacelift_context",
          "spacelift_environment_variable",
          "tailscale_oauth_client",
        ]);
        synthesized ??= result;
        expect(result).toEqual(synthesized);
      }
    });
  }

  one.each(RESOLUTIONS)("it compiles with moduleResolution %s", (moduleResolution, options) => {
    // Were the types not found, everything would be `any` and the mistake none, which is a mistake by itself.
    const mistake = '\n// @ts-expect-error\nnew TailnetContext(stack, "other", { name: 7, auth: {} });\n';
    writeFileSync(join(folder, "checked.ts"), program + mistake);
    const compilerOptions = {
      target: "ES2022",
      strict: true,
      noEmit: true,
      types: ["node"],
      moduleResolution,
      ...options,
    };
    writeFileSync(join(folder, "tsconfig.checked.json"), JSON.stringify({ compilerOptions, files: ["checked.ts"] }));
    const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
    expect(run(HERE, folder, "node", tsc, "-p", "tsconfig.checked.json")).toEqual({ status: 0, output: "" });
  });

  one("the other engine's half says what to install", () => {
    const other = name === "cdktf" ? "cdktn" : "cdktf";
    const { status, output } = run(HERE, folder, "node", "--eval", `require("spacetail/${other}")`);
    expect(status).toBe(1);
    expect(output).toContain(
      `spacetail/${other} needs the package ${other}: npm install ${other} constructs (or import spacetail/${name} if that is the engine in use)`,
    );
  });

  one("nothing of Pulumi was installed, and its half says what to install", () => {
    expect(existsSync(join(folder, "node_modules/@pulumi"))).toBe(false);
    const { status, output } = run(HERE, folder, "node", "--eval", `require("spacetail/pulumi")`);
    expect(status).toBe(1);
    expect(output).toContain(
      "spacetail/pulumi needs the package @pulumi/pulumi: npm install @pulumi/pulumi @pulumi/tailscale",
    );
  });

  one("without constructs, which every engine needs, that is named", () => {
    const constructs = join(folder, "node_modules/constructs");
    renameSync(constructs, join(folder, "away"));
    const { output } = run(HERE, folder, "node", "--eval", `require("spacetail/${name}")`);
    renameSync(join(folder, "away"), constructs);
    expect(output).toContain(`spacetail/${name} needs the package constructs: npm install ${name} constructs`);
  });
});
