// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from "node:child_process";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Node } from "./nodes.js";
import { npm } from "./npm.js";
import { ROOT, type Tarball } from "./tarball.js";

/** An engine of the constructs, and what its users write. */
export interface Engine {
  /** Name of its package, and of its entry point and example. */
  readonly name: string;
  /** Its command line, with the version that is tested. */
  readonly commandLine: string;
  /** Major versions of Node.js that the command line is for. */
  readonly commandLineNode: number;
}

export const ENGINES: readonly Engine[] = [
  { name: "cdktf", commandLine: "cdktf-cli@0.21.0", commandLineNode: 20 },
  { name: "cdktn", commandLine: "cdktn-cli@0.24.0", commandLineNode: 24 },
];

/** How a program ended, and what it printed. */
export interface Outcome {
  readonly status: number | null;
  readonly output: string;
}

/**
 * Copies an engine's example into an empty folder and installs what it asks for, with the packed library for the
 * published one. Nothing but that engine is there then.
 */
export function installExample(folder: string, engine: Engine, tarball: Tarball): void {
  const example = join(ROOT, "examples", engine.name);
  for (const file of ["main.ts", "tsconfig.json", "cdktf.json"]) cpSync(join(example, file), join(folder, file));
  const manifest = JSON.parse(readFileSync(join(example, "package.json"), "utf8"));
  manifest.dependencies.spacetail = `file:${tarball.path}`;
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  npm(folder, "install");
}

/** Runs a program with that Node.js first on the PATH. */
export function run(node: Node, folder: string, program: string, ...words: string[]): Outcome {
  const env = {
    PATH: `${node.bin}:${process.env.PATH}`,
    HOME: process.env.HOME ?? folder,
    TMPDIR: tmpdir(),
    // The command lines ask for newer versions and send reports, unless they are told not to.
    CHECKPOINT_DISABLE: "1",
    CI: "1",
  };
  const { status, stdout, stderr } = spawnSync(program, words, { cwd: folder, env, encoding: "utf8" });
  return { status, output: stdout + stderr };
}

/** What the example's stack was synthesized to, without CDKTF's own metadata; the result is taken away. */
export function takeSynthesized(folder: string): Record<string, Record<string, unknown>> {
  const file = join(folder, "cdktf.out/stacks/tailnet/cdk.tf.json");
  const { "//": _, ...rest } = JSON.parse(readFileSync(file, "utf8"));
  rmSync(join(folder, "cdktf.out"), { recursive: true });
  // CDKTF's backend is a file in the folder that it runs in.
  delete rest.terraform.backend;
  return rest;
}
