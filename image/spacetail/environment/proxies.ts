// SPDX-License-Identifier: Apache-2.0
import { readFileSync, rmSync } from "node:fs";
import type { Environment } from "../../../contract/wire/environment.js";
import { exportedValues, originalValues, PROXY_VARIABLES } from "../../../contract/wire/proxy-variables.js";
import type { Settings } from "../../../contract/wire/settings.js";
import { shellQuote } from "../../../contract/wire/shell.js";
import { type RuntimeDir, writePrivate } from "../process/runtime-dir.js";

/** The variables of one export. */
export interface Exported {
  readonly values: Record<string, string>;
}

/** What `up` writes down about proxy variables, because nothing else remembers it after the hooks have run. */
export interface Proxies {
  /** What the hooks export after `up`, for every `up` on this tunnel; the last one first. */
  readonly exports: readonly Exported[];
  /** What the run had before `up`. */
  readonly own: Record<string, string>;
  /** Variables of several lines, one of which looks like a record of ours. */
  readonly lookalikes: Record<string, string>;
}

/**
 * Writes the record for an `up` in the given environment.
 *
 * @param earlier the record so far if the tunnel was up already: what the shell has from the first `up` is not the
 *   run's own, and may stay or be exported anew
 */
export function recordProxies(dir: RuntimeDir, settings: Settings, env: Environment, earlier: Proxies): void {
  const now = originalValues(settings.httpProxy, settings.noProxy, env);
  const own: Record<string, string> = {};
  for (const name of PROXY_VARIABLES) {
    const value = isExported(earlier, name, env) ? earlier.own[name] : now[name];
    if (value !== undefined) own[name] = value;
  }
  // Leftovers of an earlier phase are still in the shell, so they are part of what its NO_PROXY becomes.
  const exports = [{ values: exportedValues(settings.httpProxy, settings.noProxy, env) }].concat(earlier.exports);
  writePrivate(dir.proxies, JSON.stringify({ exports, own, lookalikes: lookalikes(env, exports) }));
}

/** Removes the record, which may hold a proxy's password, unless the caller's shell still has the export to be undone. */
export function forgetProxies(dir: RuntimeDir, env: Environment): void {
  const proxies = readProxies(dir);
  if (!PROXY_VARIABLES.some((name) => isExported(proxies, name, env))) rmSync(dir.proxies, { force: true });
}

function isExported(proxies: Proxies, name: string, env: Environment): boolean {
  const value = env[name] ?? "";
  return proxies.exports.some((one) => one.values[name] === value);
}

/** The record of no tunnel. */
export function noProxies(): Proxies {
  return { exports: [], own: {}, lookalikes: {} };
}

/** What the last `up` wrote down, if anything. */
export function readProxies(dir: RuntimeDir): Proxies {
  try {
    const proxies = JSON.parse(readFileSync(dir.proxies, "utf8")) as Proxies;
    // Another version's record, which has no exports, ends in the other branch on both lanes.
    return proxies.exports.length === 0 ? noProxies() : proxies;
  } catch {
    return noProxies();
  }
}

function lookalikes(env: Environment, exports: readonly Exported[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || !value.includes("\n")) continue;
    const lines = value.split("\n");
    for (const one of exports) {
      if (PROXY_VARIABLES.some((ours) => lines.includes(`${ours}=${one.values[ours] ?? ""}`))) found[name] = value;
    }
  }
  return found;
}

/** The shell commands that bring back the proxy variables that a run had of its own. */
export function restoreCommands(own: Record<string, string>): string[] {
  const commands: string[] = [];
  for (const name of PROXY_VARIABLES) {
    const value = own[name];
    if (value !== undefined) commands.push(`export ${name}=${shellQuote(value)}`);
  }
  return commands;
}
