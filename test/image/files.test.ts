// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BUILDS, buildProbes, Probe } from "./net-probe.js";

beforeAll(buildProbes);

test.each(BUILDS)("the build for %s removes a file that another process removes too", async (_, command) => {
  const folder = mkdtempSync(join(tmpdir(), "files-"));
  const probes = [1, 2].map(() => new Probe([...command, "remove", join(folder, "file"), "5000"]));
  try {
    for (const probe of probes) expect(await probe.line()).toEqual({ text: "done" });
    expect(readdirSync(folder)).toEqual([]);
  } finally {
    for (const probe of probes) probe.stop();
    rmSync(folder, { recursive: true });
  }
});
