// SPDX-License-Identifier: Apache-2.0
import { NEVER_PROXIED } from "./addresses.js";

/** The variables that the hooks export: the three that programs read, in both spellings in use. */
export const PROXY_VARIABLES: readonly string[] = [
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "http_proxy",
  "https_proxy",
  "no_proxy",
];

/** The beginning of every NO_PROXY that the hooks export. */
const NO_PROXY_HEAD = NEVER_PROXIED.join(",");

/** The proxy variables of one environment; a variable that is not set is absent. */
export type ProxyEnvironment = Readonly<Record<string, string | undefined>>;

/**
 * The one shell command that points programs at the tunnel's HTTP proxy.
 *
 * Both spellings of NO_PROXY get what the run had in either, because Go reads the upper-case one first and curl the
 * lower-case one. Every expansion has a default, so the command is safe under `set -u`.
 *
 * @param httpProxy `host:port` of the tunnel's HTTP proxy
 */
export function exportCommand(httpProxy: string): string {
  const url = `http://${httpProxy}`;
  const tail = ["TS_NO_PROXY", "NO_PROXY", "no_proxy"].map((name) => `\${${name}:+,$${name}}`).join("");
  const noProxy = `"${NO_PROXY_HEAD}${tail}"`;
  const pairs = PROXY_VARIABLES.map((name) => `${name}=${isNoProxy(name) ? noProxy : url}`);
  return `export ${pairs.join(" ")}`;
}

/** The shell command that undoes {@link exportCommand}. */
export function unsetCommand(): string {
  return `unset ${PROXY_VARIABLES.join(" ")}`;
}

/**
 * The values that {@link exportCommand} leaves in a shell with the given environment. `spacetail up` records them so
 * that `spacetail scrub` recognizes what the hooks exported after the shell has forgotten it.
 *
 * @param before the environment before the export
 * @param noProxy the value of TS_NO_PROXY; empty for none
 */
export function exportedValues(httpProxy: string, noProxy: string, before: ProxyEnvironment): Record<string, string> {
  const list = [NO_PROXY_HEAD, noProxy, before.NO_PROXY ?? "", before.no_proxy ?? ""].filter((part) => part !== "");
  const values: Record<string, string> = {};
  for (const name of PROXY_VARIABLES) values[name] = isNoProxy(name) ? list.join(",") : `http://${httpProxy}`;
  return values;
}

/**
 * The proxy variables of the run itself: `before` without what the hooks of an earlier phase left behind, which happens
 * after a failed phase, because after hooks do not run then.
 */
export function originalValues(httpProxy: string, noProxy: string, before: ProxyEnvironment): Record<string, string> {
  const values: Record<string, string> = {};
  for (const name of PROXY_VARIABLES) {
    const value = before[name];
    if (value === undefined || value === "") continue;
    const original = isNoProxy(name) ? withoutExported(value, noProxy) : value === `http://${httpProxy}` ? "" : value;
    if (original !== "") values[name] = original;
  }
  return values;
}

function isNoProxy(name: string): boolean {
  return name === "NO_PROXY" || name === "no_proxy";
}

/** Removes the hooks' list, and the context's additions after it, from a NO_PROXY value wherever they occur. */
function withoutExported(value: string, noProxy: string): string {
  const parts = value.split(",");
  const additions = noProxy === "" ? [] : noProxy.split(",");
  const original: string[] = [];
  let i = 0;
  while (i < parts.length) {
    if (startsAt(parts, i, NEVER_PROXIED)) {
      i += NEVER_PROXIED.length;
      if (additions.length > 0 && startsAt(parts, i, additions)) i += additions.length;
    } else {
      original.push(parts[i] ?? "");
      i += 1;
    }
  }
  return original.join(",");
}

function startsAt(parts: readonly string[], at: number, wanted: readonly string[]): boolean {
  return wanted.every((part, i) => parts[at + i] === part);
}
