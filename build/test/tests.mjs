// SPDX-License-Identifier: Apache-2.0
// npm test: formatting, lint, types, the rules of the rooms, unit tests, tests of the packed library, the Go tests of
// the embedded tailnet, and the end-to-end tests. npm run test:long: what takes long by nature. Both end with a line
// of counts.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { dirname, join } from "node:path";
import { cache, root } from "../steps.mjs";
import { collect, sideBySide } from "./jobs.mjs";
import { sandboxCommand, sandboxProblem } from "./sandbox.mjs";

const bin = join(root, "node_modules/.bin");
const cores = cpus().length;

/**
 * The stages of each command, each as a function that lists its jobs: names, and work that returns output and counts.
 */
const STAGES = {
  test: { check: checks, unit, package: packaged, go, e2e: endToEnd },
  "test:long": { long },
};

/** How long jobs took last time, in milliseconds by name. */
const TIMES = join(cache, "results/times.json");

/**
 * Does the jobs of all stages of a command, or of one, side by side, and prints what a job has to say when it ends.
 *
 * @returns the exit status
 */
export async function runTests(env, command, [stage = "", pattern = ""] = []) {
  const jobs = Object.entries(STAGES[command]).flatMap(([name, jobsOf]) =>
    stage === "" || stage === name ? jobsOf(env, pattern, stage === name) : [],
  );
  const times = existsSync(TIMES) ? JSON.parse(readFileSync(TIMES, "utf8")) : {};
  // The longest first, so that no core waits at the end; what is new may be the longest.
  const expected = ({ name }) => times[name] ?? Number.POSITIVE_INFINITY;
  jobs.sort((a, b) => (expected(a) === expected(b) ? 0 : expected(b) - expected(a)));
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const perform = async ({ name, work }, place) => {
    const began = Date.now();
    try {
      const { output, ...found } = await work(place);
      process.stdout.write(output);
      for (const [kind, count] of Object.entries(found)) counts[kind] += count;
    } catch (error) {
      console.log(`FAILED ${name}: ${error.message}`);
      counts.failed += 1;
    }
    times[name] = Date.now() - began;
  };
  // One more than there are cores, because most tests wait now and then.
  await sideBySide(
    Math.min(5, cores + 1),
    jobs.map((job) => (place) => perform(job, place)),
  );
  if (counts.passed + counts.failed + counts.skipped === 0) {
    console.log(`no test is called ${[stage, pattern].join(" ").trim()}`);
    return 1;
  }
  mkdirSync(dirname(TIMES), { recursive: true });
  writeFileSync(TIMES, JSON.stringify(times, null, 2));
  const skipped = counts.skipped === 0 ? "" : `, ${counts.skipped} skipped`;
  console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`);
  return counts.failed === 0 ? 0 : 1;
}

/** Everything that needs no running code. */
function checks() {
  const one = (name, check) => ({
    name,
    work: async () => {
      const { status, output } = await check();
      const ok = status === 0;
      return { output: `${output}${ok ? "ok" : "FAILED"} ${name}\n`, [ok ? "passed" : "failed"]: 1 };
    },
  });
  const lint = ["check", "--error-on-warnings", "--log-level=warn", "."];
  return [
    one("format and lint", () => collect(join(bin, "biome"), lint)),
    one("rooms and comments", () => collect(process.execPath, [join(root, "build/check/main.mjs")])),
    one("types", () => collect(join(bin, "tsc"), ["--noEmit", "-p", "."])),
  ];
}

/** On half of the cores, unless nothing else is to be done. */
function unit(env, pattern, alone) {
  const workers = alone ? cores : Math.ceil(cores / 2);
  const words = ["--selectProjects", "unit", "cdktn", `--maxWorkers=${workers}`];
  if (pattern !== "") words.push("--testPathPatterns", pattern);
  return [{ name: "unit", work: (place) => jest("unit", [], words, env, place) }];
}

/** What users install, for which npm has to reach its registry. */
function packaged(env, pattern) {
  return filesOf("test/package", pattern).map((file) => jestJob("package", file, [], env));
}

function endToEnd(env, pattern) {
  return sandboxed("e2e", filesOf("test/e2e", pattern), env);
}

/** Those of `test/long/e2e` are end-to-end tests, too. */
function long(env, pattern) {
  const inTheOpen = filesOf("test/long", pattern).map((file) => jestJob("long", file, [], env));
  return [...sandboxed("long", filesOf("test/long/e2e", pattern), env), ...inTheOpen];
}

/** Every file in its own sandbox. */
function sandboxed(project, files, env) {
  const problem = sandboxProblem();
  const prefix = problem === undefined ? sandboxCommand() : [];
  const jobs = files.map((file) => jestJob(project, file, prefix, env));
  return problem === undefined ? jobs : [oneAfterAnother(project, problem, jobs)];
}

/** The files of tests in a folder, with long ones first. */
function filesOf(folder, pattern) {
  if (!existsSync(join(root, folder))) return [];
  const files = readdirSync(join(root, folder)).filter((name) => name.endsWith(".test.ts") && name.includes(pattern));
  const size = (path) => readFileSync(join(root, path), "utf8").length;
  return files.map((name) => join(folder, name)).sort((a, b) => size(b) - size(a));
}

/** A job that does others one after another, because they need the machine's own ports. */
function oneAfterAnother(project, problem, jobs) {
  return {
    name: project,
    work: async (place) => {
      const all = { output: `no private network here (${problem}): one file after another in the open\n` };
      for (const { work } of jobs) {
        for (const [kind, found] of Object.entries(await work(place))) all[kind] = (all[kind] ?? 0) + found;
      }
      return all;
    },
  };
}

/** One file of tests. */
function jestJob(project, file, prefix, env) {
  const words = ["--selectProjects", project, "--runInBand", "--runTestsByPath", file];
  return { name: file, work: (place) => jest(file.replaceAll("/", "-"), prefix, words, env, place) };
}

async function jest(name, prefix, words, env, place) {
  const folder = join(cache, "results");
  mkdirSync(folder, { recursive: true });
  const result = join(folder, `${name}.json`);
  rmSync(result, { force: true });
  // Processes in sandboxes have the same numbers, after which Jest names temporary files in its cache. And a socket
  // that a test leaves open must not keep everything waiting.
  const own = [`--cacheDirectory=${join(cache, "jest", String(place))}`, "--forceExit"];
  const always = [...own, "--json", `--outputFile=${result}`];
  const command = [...prefix, process.execPath, join(bin, "jest"), ...words, ...always];
  const { status, output } = await collect(command[0], command.slice(1), { env, stdio: ["ignore", "ignore", "pipe"] });
  try {
    const found = JSON.parse(readFileSync(result, "utf8"));
    const failed = found.numFailedTests + found.numRuntimeErrorTestSuites;
    const counts = { passed: found.numPassedTests, skipped: found.numPendingTests };
    if (status === 0 || failed > 0) return { output, failed, ...counts };
    return {
      output: `${output}FAILED ${name}: all tests passed, but jest ended with ${status}\n`,
      failed: 1,
      ...counts,
    };
  } catch {
    return { output: `${output}FAILED ${name}: jest ended with status ${status} and no result\n`, failed: 1 };
  }
}

/** Each package in a sandbox of its own, because some networks answer DNS that is meant for the tailnet. */
function go(env) {
  const name = "embedded tailnet";
  const options = { cwd: join(root, "test/world/tailnet"), env };
  const problem = sandboxProblem();
  if (problem !== undefined) console.error(`skipped: split DNS of the embedded tailnet: ${problem}`);
  const words = sandboxCommand().map((word) => (word.includes(" ") ? `'${word}'` : word));
  const where = problem === undefined ? ["-exec", words.join(" ")] : ["-skip", "SplitDNS"];
  const work = async () => readGo(await collect("go", ["test", "-json", ...where, "./..."], options));
  return [{ name, work }];
}

/** What `go test -json` said. */
function readGo({ status, stdout, stderr }) {
  const found = { output: stderr, passed: 0, skipped: 0 };
  const failures = new Set();
  for (const line of stdout.split("\n")) {
    if (!line.startsWith("{")) continue;
    const { Action, Test, Package, Output } = JSON.parse(line);
    if (Action === "output" && /--- (FAIL|SKIP)|^\s+\S+\.go:\d+:/.test(Output)) found.output += Output;
    // A package that fails without a failing test did not build or crashed.
    if (Action === "fail" && (Test !== undefined || ![...failures].some((one) => one.startsWith(Package))))
      failures.add(`${Package} ${Test ?? ""}`.trim());
    if (Test === undefined) continue;
    if (Action === "pass") found.passed += 1;
    if (Action === "skip") found.skipped += 1;
  }
  if (status !== 0 && failures.size === 0) failures.add(`go test ended with status ${status}`);
  for (const name of failures) found.output += `FAILED ${name}\n`;
  found.output += `${failures.size === 0 ? "ok" : "FAILED"} tests of the embedded tailnet\n`;
  return { ...found, failed: failures.size };
}
