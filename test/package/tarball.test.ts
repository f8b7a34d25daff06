// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { pack, ROOT, type Tarball } from "./tarball.js";

let folder: string;
let tarball: Tarball;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "spacetail-tarball-"));
  tarball = pack(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The executable for Node. */
const EXECUTABLE = "dist/spacetail.cjs";

test("the package is smaller than 240 KB without its executable", () => {
  const executable = gzipSync(readFileSync(join(ROOT, EXECUTABLE)), { level: 9 }).length;
  expect(tarball.size - executable).toBeLessThan(240_000);
});

test("it holds the library and what a reader looks for, and nothing else", () => {
  const rooms = new Set(tarball.files.map((file) => file.split("/").slice(0, 2).join("/")));
  expect([...rooms].sort()).toEqual([
    "CHANGELOG.md",
    "LICENSE",
    "NOTICE",
    "README.md",
    "dist/cdktf",
    "dist/cdktn",
    "dist/contract",
    "dist/pulumi",
    "dist/spacetail.cjs",
    "package.json",
  ]);
  const code = tarball.files.filter((file) => file.endsWith(".js"));
  expect(code.sort()).toEqual(["dist/cdktf/index.js", "dist/cdktn/index.js", "dist/pulumi/index.js"]);
  const others = tarball.files.filter((file) => file.startsWith("dist/") && !/\.(js|d\.ts)$/.test(file));
  // The first is for Pulumi's command line.
  expect(others.sort()).toEqual(["dist/pulumi/spacelift/package.json", EXECUTABLE]);
});

describe("publint and Are The Types Wrong", () => {
  let found: { publint: string[]; types: unknown[]; resolved: string[] };
  beforeAll(() => {
    const words = [join(__dirname, "lint.mjs"), tarball.path];
    found = JSON.parse(execFileSync(process.execPath, words, { encoding: "utf8" }));
  });

  test("find nothing to say", () => {
    expect(found.publint).toEqual([]);
    expect(found.types).toEqual([]);
  });

  test.each(["node10", "node16-cjs", "node16-esm", "bundler"])("every entry point is found by %s", (way) => {
    const types = found.resolved.filter((line) => line.includes(` ${way} `));
    expect(types).toEqual([
      `. ${way} /node_modules/spacetail/dist/cdktf/index.d.ts`,
      `./cdktf ${way} /node_modules/spacetail/dist/cdktf/index.d.ts`,
      `./cdktn ${way} /node_modules/spacetail/dist/cdktn/index.d.ts`,
      `./pulumi ${way} /node_modules/spacetail/dist/pulumi/index.d.ts`,
      `./package.json ${way} /node_modules/spacetail/package.json`,
    ]);
  });
});
