// SPDX-License-Identifier: Apache-2.0
import { exportedValues, ownValues, PROXY_VARIABLES } from "../../../contract/proxy-variables.js";
import type { Environment, Settings } from "../../../contract/settings.js";
import { shellQuote } from "../../../contract/shell.js";
import { type RuntimeDir, readText, writePrivate } from "../process/runtime-dir.js";

/** What `up` writes down about proxy variables, because nothing else remembers it after the hooks have run. */
export interface Proxies {
  /** What the hooks export after `up`. */
  readonly exported: Record<string, string>;
  /** What the run had before `up`. */
  readonly own: Record<string, string>;
  /** Variables of several lines, one of which looks like a record of ours. */
  readonly lookalikes: Record<string, string>;
}

export function recordProxies(dir: RuntimeDir, settings: Settings, env: Environment): void {
  const own = ownValues(settings.httpProxy, settings.noProxy, env);
  // Leftovers of an earlier phase are still in the shell, so they are part of what its NO_PROXY becomes.
  const exported = exportedValues(settings.httpProxy, settings.noProxy, env);
  writePrivate(dir.proxies, JSON.stringify({ exported, own, lookalikes: lookalikes(env, exported) }));
}

/** What the last `up` wrote down; null if there was none. */
export function readProxies(dir: RuntimeDir): Proxies | null {
  const text = readText(dir.proxies);
  if (text === null) return null;
  try {
    return JSON.parse(text) as Proxies;
  } catch {
    return null;
  }
}

function lookalikes(env: Environment, exported: Record<string, string>): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || !value.includes("\n")) continue;
    const lines = value.split("\n");
    if (PROXY_VARIABLES.some((ours) => lines.includes(`${ours}=${exported[ours] ?? ""}`))) found[name] = value;
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
