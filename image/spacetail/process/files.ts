// SPDX-License-Identifier: Apache-2.0
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { errorCode, Failure } from "../errors/failure.js";

/** The text of a file, or null if it cannot be read. */
export function readText(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

/**
 * Writes a file that only its owner can read, whole or not at all.
 *
 * @throws Failure if that is impossible, as on a full disk
 */
export function writePrivate(path: string, text: string): void {
  const partial = `${path}.${process.pid}`;
  try {
    writeFileSync(partial, text, { mode: 0o600 });
    renameSync(partial, path);
  } catch (error) {
    rmSync(partial, { force: true });
    throw new Failure(`Cannot write ${path} (${errorCode(error)}). Check that the disk is writable and not full.`);
  }
}
