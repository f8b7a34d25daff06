// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../world/world.js";

const FOLDER = join(ROOT, ".github/workflows");

/** actionlint finds actions and reusable workflows of a repository from its top. */
function lint(root: string, ...files: readonly string[]) {
  const words = [
    "-C",
    join(ROOT, "build/tools"),
    "build",
    "-o",
    join(root, "actionlint"),
    "github.com/rhysd/actionlint/cmd/actionlint",
  ];
  expect(spawnSync("go", words, { encoding: "utf8" })).toMatchObject({ status: 0 });
  const { status, stdout } = spawnSync(join(root, "actionlint"), ["-no-color", ...files], {
    cwd: root,
    encoding: "utf8",
  });
  return { status, stdout };
}

test("actionlint finds nothing in the workflows, and something in a wrong one", () => {
  const root = mkdtempSync(join(tmpdir(), "workflows-"));
  mkdirSync(join(root, ".git"));
  cpSync(FOLDER, join(root, ".github/workflows"), { recursive: true });
  const files = readdirSync(FOLDER).map((name) => join(".github/workflows", name));
  expect(lint(root, ...files)).toEqual({ status: 0, stdout: "" });
  const wrong = readFileSync(join(FOLDER, "image.yml"), "utf8").replace(
    "steps.push.outputs.digest",
    "steps.pull.outputs.digest",
  );
  writeFileSync(join(root, "wrong.yml"), wrong);
  const { status, stdout } = lint(root, "wrong.yml");
  expect(status).toBe(1);
  expect(stdout).toContain('property "pull" is not defined');
});
