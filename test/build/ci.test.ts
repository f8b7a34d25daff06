// SPDX-License-Identifier: Apache-2.0
// .ci/run with stand-ins for npm and apt-get: what it prints last, and whether it succeeds.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = join(__dirname, "../..");

let bin: string;
beforeEach(() => {
  bin = mkdtempSync(join(tmpdir(), "spacetail-ci-"));
  program("id", "echo 1000");
});
afterEach(() => rmSync(bin, { recursive: true }));

function program(name: string, script: string): void {
  writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

/** Runs it where `npm test` and `npm run test:long` do these. */
function run(test: string, long: string): { status: number | null; lines: string[] } {
  program("npm", `case "$*" in test) ${test} ;; "run test:long") ${long} ;; *) echo "npm $*"; exit 9 ;; esac`);
  const env = { PATH: `${bin}:/usr/bin:/bin` };
  const { status, stdout } = spawnSync(join(ROOT, ".ci/run"), { env, encoding: "utf8" });
  return { status, lines: stdout.trimEnd().split("\n") };
}

test("the counts of both commands are added up in the last line", () => {
  const { status, lines } = run(
    "echo ok one; echo 12 passed, 0 failed, 3 skipped",
    "echo ok two; echo 5 passed, 0 failed, 1 skipped",
  );
  expect(lines).toEqual([
    "ok one",
    "12 passed, 0 failed, 3 skipped",
    "ok two",
    "5 passed, 0 failed, 1 skipped",
    "17 passed, 0 failed, 4 skipped",
  ]);
  expect(status).toBe(0);
});

test.each([
  ["the first", "echo 1 passed, 2 failed; exit 1", "echo 3 passed, 0 failed", "4 passed, 2 failed"],
  ["the second", "echo 1 passed, 0 failed", "echo 3 passed, 4 failed; exit 1", "4 passed, 4 failed"],
  ["both", "echo 1 passed, 2 failed; exit 1", "echo 3 passed, 4 failed; exit 1", "4 passed, 6 failed"],
  ["one that cannot count", "echo no compiler; exit 1", "echo 3 passed, 0 failed", "3 passed, 1 failed"],
  ["one that cannot count, and the other", "echo 1 passed, 2 failed; exit 1", "exit 1", "1 passed, 3 failed"],
  ["one whose counts are too good", "echo 1 passed, 0 failed; exit 1", "echo 3 passed, 0 failed", "4 passed, 1 failed"],
])("a failure of %s is one of all, and does not keep the other from running", (_, test, long, last) => {
  const { status, lines } = run(test, long);
  expect({ status, last: lines.at(-1) }).toEqual({ status: 1, last });
});

test("what apt-get says is printed when it fails, and the tests run all the same", () => {
  program("id", "echo 0");
  program("apt-get", 'echo "E: Unable to fetch $1" >&2; exit 100');
  const { status, lines } = run("echo 1 passed, 0 failed", "echo 1 passed, 0 failed");
  expect(lines.slice(0, 2)).toEqual(["some test programs could not be installed:", "E: Unable to fetch update"]);
  expect({ status, last: lines.at(-1) }).toEqual({ status: 0, last: "2 passed, 0 failed" });
});

test("where apt-get works nothing is said about it", () => {
  program("id", "echo 0");
  program("apt-get", "echo done");
  expect(run("echo 1 passed, 0 failed", "echo 1 passed, 0 failed").lines[0]).toBe("1 passed, 0 failed");
});
