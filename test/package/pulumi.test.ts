// SPDX-License-Identifier: Apache-2.0
// What users of Pulumi do with the packed library: the quick start of pulumi/README.md, followed to the letter in an
// empty folder, up to a preview by a fake engine.
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { bundle, run as runProgram } from "../pulumi/engine/run.js";
import { run } from "./consumer.js";
import { HERE, nodeOf } from "./nodes.js";
import { shell, unlessUnreachable } from "./npm.js";
import { pack, ROOT } from "./tarball.js";

const folder = mkdtempSync(join(tmpdir(), "spacetail-pulumi-"));
afterAll(() => rmSync(folder, { recursive: true }));
const tarball = pack(folder);

const README = readFileSync(join(ROOT, "pulumi/README.md"), "utf8");
const [, section = ""] = /^## Quick start\n([\s\S]*?)^## /m.exec(README) ?? [];
const settings = block("yaml");
const code = block("ts");
const commands = block("sh").split("\n");

/** The first block of that language in the section, without its blank lines. */
function block(language: string): string {
  const [, text = ""] = new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, "m").exec(section) ?? [];
  return text.replace(/\n{2,}/g, "\n").trim();
}

test("the quick start is at most 12 lines and 3 commands, and ends in a preview", () => {
  expect(code.split("\n").length).toBeGreaterThan(1);
  expect(`${settings}\n${code}`.split("\n").length).toBeLessThanOrEqual(12);
  expect(commands).toHaveLength(3);
  expect(commands[2]).toBe("pulumi preview");
  expect(section).toContain(`\`${basename(tarball.path)}\``);
});

const followed = unlessUnreachable("the quick start with Pulumi", () => {
  if (!existsSync(join(folder, basename(tarball.path)))) copyFileSync(tarball.path, folder);
  writeFileSync(join(folder, "Pulumi.yaml"), `${settings}\n`);
  writeFileSync(join(folder, "index.ts"), `${code}\n`);
  for (const command of commands.slice(0, 2)) shell(folder, command);
  return true;
});
const one = followed ? test : test.skip;

describe.each([22, 24])("on Node %i", (major) => {
  const { bin } = nodeOf(major);
  (bin === null ? test.skip : one)("the quick start ends in a preview", async () => {
    const node = join(bin ?? "", "node");
    const { status, engine } = await runProgram(".", { node, folder, preview: true });
    expect(status).toBe(0);
    // The program has its secrets as plain text, which is warned of.
    expect(engine.logs.filter((line) => !line.includes("is plain text in the program"))).toEqual([]);
    expect(engine.only("spacelift:index/context:Context").inputs).toMatchObject({ labels: ["autoattach:tailnet"] });
    expect(engine.only("pulumi:pulumi:Stack").outputs).toEqual({ stackLabel: "tailnet" });
    expect(engine.packages).toHaveLength(1);
  });

  (bin === null ? test.skip : one)("a program with everything passes", async () => {
    const program = bundle("everything-package", `import { everything } from "./program"; everything();`);
    const { status, engine } = await runProgram(program, { node: join(bin ?? "", "node") });
    expect(status).toBe(0);
    // The program has its secrets as plain text, which is warned of.
    expect(engine.logs.filter((line) => !line.includes("is plain text in the program"))).toEqual([]);
    expect(engine.resources.length).toBeGreaterThan(40);
  });
});

one("no engine of the constructs was installed", () => {
  for (const name of ["cdktf", "cdktn", "constructs"]) {
    expect(existsSync(join(folder, "node_modules", name))).toBe(false);
  }
});

one("Pulumi's command line finds below node_modules which plugin to install", () => {
  const file = join(folder, "node_modules/spacetail/dist/pulumi/spacelift/package.json");
  expect(JSON.parse(readFileSync(file, "utf8")).pulumi).toMatchObject({ resource: true, name: "terraform-provider" });
});

one.each([
  ["node16", { module: "node16" }],
  ["bundler", { module: "esnext" }],
  ["node10", { module: "commonjs", ignoreDeprecations: "6.0" }],
])("it compiles with moduleResolution %s", (moduleResolution, options) => {
  // Were the types not found, everything would be `any` and the mistake none, which is a mistake by itself.
  const mistake = '\n// @ts-expect-error\nnew TailnetContext("other", { name: 7, auth: {} });\n';
  writeFileSync(join(folder, "checked.ts"), code + mistake);
  const compilerOptions = { target: "ES2022", strict: true, noEmit: true, skipLibCheck: true, types: ["node"] };
  const settingsOf = { compilerOptions: { ...compilerOptions, moduleResolution, ...options }, files: ["checked.ts"] };
  writeFileSync(join(folder, "tsconfig.checked.json"), JSON.stringify(settingsOf));
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
  expect(run(HERE, folder, "node", tsc, "-p", "tsconfig.checked.json")).toEqual({ status: 0, output: "" });
});

one("the other entry points say what to install", () => {
  const { status, output } = run(HERE, folder, "node", "--eval", `require("spacetail/cdktf")`);
  expect(status).toBe(1);
  expect(output).toContain("spacetail/cdktf needs the package cdktf: npm install cdktf constructs");
});
