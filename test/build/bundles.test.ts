// SPDX-License-Identifier: Apache-2.0
// The built bundles do what the sources do, whichever way a program loads them.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { deploy, type Registration } from "../pulumi/deploy.js";

const ROOT = join(__dirname, "../..");
const DIST = join(ROOT, "dist");
const ENGINES = ["cdktf", "cdktn"];
const PACKAGES: Readonly<Record<string, string>> = { cdktf: "cdktf", cdktn: "cdktn", pulumi: "@pulumi/pulumi" };

/** What an engine synthesizes from the program that uses everything, with the sources or a bundle as the library. */
function synthesized(engine: string, library: string): Record<string, unknown> {
  let manifest = {};
  jest.isolateModules(() => {
    jest.doMock("cdktf", () => jest.requireActual(engine));
    jest.doMock("../../constructs/index.js", () => jest.requireActual(library));
    const { everything } = require("../constructs/program.js");
    manifest = require("../constructs/manifest.js").synthesize(everything);
  });
  return manifest;
}

/** Every value of a document by its path, so that a failure names the place of the difference. */
function leaves(value: unknown, path = ""): [string, unknown][] {
  if (typeof value !== "object" || value === null) return [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, `${path}/${key}`));
}

test.each(ENGINES)("the bundle for %s synthesizes what the sources do, logical ids included", (engine) => {
  const sources = synthesized("cdktf", "../../constructs/index.js");
  const bundle = synthesized(engine, `../../dist/${engine}/index.js`);
  expect(Object.keys(sources.resource as object).length).toBeGreaterThan(4);
  expect(Object.fromEntries(leaves(bundle))).toEqual(Object.fromEntries(leaves(sources)));
});

test("the bundle for Pulumi registers what the sources do", async () => {
  const registered = async (library: string): Promise<readonly Registration[]> => {
    let everything = (): void => {};
    jest.isolateModules(() => {
      jest.doMock("@pulumi/pulumi", () => PULUMI);
      jest.doMock("../../pulumi/index.js", () => jest.requireActual(library));
      everything = require("../pulumi/program.js").everything;
    });
    return await deploy(everything);
  };
  const sources = await registered("../../pulumi/index.js");
  expect(sources.length).toBeGreaterThan(40);
  expect(await registered("../../dist/pulumi/index.js")).toEqual(sources);
});

/** One copy of the SDK for all of the test: the mocks are part of it. */
const PULUMI = jest.requireActual("@pulumi/pulumi");

describe.each([...ENGINES, "pulumi"])("the bundle for %s", (engine) => {
  const entry = join(DIST, engine, "index.js");

  /** Runs a program that has the bundle as `library`, and answers what it leaves in `result`. */
  function run(program: string): unknown {
    const text = `(async () => { const entry = ${JSON.stringify(entry)}; const library = require(entry); let result;
      ${program}; console.log(JSON.stringify(result)); process.exit(); })();`;
    return JSON.parse(execFileSync(process.execPath, ["--eval", text], { cwd: ROOT, encoding: "utf8" }));
  }

  test("is one file of readable code", () => {
    const files = readdirSync(join(DIST, engine), { recursive: true, encoding: "utf8" });
    expect(files.filter((name) => name.endsWith(".js"))).toEqual(["index.js"]);
    const code = readFileSync(entry, "utf8");
    expect(/^(var TailnetContext = class|class TailnetContext) /m.exec(code)?.[0]).toBeDefined();
    expect(code.length / code.split("\n").length).toBeLessThan(60);
  });

  test("gives ECMAScript modules the same exports, and classes their names", () => {
    const result = run(`
      const imported = await import(entry);
      result = Object.entries(library).map(([name, value]) => [name, imported[name] === value, value.name ?? name])`);
    const names = (result as string[][]).map(([name]) => name);
    expect(names).toEqual(expect.arrayContaining(["Tailnet", "TailnetContext", "TailnetOAuthClient"]));
    expect(result).toEqual(names.map((name) => [name, true, name]));
  });

  test("shows its code in stack traces", () => {
    const stack = run(`try { new library.TailnetOAuthClient(); } catch (error) { result = error.stack; }`);
    expect(stack).toContain(`new TailnetOAuthClient (${entry}:`);
  });

  test("knows its own engine alone, in code and in declarations", () => {
    const names = readdirSync(join(DIST, engine), { recursive: true, encoding: "utf8" });
    const files = names.filter((name) => /\.(js|d\.ts)$/.test(name));
    const text = files.map((name) => readFileSync(join(DIST, engine, name), "utf8")).join("\n");
    const engines = text.matchAll(/(?:from |import\(|require\()["'](cdktf|cdktn|@pulumi\/pulumi)["']/g);
    expect([...new Set(Array.from(engines, ([, name]) => name))]).toEqual([PACKAGES[engine]]);
  });

  test("says what to install in programs that were bundled, too", () => {
    const folder = mkdtempSync(join(tmpdir(), "spacetail-bundled-"));
    try {
      mkdirSync(join(folder, "node_modules"));
      symlinkSync(ROOT, join(folder, "node_modules/spacetail"));
      writeFileSync(join(folder, "main.js"), `import "spacetail/${engine}";`);
      // The package says that importing it has effects: a bundler keeps an import that only does that.
      const external = ["cdktf", "cdktn", "constructs", "@pulumi/*"];
      const outfile = join(folder, "out.js");
      buildSync({ entryPoints: [join(folder, "main.js")], bundle: true, platform: "node", external, outfile });
      rmSync(join(folder, "node_modules"), { recursive: true });
      const { status, stderr } = spawnSync(process.execPath, [outfile], { cwd: folder, encoding: "utf8" });
      expect(status).toBe(1);
      expect(stderr).toContain(`spacetail/${engine} needs the package ${PACKAGES[engine]}`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
