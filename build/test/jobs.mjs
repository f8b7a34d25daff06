// SPDX-License-Identifier: Apache-2.0
// Runs programs side by side without mixing their output.
import { spawn } from "node:child_process";
import { root } from "../steps.mjs";

/** The running programs, which end with this process. SIGKILL is what ends `unshare` and everything in it. */
const children = new Set();
process.on("exit", () => {
  for (const child of children) child.kill("SIGKILL");
});

/**
 * Runs a program and collects what it prints.
 *
 * @returns its exit status, its two streams, and all output in the order of arrival
 */
export function collect(program, args, options = {}) {
  return new Promise((done) => {
    const child = spawn(program, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"], ...options });
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
    child.on("close", end);
  });
}

/** Does all jobs in their order, `width` of them at a time. A job is a function that does not throw. */
export async function sideBySide(width, jobs) {
  const waiting = [...jobs];
  const worker = async () => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) await job();
  };
  await Promise.all(Array.from({ length: width }, worker));
}
