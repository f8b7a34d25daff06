// SPDX-License-Identifier: Apache-2.0
import { parseHostPort } from "./addresses.js";
import { consistsOf, DIGITS, LETTERS, wordsOf } from "./characters.js";

/**
 * What a variable that points programs at the tunnel has as its value:
 *
 * - `url`: the URL of the HTTP proxy, as in `ALL_PROXY`;
 * - `socks`: that of the SOCKS5 proxy at the same address, which resolves names;
 * - `list`: the destinations that bypass the tunnel, as in `NO_PROXY`;
 * - `switch`: `1`, as in `NODE_USE_ENV_PROXY`;
 * - `jvm`: options of a Java virtual machine, after those that the run has, as in `JAVA_TOOL_OPTIONS`.
 */
export type ProxyVariableKind = "url" | "socks" | "list" | "switch" | "jvm";

/** Variables whose value makes programs read the usual proxy variables. */
const SWITCHES: readonly string[] = ["NODE_USE_ENV_PROXY"];

/** Variables with options of a Java virtual machine: the first three are read by itself, the others by programs. */
const JVM_VARIABLES: readonly string[] = [
  "JAVA_TOOL_OPTIONS",
  "JDK_JAVA_OPTIONS",
  "_JAVA_OPTIONS",
  "JAVA_OPTS",
  "MAVEN_OPTS",
  "GRADLE_OPTS",
  "SBT_OPTS",
];

/** Variables without which no phase works. */
const NEEDED: readonly string[] = ["PATH", "HOME", "PWD", "IFS", "ENV", "SHELL", "USER", "LD_PRELOAD"];

/** The kind of a variable, by its name. */
export function proxyVariableKind(name: string): ProxyVariableKind {
  const lower = name.toLowerCase();
  if (lower.includes("no_proxy") || lower.includes("noproxy")) return "list";
  if (SWITCHES.includes(name)) return "switch";
  if (JVM_VARIABLES.includes(name)) return "jvm";
  return lower.includes("socks") ? "socks" : "url";
}

/** What is wrong with the name of a variable that the hooks are to export, or null. */
export function proxyVariableProblem(name: string): string | null {
  if (!consistsOf(name, `${LETTERS}${DIGITS}_`) || DIGITS.includes(name.charAt(0))) {
    return "must be a name of letters, digits and underscores that does not begin with a digit";
  }
  if (NEEDED.includes(name) || name.startsWith("TS_") || name.startsWith("SPACELIFT_")) {
    return "must not be a variable that has another meaning";
  }
  return null;
}

/**
 * The options of a Java virtual machine that uses the tunnel: those that the run has, and ours, which take precedence.
 *
 * @param own the value of the variable, with or without options of ours
 * @param noProxy destinations that bypass the tunnel, with commas between them
 */
export function withJvmOptions(own: string, httpProxy: string, noProxy: string): string {
  const entries = noProxy.split(",");
  const kept = withoutJvmOptions(own, httpProxy, entries);
  return (kept === "" ? [] : [kept]).concat(jvmOptions(httpProxy, entries)).join(" ");
}

/**
 * The value without our options, whichever list of destinations they had.
 *
 * @param entries what that list begins with
 */
export function withoutJvmOptions(value: string, httpProxy: string, entries: readonly string[]): string {
  const ours = jvmOptions(httpProxy, entries);
  const list = ours[ours.length - 1] ?? "";
  const words = wordsOf(value);
  if (!words.some((word) => ours.includes(word) || word.startsWith(list))) return value;
  return words.filter((word) => !ours.includes(word) && !word.startsWith(list)).join(" ");
}

/** Source: Java's documentation, "Networking Properties", Proxies. */
function jvmOptions(httpProxy: string, entries: readonly string[]): string[] {
  const { host, port } = parseHostPort(httpProxy) ?? { host: "localhost", port: 0 };
  const options: string[] = [];
  for (const scheme of ["http", "https"])
    options.push(`-D${scheme}.proxyHost=${host}`, `-D${scheme}.proxyPort=${port}`);
  // Java knows neither networks nor ports; a dot in front is an asterisk there.
  const hosts = entries.filter((entry) => !entry.includes("/") && !entry.includes(":"));
  const patterns = hosts.map((entry) => (entry.startsWith(".") ? `*${entry}` : entry));
  return options.concat([`-Dhttp.nonProxyHosts=${patterns.join("|")}`]);
}
