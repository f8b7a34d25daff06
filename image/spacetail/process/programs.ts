// SPDX-License-Identifier: Apache-2.0
import { accessSync, constants, statSync } from "node:fs";
import { dirname } from "node:path";
import { errorCode } from "../errors/failure.js";

/**
 * Finds a program: next to this executable first, because the image installs them together, then on PATH.
 *
 * @param command the command line of this executable
 * @param path the value of PATH
 * @param isOut true for a program that does not count
 * @returns its path, or an empty string
 */
export function findProgram(
  name: string,
  command: readonly string[],
  path: string,
  isOut: (path: string) => boolean = () => false,
): string {
  // The last word is the executable in both builds. A program next to Node's own executable has nothing to do with us.
  const beside = dirname(command[command.length - 1] ?? "");
  for (const place of [beside].concat(path.split(":"))) {
    const candidate = `${place}/${name}`;
    if (place !== "" && isProgram(candidate) && !isOut(candidate)) return candidate;
  }
  return "";
}

/**
 * Finds a program as a shell does: by its path, or on PATH.
 *
 * @returns its path, or an empty string
 */
export function findOnPath(name: string, path: string): string {
  if (name.includes("/")) return name;
  for (const place of path.split(":")) {
    // An empty place means the working directory.
    const candidate = `${place === "" ? "." : place}/${name}`;
    if (name !== "" && isProgram(candidate)) return candidate;
  }
  return "";
}

/** Why a file cannot be executed, as an error code; empty if it can, as far as its permissions tell. */
export function programProblem(path: string): string {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile() ? "" : "EACCES";
  } catch (error) {
    return errorCode(error);
  }
}

function isProgram(path: string): boolean {
  return programProblem(path) === "";
}
