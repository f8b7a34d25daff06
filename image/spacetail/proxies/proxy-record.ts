// SPDX-License-Identifier: Apache-2.0
import { readFileSync, rmSync } from "node:fs";
import type { Environment } from "../../../contract/wire/environment.js";
import { exportedValues, originalValues, proxyNames } from "../../../contract/wire/proxy-variables.js";
import type { Settings } from "../../../contract/wire/settings.js";
import { shellQuote } from "../../../contract/wire/shell.js";
import { writePrivate } from "../process/files.js";

/** The variables of one export. */
export interface Exported {
  readonly values: Record<string, string>;
}

/** What `up` writes down about proxy variables, because nothing else remembers it after the hooks have run. */
export interface ProxyRecord {
  /** What the hooks export after each `up` on this tunnel; the latest first. */
  readonly exports: readonly Exported[];
  /** What the run had before the first `up`. */
  readonly original: Record<string, string>;
  /** Variables of several lines, one of which looks like a variable that the hooks exported. */
  readonly lookalikes: Record<string, string>;
}

/** Variables that name a proxy which the tunnel uses too. The hooks export them only if they are told to. */
const OTHER_PROXIES: readonly string[] = ["ALL_PROXY", "all_proxy"];

/** The record of a tunnel that is not up yet. */
export function emptyRecord(): ProxyRecord {
  return { exports: [], original: {}, lookalikes: {} };
}

/**
 * Writes the record for an `up` in the given environment.
 *
 * @param path the file of the record
 * @param earlier the record so far if the tunnel was up already: what the shell has from an earlier `up` is not the
 *   run's own, and may stay or be exported anew
 */
export function writeRecord(path: string, settings: Settings, env: Environment, earlier: ProxyRecord): void {
  const now = proxiesOfRun(settings, env);
  const { httpProxy, noProxy, proxyVariables } = settings;
  const original: Record<string, string> = {};
  for (const name of proxyNames(proxyVariables.concat(OTHER_PROXIES))) {
    const value = isExported(earlier, name, env) ? earlier.original[name] : now[name];
    if (value !== undefined) original[name] = value;
  }
  // Leftovers of an earlier phase are still in the shell, so they become part of its NO_PROXY.
  const latest = { values: exportedValues(httpProxy, noProxy, env, proxyVariables) };
  const exports = [latest].concat(earlier.exports.filter((one) => !isSame(one, latest)));
  writePrivate(path, JSON.stringify({ exports, original, lookalikes: lookalikes(env, exports) }));
}

/** The proxy variables of the run itself, without what hooks of ours may have left behind. */
export function proxiesOfRun(settings: Settings, env: Environment): Record<string, string> {
  const { httpProxy, noProxy, proxyVariables } = settings;
  return originalValues(httpProxy, noProxy, env, proxyVariables.concat(OTHER_PROXIES));
}

/** What the last `up` wrote down; the empty record if there is none. */
export function readRecord(path: string): ProxyRecord {
  try {
    const record = JSON.parse(readFileSync(path, "utf8")) as ProxyRecord;
    // Another version's record may lack members, which JSON.parse notices in the native build only.
    const complete = record.exports !== undefined && record.original !== undefined && record.lookalikes !== undefined;
    return complete ? record : emptyRecord();
  } catch {
    return emptyRecord();
  }
}

/**
 * Removes the record, which may contain a proxy's password, unless the caller's shell still has an export that needs to
 * be undone.
 */
export function forgetRecord(path: string, env: Environment): void {
  const record = readRecord(path);
  if (!exportedNames(record.exports).some((name) => isExported(record, name, env))) rmSync(path, { force: true });
}

/** The shell commands that bring back the variables of the run that the hooks have changed. */
export function restoreCommands({ exports, original }: ProxyRecord): string[] {
  const commands: string[] = [];
  for (const name of proxyNames(exportedNames(exports))) {
    const value = original[name];
    if (value !== undefined) commands.push(`export ${name}=${shellQuote(value)}`);
  }
  return commands;
}

function isExported(record: ProxyRecord, name: string, env: Environment): boolean {
  const value = env[name] ?? "";
  return record.exports.some((one) => one.values[name] === value);
}

function isSame(one: Exported, other: Exported): boolean {
  return exportedNames([one, other]).every((name) => one.values[name] === other.values[name]);
}

function exportedNames(exports: readonly Exported[]): string[] {
  let names: string[] = [];
  for (const { values } of exports) names = names.concat(Object.keys(values));
  return names;
}

function lookalikes(env: Environment, exports: readonly Exported[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || !value.includes("\n")) continue;
    const lines = value.split("\n");
    for (const { values } of exports) {
      if (Object.keys(values).some((one) => lines.includes(`${one}=${values[one] ?? ""}`))) found[name] = value;
    }
  }
  return found;
}
