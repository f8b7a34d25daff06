// SPDX-License-Identifier: Apache-2.0
import { rmSync } from "node:fs";
import { shellQuote } from "../../../contract/wire/shell.js";
import { errorCode } from "../errors/failure.js";
import { ensurePrivateDir, readText, replaceFile } from "../process/files.js";
import { findOnPath } from "../process/programs.js";
import type { RuntimeDir } from "../tunnel/runtime-dir.js";

/** The programs that the phases of Spacelift's vendors run, and those that people run beside them. */
const PROGRAMS: readonly string[] = [
  "terraform",
  "tofu",
  "terragrunt",
  "pulumi",
  "ansible",
  "ansible-playbook",
  "kubectl",
  "helm",
];

/** Where the shims of a tunnel are: programs that are found first, and run those of the same name captured. */
export function shimFolder(dir: RuntimeDir): string {
  return `${dir.path}/shims`;
}

/**
 * Writes a shim for each program that there is, one by one, because another phase may run them meanwhile. They stay on
 * PATH in later phases, so without a tunnel they run the programs as they are, and without the folder nothing is found
 * in it.
 *
 * @param command the command line of this executable
 * @param path the value of PATH
 * @returns an error code if they cannot be written; else nothing
 */
export function writeShims(dir: RuntimeDir, command: readonly string[], path: string): string {
  const folder = shimFolder(dir);
  const ours = command.map(shellQuote).join(" ");
  try {
    ensurePrivateDir(folder);
    for (const name of PROGRAMS) {
      const shim = `${folder}/${name}`;
      const text = `#!/bin/sh\nexec ${ours} shim ${name} "$@"\n`;
      if (findOnPath(name, pathWithout(path, folder)) === "") rmSync(shim, { force: true });
      else if (readText(shim) !== text) replaceFile(shim, text, 0o700);
    }
    return "";
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    return errorCode(error);
  }
}

/** A value of PATH without a folder. */
export function pathWithout(path: string, folder: string): string {
  return path
    .split(":")
    .filter((place) => place !== folder)
    .join(":");
}
