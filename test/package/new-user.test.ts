// SPDX-License-Identifier: Apache-2.0
// Follows the README's quick start to the letter, in an empty folder, with either engine.
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { takeSynthesized } from "./consumer.js";
import { shell, unlessUnreachable } from "./npm.js";
import { quickStart, quickStartBlock, quickStartSection, translated } from "./quick-start.js";
import { pack } from "./tarball.js";

const base = mkdtempSync(join(tmpdir(), "spacetail-new-user-"));
afterAll(() => rmSync(base, { recursive: true }));
const tarball = pack(base);

const section = quickStartSection();
const code = quickStart();
const commands = quickStartBlock("sh").split("\n");

test("the quick start is at most 12 lines of code and 3 commands", () => {
  const lines = code.split("\n").length;
  expect(lines).toBeGreaterThan(1);
  expect(lines).toBeLessThanOrEqual(12);
  expect(commands[0]).toMatch(/^npm init/);
  expect(commands.length).toBeLessThanOrEqual(3);
});

test("the quick start names the files that there are", () => {
  expect(section).toContain(`\`${basename(tarball.path)}\``);
  expect(section).toContain("`main.mjs`");
  expect(section).toContain("`cdktf.out/stacks/tailnet`");
});

describe.each(["cdktf", "cdktn"])("with %s", (engine) => {
  const folder = join(base, engine);
  mkdirSync(folder);
  const followed = unlessUnreachable(`the quick start with ${engine}`, () => {
    copyFileSync(tarball.path, join(folder, basename(tarball.path)));
    writeFileSync(join(folder, "main.mjs"), translated(code, engine));
    for (const command of commands) shell(folder, translated(command, engine));
    return true;
  });
  const one = followed ? test : test.skip;

  one("the quick start ends in a synthesized stack", () => {
    const { resource } = takeSynthesized(folder);
    const [context] = Object.values(resource?.spacelift_context ?? {});
    expect(context).toMatchObject({ name: "tailnet", labels: ["autoattach:tailnet"] });
  });

  one("nothing of the other engine was installed", () => {
    const other = engine === "cdktf" ? "cdktn" : "cdktf";
    expect(existsSync(join(folder, "node_modules", engine))).toBe(true);
    expect(existsSync(join(folder, "node_modules", other))).toBe(false);
  });
});
