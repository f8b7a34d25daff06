// SPDX-License-Identifier: Apache-2.0
import { chmodSync, existsSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import type { Environment } from "../../../contract/wire/environment.js";
import { errorMessage, Failure } from "../errors/failure.js";
import type { Platform } from "../platform/platform.js";
import { remainingNames, undoExports } from "./environment-file.js";
import { readRecord } from "./proxy-record.js";

/** Where a Spacelift worker keeps the environment that a phase's hooks leave behind. */
const ENVIRONMENT_FILE = "/mnt/workspace/.env_hooks_after";

/** What is to be scrubbed, and of what. */
export interface Scrub {
  readonly platform: Platform;
  /** The environment now. The supervisor does not have the run's, but the record has the variables that matter here. */
  readonly env: Environment;
  /** The file of the proxy record. */
  readonly record: string;
}

/**
 * Removes what the hooks exported from an environment file, and says what remains because its form is unknown. A
 * missing file, or no tunnel so far, is fine.
 *
 * @param path Spacelift's file by default
 * @throws Failure if the file cannot be read or written
 */
export function scrubFile({ platform, env, record }: Scrub, path = ENVIRONMENT_FILE): void {
  const { exports, original, lookalikes } = readRecord(record);
  if (exports.length === 0 || !existsSync(path)) return;
  const left: string[] = [];
  try {
    // Values need not be UTF-8, so the file is processed as bytes, in the form of characters of one byte each.
    const before = readFileSync(path).toString("latin1");
    const originalBytes = asBytes(original);
    const present = asBytes(presentValues(env, lookalikes));
    let after = before;
    for (const { values } of exports) after = undoExports(after, asBytes(values), originalBytes, present);
    if (after !== before) replace(platform, realpathSync(path), Buffer.from(after, "latin1"));
    for (const { values } of exports) {
      for (const name of remainingNames(after, asBytes(values), originalBytes, present)) {
        if (!left.includes(name)) left.push(name);
      }
    }
  } catch (error) {
    throw new Failure(
      `Cannot remove the proxy variables from ${path} (${errorMessage(error)}). Make it readable and writable.`,
    );
  }
  if (left.length === 0) return;
  const names = left.join(", ");
  console.error(
    `spacetail: ${path} still has the tunnel's ${names}, in a form that cannot be removed: later phases may use a proxy that is gone.`,
  );
}

function presentValues(env: Environment, lookalikes: Record<string, string>): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(lookalikes)) values[name] = value;
  for (const [name, value] of Object.entries(env)) if (value !== undefined) values[name] = value;
  return values;
}

/** The values as they look in a file whose bytes are read as characters. */
function asBytes(values: Record<string, string>): Record<string, string> {
  const all: Record<string, string> = {};
  for (const [name, value] of Object.entries(values)) all[name] = Buffer.from(value).toString("latin1");
  return all;
}

/**
 * Replaces the whole file at once if its directory allows that, so that no reader sees half of it; else overwrites it.
 */
function replace(platform: Platform, path: string, content: Buffer): void {
  const partial = `${path}.spacetail-${process.pid}`;
  try {
    const mode = platform.permissions(path)?.mode ?? 0o600;
    process.umask(0o077);
    writeFileSync(partial, content);
    chmodSync(partial, mode);
    renameSync(partial, path);
  } catch {
    rmSync(partial, { force: true });
    writeFileSync(path, content);
  }
}
