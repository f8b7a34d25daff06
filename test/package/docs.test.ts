// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "./tarball.js";

test("the API reference is made without a warning, and tells of the hand-written constructs alone", () => {
  const folder = mkdtempSync(join(tmpdir(), "spacetail-docs-"));
  try {
    const words = [join(ROOT, "node_modules/typedoc/bin/typedoc"), "--out", folder];
    const env = { ...process.env, NO_COLOR: "1" };
    const { status, stdout, stderr } = spawnSync(process.execPath, words, { cwd: ROOT, encoding: "utf8", env });
    expect((stdout + stderr).split("\n").filter((line) => /warning|error/.test(line))).toEqual([]);
    expect(status).toBe(0);
    const classes = readdirSync(join(folder, "classes"));
    expect(classes).toEqual(expect.arrayContaining(["TailnetContext.html", "TailnetOAuthClient.html"]));
    expect(classes.filter((name) => !name.startsWith("Tailnet"))).toEqual(["ValidationError.html"]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
