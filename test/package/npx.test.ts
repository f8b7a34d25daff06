// SPDX-License-Identifier: Apache-2.0
// The executable of the installed package, as people call it who write no program.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { npm } from "./npm.js";
import { pack, ROOT } from "./tarball.js";

const folder = mkdtempSync(join(tmpdir(), "spacetail-npx-"));
afterAll(() => rmSync(folder, { recursive: true }));
const tarball = pack(folder);

function npx(...words: string[]) {
  const { status, stdout, stderr } = spawnSync("npx", ["--no-install", ...words], { cwd: folder, encoding: "utf8" });
  return { status, stdout, stderr };
}

beforeAll(() => {
  npm(folder, "init", "--yes");
  // The engines are optional peers, so nothing is fetched.
  npm(folder, "install", "--offline", tarball.path);
});

test("the package installs an executable and nothing else", () => {
  expect(readdirSync(join(folder, "node_modules")).filter((name) => !name.startsWith("."))).toEqual(["spacetail"]);
  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  expect(npx("spacetail", "version")).toMatchObject({ status: 0, stdout: `spacetail ${version}\n` });
});

test("npx spacetail render prints and writes contexts", () => {
  const printed = npx("spacetail", "render", "--format", "config-yml", "--phases", "plan");
  expect(printed.status).toBe(0);
  expect(printed.stdout).toContain("  before_plan:\n    - spacetail up --watch $$\n");
  expect(npx("spacetail", "render", "--format", "hcl", "--output", "tailnet")).toMatchObject({ status: 0, stdout: "" });
  expect(existsSync(join(folder, "tailnet/main.tf"))).toBe(true);
});
