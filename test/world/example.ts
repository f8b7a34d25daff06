// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { transformSync } from "esbuild";

/** The folders of examples/ that are written for CDKTF. */
export type Example = "cdktf" | "cdktf-federated";

/**
 * Synthesizes an example as a user would who copied it: in a folder of its own, with the built library and the engine
 * as packages.
 *
 * @param root the repository, whose dist has been built
 * @param more further members for the props of its context
 * @returns the Terraform configuration of its one stack, as JSON
 */
export function synthesizeExample(root: string, example: Example, more = ""): unknown {
  const folder = mkdtempSync(join(tmpdir(), "spacetail-example-"));
  try {
    return synthesizeIn(folder, root, example, more);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function synthesizeIn(folder: string, root: string, example: Example, more: string): unknown {
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(root, join(folder, "node_modules/spacetail"));
  for (const name of ["cdktf", "constructs"]) {
    symlinkSync(join(root, "node_modules", name), join(folder, "node_modules", name));
  }
  const found = readFileSync(join(root, "examples", example, "main.ts"), "utf8");
  const source = found.replace(/^ +phases: .*/m, (line) => `${line} ${more}`);
  if (more !== "" && source === found) throw new Error(`examples/${example} names no phases`);
  writeFileSync(join(folder, "main.js"), transformSync(source, { loader: "ts", format: "cjs", target: "node20" }).code);
  execFileSync(process.execPath, ["main.js"], { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
  return JSON.parse(readFileSync(join(folder, "cdktf.out/stacks/tailnet/cdk.tf.json"), "utf8"));
}
