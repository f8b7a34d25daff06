// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Unreachable } from "./npm.js";
import { ROOT } from "./tarball.js";

/** What pip says when there is no network, or no index at its other end. */
const UNREACHABLE = /(NameResolutionError|NewConnectionError|ConnectTimeoutError|Temporary failure in name resolution)/;

/**
 * A folder in the cache that holds a package of that exact version with what it needs, installed once.
 *
 * @param requirement such as `pulumi==3.270.0`
 * @throws Unreachable if this machine has no Python with pip, or if pip cannot reach its index
 */
export function pythonPackage(requirement: string): string {
  const folder = join(ROOT, ".cache/packages", requirement);
  if (existsSync(folder)) return folder;
  if (spawnSync("python3", ["-m", "pip", "--version"]).status !== 0) throw new Unreachable("python3 has no pip");
  mkdirSync(join(folder, ".."), { recursive: true });
  const draft = mkdtempSync(`${folder}-`);
  try {
    const words = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", draft, requirement];
    const { status, stderr } = spawnSync("python3", words, { encoding: "utf8" });
    const [unreachable] = UNREACHABLE.exec(stderr) ?? [];
    if (unreachable !== undefined) throw new Unreachable(`pip cannot reach its index: ${unreachable}`);
    if (status !== 0) throw new Error(`pip ended with ${status}: ${stderr}`);
    if (!existsSync(folder)) renameSync(draft, folder);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return folder;
}
