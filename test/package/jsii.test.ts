// SPDX-License-Identifier: Apache-2.0
// The package is not published for other languages, but its public API is such that it could be: jsii, which is what
// publishes constructs to Python, Java, C# and Go, takes it as it stands.
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "./tarball.js";

/** The types that only help in editors, as other languages would have them: jsii has neither literals nor generics. */
const TYPES = `
export type Phase = string;
export type HookPhase = string;
export type RunType = string;
export type TokenScope = string;
export type List<T> = T[];
export type ExactlyOne<T> = T;
`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spacetail-jsii-"));
  for (const room of ["contract", "constructs"]) cpSync(join(ROOT, room), join(folder, room), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "contract/context/types.ts"), TYPES);
  const { name, version, description, license, devDependencies } = readManifest();
  const manifest = {
    name,
    version,
    description,
    license,
    // jsii wants to know who and where.
    author: { name: "spacetail", url: "https://example.test" },
    repository: { type: "git", url: "https://example.test/spacetail.git" },
    main: "constructs/index.js",
    types: "constructs/index.d.ts",
    peerDependencies: { cdktf: devDependencies.cdktf, constructs: devDependencies.constructs },
    jsii: { outdir: "jsii", targets: {}, excludeTypescript: ["node_modules"], tsc: { types: [] } },
  };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  writeFileSync(join(folder, "README.md"), description);
});
afterEach(() => rmSync(folder, { recursive: true }));

function readManifest() {
  return JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
}

/** Compiles the copy. @returns the exit status and the lines that tell of errors */
function jsii(): { status: number | null; errors: string[] } {
  const words = [join(ROOT, "node_modules/jsii/bin/jsii"), "--silence-warnings=reserved-word"];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { cwd: folder, encoding: "utf8" });
  return {
    status,
    errors: (stdout + stderr).split("\n").filter((line) => /error/i.test(line) && !/Errors: 0/.test(line)),
  };
}

test("jsii compiles the public API without an error", () => {
  expect(jsii()).toEqual({ status: 0, errors: [] });
  const { types } = JSON.parse(readFileSync(join(folder, ".jsii"), "utf8"));
  expect(Object.keys(types)).toEqual(
    expect.arrayContaining(["spacetail.TailnetContext", "spacetail.spacelift.Context"]),
  );
});

test("jsii refuses a property that other languages could not have", () => {
  const file = join(folder, "constructs/extra.ts");
  writeFileSync(file, "export interface ExtraProps {\n  readonly change: (name: string) => string;\n}\n");
  const index = join(folder, "constructs/index.ts");
  writeFileSync(index, `${readFileSync(index, "utf8")}export type { ExtraProps } from "./extra.js";\n`);
  const { status, errors } = jsii();
  expect(status).not.toBe(0);
  expect(errors.join("\n")).toContain("extra.ts");
});
