// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BUILDS, buildProbes, type Line, Probe } from "./net-probe.js";

beforeAll(buildProbes);

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "files-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs two probes at the same time. */
async function twice(command: readonly string[], words: readonly string[]): Promise<Line[]> {
  const probes = [1, 2].map(() => new Probe([...command, ...words]));
  try {
    return await Promise.all(probes.map((probe) => probe.line()));
  } finally {
    for (const probe of probes) probe.stop();
  }
}

const DONE = [{ text: "done" }, { text: "done" }];

describe.each(BUILDS)("while another process does the same, the build for %s", (_, command) => {
  test("removes files", async () => {
    expect(await twice(command, ["remove", join(folder, "file"), "5000"])).toEqual(DONE);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("removes folders with what is in them", async () => {
    const folders = Array.from({ length: 500 }, (_one, i) => join(folder, `${i}`));
    for (const one of folders) {
      mkdirSync(join(one, "inner"), { recursive: true });
      for (const name of ["a", "b", "inner/c"]) writeFileSync(join(one, name), "");
    }
    expect(await twice(command, ["remove-all", ...folders])).toEqual(DONE);
    expect(readdirSync(folder)).toEqual([]);
  });
});
