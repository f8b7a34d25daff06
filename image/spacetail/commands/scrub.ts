// SPDX-License-Identifier: Apache-2.0
import { chmodSync, existsSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { readProxies } from "../environment/proxies.js";
import { undoRecords } from "../environment/records.js";
import { errorText, Failure } from "../failure.js";
import type { Host } from "../host/host.js";
import { checkedRuntimeDir, type RuntimeDir } from "../process/runtime-dir.js";

/** Where a Spacelift worker keeps the environment that a phase's hooks leave behind. */
const ENVIRONMENT_FILE = "/mnt/workspace/.env_hooks_after";

/**
 * `spacetail scrub [FILE]`: takes the records of our exports out of the environment file.
 *
 * @throws Failure if the file is there but can be neither read nor written
 */
export function scrub(host: Host, args: readonly string[]): number {
  scrubFile(host, checkedRuntimeDir(host), args[0] ?? "");
  return 0;
}

/** Scrubs `file`, or Spacelift's own if it is empty. A missing file, and no tunnel ever, are fine. */
export function scrubFile(host: Host, dir: RuntimeDir, file: string): void {
  const path = file === "" ? ENVIRONMENT_FILE : file;
  const proxies = readProxies(dir);
  if (proxies.exports.length === 0 || !existsSync(path)) return;
  try {
    // Values need not be UTF-8, so that bytes are worked on, as characters of one byte each.
    const before = readFileSync(path).toString("latin1");
    const own = bytes(proxies.own);
    const now = bytes(present(proxies.lookalikes));
    let after = before;
    for (const one of proxies.exports) after = undoRecords(after, bytes(one.values), own, now);
    if (after !== before) replace(host, realpathSync(path), Buffer.from(after, "latin1"));
  } catch (error) {
    throw new Failure(
      `Cannot clean ${path} of the proxy variables (${errorText(error)}). Make it readable and writable.`,
    );
  }
}

/** The environment now. The supervisor has not got the run's, but knows the variables that matter here. */
function present(lookalikes: Record<string, string>): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(lookalikes)) values[name] = value;
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) values[name] = value;
  return values;
}

/** The values as they stand in a file whose bytes are read as characters. */
function bytes(values: Record<string, string>): Record<string, string> {
  const all: Record<string, string> = {};
  for (const [name, value] of Object.entries(values)) all[name] = Buffer.from(value).toString("latin1");
  return all;
}

/** Replaces the file whole where its directory allows that, so that no reader sees half of it; else writes into it. */
function replace(host: Host, path: string, content: Buffer): void {
  const partial = `${path}.spacetail`;
  try {
    const mode = host.permissions(path)?.mode ?? 0o600;
    process.umask(0o077);
    writeFileSync(partial, content);
    chmodSync(partial, mode);
    renameSync(partial, path);
  } catch {
    rmSync(partial, { force: true });
    writeFileSync(path, content);
  }
}
