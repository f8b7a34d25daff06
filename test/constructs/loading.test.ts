// SPDX-License-Identifier: Apache-2.0
// What a program loads of the built library: as much as it uses, whichever way it imports.
import { execFileSync } from "node:child_process";
import { join } from "node:path";

const ROOT = join(__dirname, "../..");

/** Runs a program and answers what it leaves in `result`, and how many files of the library it loaded. */
function run(program: string): { result: unknown; loaded: string[] } {
  const report = `
    const loaded = Object.keys(require.cache).filter((file) => file.startsWith(dist)).map((file) => file.slice(dist.length));
    console.log(JSON.stringify({ result, loaded }));`;
  const text = `const dist = ${JSON.stringify(join(ROOT, "dist/"))}; let result; (async () => { ${program}; ${report} })();`;
  return JSON.parse(execFileSync(process.execPath, ["--eval", text], { cwd: ROOT, encoding: "utf8" }));
}

describe.each(["cdktf", "cdktn"])("the half for %s", (engine) => {
  const entry = `dist + "${engine}/index.js"`;

  test("loads nothing but its list of exports when it is required", () => {
    const { loaded } = run(`require(${entry})`);
    expect(loaded.sort()).toEqual([`${engine}/bindings/index.js`, `${engine}/engine.js`, `${engine}/index.js`]);
  });

  test("loads what a class is made of when the class is used, and the parts for other options with those", () => {
    const { result, loaded } = run(`
      const { App, TerraformStack } = require("${engine}");
      const { TailnetContext } = require(${entry});
      const stack = new TerraformStack(new App({ outdir: require("node:os").tmpdir() }), "app");
      const context = new TailnetContext(stack, "context", { name: "tailnet", auth: { authKey: "key" } });
      result = context.stackLabel`);
    expect(result).toBe("tailnet");
    expect(loaded).toContain(`${engine}/context/tailnet-context.js`);
    expect(loaded).not.toContain(`${engine}/tailnet.js`);
    expect(loaded.filter((file) => /(federat|hook-text|policy|mounted-file)/.test(file))).toEqual([]);
  });

  test("gives ECMAScript modules the same names as others", () => {
    const { result } = run(`
      const imported = await import(${entry});
      const required = require(${entry});
      result = Object.keys(required).map((name) => [name, imported[name] === required[name]])`);
    const names = (result as [string, boolean][]).map(([name]) => name);
    expect(names).toEqual(expect.arrayContaining(["Tailnet", "TailnetContext", "Context", "SpaceliftProvider"]));
    expect(result).toEqual(names.map((name) => [name, true]));
  });
});
