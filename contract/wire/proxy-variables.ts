// SPDX-License-Identifier: Apache-2.0
import { NEVER_PROXIED } from "./addresses.js";
import { wordsOf } from "./characters.js";
import { metadataForNoProxy } from "./metadata-services.js";
import { noProxyEntryProblem, plainNoProxyEntry } from "./no-proxy.js";
import { type ProxyVariableKind, proxyVariableKind, withJvmOptions, withoutJvmOptions } from "./proxy-values.js";

/** The variables that the hooks export: the three that programs read, in both spellings in use. */
export const PROXY_VARIABLES: readonly string[] = [
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "http_proxy",
  "https_proxy",
  "no_proxy",
];

/**
 * What every NO_PROXY of ours begins with: what never goes through the tunnel, but for the IPv6 loopback address. That
 * one reaches loopback through the proxy as well, and in a list it does harm: Ruby 3 reads `::1` as "every host that
 * ends in .1", and Python's httpx 0.24.0 does not start.
 */
export const NO_PROXY_HEAD: readonly string[] = NEVER_PROXIED.filter((entry) => !entry.includes(":")).concat(
  metadataForNoProxy(),
);

/** The proxy variables of one environment; a variable that is not set is absent. */
export type ProxyEnvironment = Readonly<Record<string, string | undefined>>;

/**
 * The shell commands that point programs at the tunnel's HTTP proxy: one for each spelling of the variables, and one
 * for those that the user names.
 *
 * They are what people read in Spacelift, so `spacetail env` decides what NO_PROXY holds: one word, which therefore
 * needs no quotes. A text with both quotes and `${` would also break the HCL that engines write (`synth --hcl`).
 *
 * @param httpProxy `host:port` of the tunnel's HTTP proxy
 * @param more names of more variables
 */
export function exportCommands(httpProxy: string, more: readonly string[] = []): string[] {
  const url = `http://${httpProxy}`;
  const commands = [
    `export HTTP_PROXY=${url} HTTPS_PROXY=${url} NO_PROXY=$(spacetail env NO_PROXY)`,
    // NO_PROXY holds what the run had in either spelling by now.
    `export http_proxy=${url} https_proxy=${url} no_proxy=$NO_PROXY`,
  ];
  const others = otherNames(more).map((name) => `${name}=${shellValue(name, httpProxy)}`);
  return others.length === 0 ? commands : commands.concat([`export ${others.join(" ")}`]);
}

/** The shell command that undoes {@link exportCommands}. */
export function unsetCommand(more: readonly string[] = []): string {
  return `unset ${proxyNames(more).join(" ")}`;
}

/** All variables that the hooks export, each once, given those that the user names. */
export function proxyNames(more: readonly string[]): string[] {
  return PROXY_VARIABLES.concat(otherNames(more));
}

/** A NO_PROXY list for every program, and what of the given ones is not in it. */
export interface NoProxy {
  /** Entries with commas between them: one shell word that no shell changes, and never empty. */
  readonly word: string;
  readonly leftOut: readonly string[];
}

/**
 * What `spacetail env NO_PROXY` prints: our own destinations, the context's, and those that the run had in either
 * spelling, because Go reads the upper-case one first and curl the lower-case one. Each is there once, so it makes no
 * difference how often the list went through here. Entries at which some program fails are left out.
 *
 * @param noProxy the value of TS_NO_PROXY; empty for none
 * @param before the environment before the export
 */
export function noProxyFor(noProxy: string, before: ProxyEnvironment): NoProxy {
  const entries = NO_PROXY_HEAD.slice();
  const leftOut: string[] = [];
  for (const list of [noProxy, before.NO_PROXY ?? "", before.no_proxy ?? ""]) {
    for (const given of entriesOf(list)) {
      const entry = plainNoProxyEntry(given);
      const target = noProxyEntryProblem(entry) === null ? entries : leftOut;
      if (!target.includes(entry)) target.push(entry);
    }
  }
  return { word: entries.join(","), leftOut };
}

/**
 * The values that {@link exportCommands} leave in a shell with the given environment. `spacetail up` records them so
 * that `spacetail scrub` recognizes what the hooks exported after the shell has forgotten it.
 *
 * @param before the environment before the export
 * @param noProxy the value of TS_NO_PROXY; empty for none
 * @param more names of more variables
 */
export function exportedValues(
  httpProxy: string,
  noProxy: string,
  before: ProxyEnvironment,
  more: readonly string[] = [],
): Record<string, string> {
  const { word } = noProxyFor(noProxy, before);
  const values: Record<string, string> = {};
  for (const name of proxyNames(more)) {
    const kind = proxyVariableKind(name);
    if (kind === "list") values[name] = word;
    else if (kind === "jvm") values[name] = withJvmOptions(before[name] ?? "", httpProxy, word);
    else values[name] = plainValue(kind, httpProxy);
  }
  return values;
}

/**
 * The proxy variables of the run itself: `before` without what the hooks of an earlier phase left behind, which happens
 * after a failed phase, because after hooks do not run then.
 */
export function originalValues(
  httpProxy: string,
  noProxy: string,
  before: ProxyEnvironment,
  more: readonly string[] = [],
): Record<string, string> {
  const values: Record<string, string> = {};
  // A switch has the same value no matter who set it.
  const isLeftOver = before.HTTP_PROXY === `http://${httpProxy}`;
  for (const name of proxyNames(more)) {
    const value = before[name];
    if (value === undefined || value === "") continue;
    const kind = proxyVariableKind(name);
    let original = value;
    if (kind === "list") original = withoutExported(value, noProxy);
    else if (kind === "jvm") original = withoutJvmOptions(value, httpProxy, NO_PROXY_HEAD);
    else if (value === plainValue(kind, httpProxy) && (kind !== "switch" || isLeftOver)) original = "";
    if (original !== "") values[name] = original;
  }
  return values;
}

/** The value of a variable as the hooks write it. */
function shellValue(name: string, httpProxy: string): string {
  const kind = proxyVariableKind(name);
  if (kind === "list") return "$NO_PROXY";
  return kind === "jvm" ? `"$(spacetail env ${name})"` : plainValue(kind, httpProxy);
}

function plainValue(kind: ProxyVariableKind, httpProxy: string): string {
  if (kind === "switch") return "1";
  return kind === "socks" ? `socks5h://${httpProxy}` : `http://${httpProxy}`;
}

function otherNames(more: readonly string[]): string[] {
  return more.filter((name, at) => !PROXY_VARIABLES.includes(name) && more.indexOf(name) === at);
}

/** Removes the hooks' list, and the context's additions after it, from a NO_PROXY value wherever they occur. */
function withoutExported(value: string, noProxy: string): string {
  const parts = value.split(",");
  const ours = noProxyFor(noProxy, {}).word.split(",");
  const original: string[] = [];
  let i = 0;
  while (i < parts.length) {
    if (!startsAt(parts, i, NO_PROXY_HEAD)) {
      original.push(parts[i] ?? "");
      i += 1;
    } else i += startsAt(parts, i, ours) ? ours.length : NO_PROXY_HEAD.length;
  }
  return original.join(",");
}

/** The entries of a list, which some programs let people part by blanks. */
function entriesOf(list: string): string[] {
  return wordsOf(list.split(",").join(" "));
}

function startsAt(parts: readonly string[], at: number, wanted: readonly string[]): boolean {
  return wanted.every((part, i) => parts[at + i] === part);
}
