// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { render } from "../../../image/spacetail/render/render.js";

test.each([
  ["config-yml", ".spacelift/config.yml", ""],
  ["hcl", "modules/tailnet", "main.tf"],
])("%s is written where there is no folder yet", (format, path, file) => {
  const folder = mkdtempSync(join(tmpdir(), "spacetail-render-"));
  try {
    expect(render(["--format", format, "--output", join(folder, path)])).toBe(0);
    expect(readFileSync(join(folder, path, file), "utf8")).toMatch(/^# Made by `spacetail render`\.\n/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
