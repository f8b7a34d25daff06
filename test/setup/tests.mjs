// SPDX-License-Identifier: Apache-2.0
// npm test: formatting, lint, types, import directions, unit tests, the Go tests of the embedded tailnet, and the
// end-to-end tests. Ends with one line of counts.
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { wrongImports } from "./rooms.mjs";
import { sandboxCommand, sandboxProblem } from "./sandbox.mjs";
import { cache, root } from "./steps.mjs";

const bin = join(root, "node_modules/.bin");

/** @returns the exit status */
export async function runTests(env, args) {
  const only = args[0] ?? "";
  const counts = { passed: 0, failed: 0, skipped: 0 };
  if (only === "" || only === "check") check(counts);
  if (only === "" || only === "unit") await unit(env, counts);
  if (only === "" || only === "package") await packaged(env, counts, args[1] ?? "");
  if (only === "" || only === "go") go(env, counts);
  if (only === "" || only === "e2e") await endToEnd(env, counts, args[1] ?? "");
  const skipped = counts.skipped === 0 ? "" : `, ${counts.skipped} skipped`;
  console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`);
  return counts.failed === 0 ? 0 : 1;
}

/** `npm run check`: everything that needs no running code. */
export function check(counts) {
  const one = (name, ok) => {
    counts[ok ? "passed" : "failed"] += 1;
    console.log(`${ok ? "ok" : "FAILED"} ${name}`);
  };
  const quiet = (command, args) => spawnSync(command, args, { cwd: root, stdio: "inherit" }).status === 0;
  one("format and lint", quiet(join(bin, "biome"), ["check", "--error-on-warnings", "--log-level=warn", "."]));
  one("types", quiet(join(bin, "tsc"), ["--noEmit", "-p", "."]));
  const wrong = wrongImports();
  for (const line of wrong) console.log(line);
  one("direction of imports", wrong.length === 0);
}

async function unit(env, counts) {
  const args = ["--selectProjects", "unit", "cdktn"];
  await jest([process.execPath, join(bin, "jest")], args, env, counts, "unit");
}

/** What users install, for which npm has to reach its registry. */
async function packaged(env, counts, pattern) {
  const args = ["--selectProjects", "package", "--testPathPatterns", `/package/.*${pattern}`];
  await jest([process.execPath, join(bin, "jest")], args, env, counts, "package");
}

/** Every file in a private place of its own, as many at a time as there are cores, but no more than four. */
async function endToEnd(env, counts, pattern) {
  const folder = join(root, "test/e2e");
  const files = readdirSync(folder).filter((name) => name.endsWith(".test.ts") && name.includes(pattern));
  const problem = sandboxProblem();
  if (problem !== undefined) console.log(`no private network here (${problem}): one file after another in the open`);
  const prefix = problem === undefined ? sandboxCommand() : [];
  // Long ones first, so that no core waits at the end.
  const size = (name) => readFileSync(join(folder, name), "utf8").length;
  const queue = files.sort((a, b) => size(b) - size(a));
  const worker = async () => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const args = ["--selectProjects", "e2e", "--runInBand", "--runTestsByPath", join("test/e2e", file)];
      await jest([...prefix, process.execPath, join(bin, "jest")], args, env, counts, file);
    }
  };
  const workers = problem === undefined ? Math.min(4, cpus().length) : 1;
  await Promise.all(Array.from({ length: workers }, worker));
}

async function jest(command, args, env, counts, name) {
  const folder = join(cache, "results");
  mkdirSync(folder, { recursive: true });
  const result = join(folder, `${name}.json`);
  rmSync(result, { force: true });
  const [program, ...rest] = [...command, ...args, "--json", `--outputFile=${result}`];
  const { status, output } = await run(program, rest, env);
  process.stdout.write(output);
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numRuntimeErrorTestSuites } = JSON.parse(
      readFileSync(result, "utf8"),
    );
    counts.passed += numPassedTests;
    counts.failed += numFailedTests + numRuntimeErrorTestSuites;
    counts.skipped += numPendingTests;
    if (status !== 0 && numFailedTests + numRuntimeErrorTestSuites === 0) counts.failed += 1;
  } catch {
    console.log(`FAILED ${name}: jest ended with status ${status} and no result`);
    counts.failed += 1;
  }
}

/** Runs a program and collects what it prints, so that programs side by side do not mix their lines. */
function run(program, args, env) {
  return new Promise((done) => {
    const child = spawn(program, args, { cwd: root, env, stdio: ["ignore", "ignore", "pipe"] });
    let output = "";
    child.stderr.on("data", (data) => {
      output += data;
    });
    child.on("close", (status) => done({ status: status ?? 1, output }));
  });
}

function go(env, counts) {
  const folder = join(root, "test/world/tailnet");
  const args = ["test", "-json", "./..."];
  const { stdout } = spawnSync("go", args, {
    cwd: folder,
    env,
    encoding: "utf8",
    maxBuffer: 1 << 28,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const failures = new Set();
  for (const line of stdout.split("\n")) {
    if (!line.startsWith("{")) continue;
    const { Action, Test, Package, Output } = JSON.parse(line);
    const name = `${Package} ${Test ?? ""}`.trim();
    if (Action === "output" && /--- (FAIL|SKIP)|^\s+\S+\.go:\d+:/.test(Output)) process.stdout.write(Output);
    // A package that fails without a failing test did not build or crashed.
    if (Action === "fail" && (Test !== undefined || ![...failures].some((one) => one.startsWith(Package))))
      failures.add(name);
    if (Test === undefined) continue;
    if (Action === "pass") counts.passed += 1;
    if (Action === "skip") counts.skipped += 1;
  }
  for (const name of failures) console.log(`FAILED ${name}`);
  counts.failed += failures.size;
  console.log(`${failures.size === 0 ? "ok" : "FAILED"} tests of the embedded tailnet`);
}
