// SPDX-License-Identifier: Apache-2.0
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync, writeSync } from "node:fs";
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
  try {
    replaceFile(path, text, 0o600);
  } catch (error) {
    throw new Failure(`Cannot write ${path} (${errorCode(error)}). Check that the disk is writable and not full.`);
  }
}

/** Writes a file whole or not at all, also while others write or read it. Throws what the system reports. */
export function replaceFile(path: string, text: string, mode: number): void {
  const partial = `${path}.${process.pid}`;
  try {
    writeFileSync(partial, text, { mode });
    renameSync(partial, path);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
}

/** Creates a directory that only its owner can enter, unless it is there: another process may create it meanwhile. */
export function ensurePrivateDir(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (errorCode(error) !== "EEXIST") throw error;
  }
}

/**
 * Overwrites the beginning of a file, which takes no room on a full disk. Readers may see a part of it.
 *
 * @returns false if that is impossible
 */
export function overwrite(path: string, text: string): boolean {
  try {
    const file = openSync(path, "r+");
    try {
      const bytes = Buffer.from(text);
      return writeSync(file, bytes, 0, bytes.length) === bytes.length;
    } finally {
      closeSync(file);
    }
  } catch {
    return false;
  }
}
