// SPDX-License-Identifier: Apache-2.0
// Runs programs side by side without mixing their output.
import { spawn } from "node:child_process";
import { root } from "../steps.mjs";

/** The running programs, which end with this process. SIGKILL is what ends `unshare` and everything in it. */
const children = new Set();
process.on("exit", () => {
  for (const child of children) child.kill("SIGKILL");
});

/** The longest job takes 20 minutes on two cores. One that takes as long as this hangs. Milliseconds. */
const LIMIT_MS = 45 * 60_000;

/**
 * Runs a program and collects what it prints. Kills one that hangs.
 *
 * @returns its exit status, its two streams, and all output in the order of arrival
 */
export function collect(program, args, options = {}) {
  return new Promise((done) => {
    const stdio = ["ignore", "pipe", "pipe"];
    const child = spawn(program, args, { cwd: root, stdio, timeout: LIMIT_MS, killSignal: "SIGKILL", ...options });
    children.add(child);
    const printed = { stdout: "", stderr: "", output: "" };
    for (const stream of ["stdout", "stderr"]) {
      child[stream]?.setEncoding("utf8").on("data", (text) => {
        printed[stream] += text;
        printed.output += text;
      });
    }
    const end = (status) => {
      children.delete(child);
      done({ status: status ?? 1, ...printed });
    };
    child.on("error", (error) => {
      printed.output += `${program}: ${error.message}\n`;
      end(1);
    });
    child.on("exit", (_, signal) => {
      if (signal !== "SIGKILL" || !child.killed) return;
      printed.output += `${program} was killed: it had not ended after ${LIMIT_MS / 60_000} minutes\n`;
      // What it started may live on, with the same streams.
      for (const stream of [child.stdout, child.stderr]) stream?.destroy();
    });
    child.on("close", end);
  });
}

/**
 * Does all jobs in their order, `width` of them at a time. A job is a function that does not throw; it gets a number
 * below `width` that no other job has at the same time.
 */
export async function sideBySide(width, jobs) {
  const waiting = [...jobs];
  const worker = async (_, place) => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) await job(place);
  };
  await Promise.all(Array.from({ length: width }, worker));
}
