// SPDX-License-Identifier: Apache-2.0
import { chmodSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
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
    const before = readFileSync(path, "utf8");
    let after = before;
    for (const one of proxies.exports) {
      after = undoRecords(after, one.values, proxies.own, present(proxies.lookalikes));
    }
    if (after !== before) replace(host, path, after);
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

/** Replaces the file whole where its directory allows that, so that no reader sees half of it; else writes into it. */
function replace(host: Host, path: string, text: string): void {
  const partial = `${path}.spacetail`;
  try {
    const mode = host.permissions(path)?.mode ?? 0o600;
    writeFileSync(partial, text, { mode: 0o600 });
    chmodSync(partial, mode);
    renameSync(partial, path);
  } catch {
    rmSync(partial, { force: true });
    writeFileSync(path, text);
  }
}
