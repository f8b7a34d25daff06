// SPDX-License-Identifier: Apache-2.0
// Reports what a machine lacks before any work is done.
import { execFileSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** The path of a program, or undefined. */
export function which(name) {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return join(folder, name);
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

function output(command, ...args) {
  try {
    return execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  } catch {
    return "";
  }
}

function atLeast(found, wanted) {
  const a = found.split(".").map(Number);
  const b = wanted.split(".").map(Number);
  for (let i = 0; i < b.length; i += 1) if ((a[i] ?? 0) !== b[i]) return (a[i] ?? 0) > b[i];
  return true;
}

/** One line for everything that is missing; empty when all is there. */
export function missing() {
  const lines = [];
  if (process.platform !== "linux" || process.arch !== "x64") {
    lines.push(`Linux on x64 is needed, and this is ${process.platform} on ${process.arch}.`);
  }
  if (!atLeast(process.versions.node, "20.19"))
    lines.push(`Node 20.19 or later is needed, and this is ${process.versions.node}.`);
  // Outside a module this is the installed version, not that of a downloaded toolchain.
  const go = /go(\d+\.\d+(\.\d+)?)/.exec(output("go", "env", "GOVERSION"))?.[1];
  if (go === undefined) lines.push("Go 1.24 or later is needed, and `go` is not on PATH.");
  else if (!atLeast(go, "1.24")) lines.push(`Go 1.24 or later is needed, and this is ${go}.`);
  const compiler = process.env.MUSL_CC !== undefined || which("musl-gcc") !== undefined;
  if (!compiler && output("python3", "-m", "pip", "--version") === "") {
    lines.push(
      "A C compiler for musl is needed: musl-gcc (Debian: musl-tools), or Python 3 with pip, which brings one.",
    );
  }
  return lines;
}
