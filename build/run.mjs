#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// The commands of package.json that need more than packages. Each builds what it needs, even in a fresh clone.
//
//   run.mjs check | test | test:long | rehearse | world | bench:up | bench:first | bench:proxy |
//           bench:capture | bench:synth | fuzz | soak   [arguments of the command]
import { join } from "node:path";
import { missing } from "./prerequisites.mjs";
import * as steps from "./steps.mjs";
import { runSandboxed } from "./test/sandbox.mjs";
import ownTemporaryFolder from "./test/temporary.mjs";
import { runTests } from "./test/tests.mjs";

const [command = "", ...args] = process.argv.slice(2);

/** The executable, and a tailnet for it. */
function tunnel() {
  steps.packages();
  steps.executable();
  steps.daemon();
  steps.tailnet();
  return {
    ...process.env,
    SPACETAIL_ROOT: steps.root,
    // By default it would be in the temporary directory, which is removed after the tests.
    NODE_COMPILE_CACHE: join(steps.cache, "node"),
  };
}

/** The library too, and the programs of users. */
function everything() {
  const env = tunnel();
  steps.library();
  steps.probe();
  steps.clients();
  steps.debian();
  steps.proxychains();
  steps.stock();
  steps.pebble();
  return { ...env, SPACETAIL_TERRAFORM: steps.terraform() };
}

const commands = {
  check: () => {
    steps.packages();
    steps.library();
    return runTests(process.env, "test", ["check"]);
  },
  test: () => {
    ownTemporaryFolder();
    return runTests(everything(), "test", args);
  },
  "test:long": () => {
    ownTemporaryFolder();
    steps.profiles();
    return runTests(everything(), "test:long", ["long", ...args]);
  },
  fuzz: () => {
    steps.packages();
    steps.executable();
    steps.probe();
    return steps.runProgram("test/fuzz/main.ts", args, { ...process.env, SPACETAIL_ROOT: steps.root });
  },
  rehearse: () => inWorld("test/world/rehearse/main.ts", everything()),
  soak: () => inWorld("test/e2e/soak-main.ts", everything()),
  "bench:up": () => inWorld("bench/up.ts", tunnel()),
  "bench:first": () => inWorld("bench/first.ts", tunnel()),
  "bench:proxy": () => inWorld("bench/proxy.ts", tunnel()),
  "bench:capture": () => inWorld("bench/capture.ts", { ...tunnel(), SPACETAIL_TERRAFORM: steps.terraform() }),
  "bench:synth": () => {
    steps.packages();
    steps.library();
    return steps.runProgram("bench/synth.ts", args, process.env);
  },
  // Not in a sandbox, so that other clients can reach it.
  world: () => {
    const env = everything();
    return steps.runProgram("test/world/serve.ts", args, env);
  },
};

function inWorld(entry, env) {
  return runSandboxed([process.execPath, steps.bundle(entry), ...args], env);
}

const work = commands[command];
if (work === undefined) {
  console.error(`run.mjs: one of ${Object.keys(commands).join(", ")} is needed, not "${command}"`);
  process.exit(2);
}
const lacks = missing();
if (lacks.length > 0) {
  for (const line of lacks) console.error(`spacetail: ${line}`);
  process.exit(1);
}
try {
  process.exitCode = await work();
} catch (error) {
  console.error(`spacetail: ${error.message}`);
  process.exitCode = 1;
}
