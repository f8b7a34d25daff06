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

/** Runs it where npm does this when it is called with the given words. */
function run(test: string, words = "test", args: string[] = []): { status: number | null; lines: string[] } {
  program("npm", `case "$*" in "${words}") ${test} ;; *) echo "npm $*"; exit 9 ;; esac`);
  const env = { PATH: `${bin}:/usr/bin:/bin` };
  const { status, stdout } = spawnSync(join(ROOT, ".ci/run"), args, { env, encoding: "utf8" });
  return { status, lines: stdout.trimEnd().split("\n") };
}

test("the counts of the tests are the last line", () => {
  const { status, lines } = run("echo ok one; echo 12 passed, 0 failed, 3 skipped");
  expect(lines).toEqual(["ok one", "12 passed, 0 failed, 3 skipped"]);
  expect(status).toBe(0);
});

test("another script of tests can be named", () => {
  const { status, lines } = run("echo 4 passed, 0 failed", "run test:long", ["test:long"]);
  expect({ status, lines }).toEqual({ status: 0, lines: ["4 passed, 0 failed"] });
});

test.each([
  ["counted failures", "echo 1 passed, 2 failed; exit 1", "1 passed, 2 failed"],
  ["tests that cannot start", "echo no compiler; exit 1", "0 passed, 1 failed"],
  ["tests that end without counts", "echo done", "0 passed, 1 failed"],
  ["counts that are too good", "echo 1 passed, 0 failed; exit 1", "1 passed, 0 failed"],
])("%s: it fails", (_, test, last) => {
  const { status, lines } = run(test);
  expect({ status, last: lines.at(-1) }).toEqual({ status: 1, last });
});

test("what apt-get says is printed when it fails, and the tests run all the same", () => {
  program("id", "echo 0");
  program("apt-get", 'echo "E: Unable to fetch $1" >&2; exit 100');
  const { status, lines } = run("echo 1 passed, 0 failed");
  expect(lines.slice(0, 2)).toEqual(["some test programs could not be installed:", "E: Unable to fetch update"]);
  expect({ status, last: lines.at(-1) }).toEqual({ status: 0, last: "1 passed, 0 failed" });
});

test("where apt-get works nothing is said about it", () => {
  program("id", "echo 0");
  program("apt-get", "echo done");
  expect(run("echo 1 passed, 0 failed").lines[0]).toBe("1 passed, 0 failed");
});
