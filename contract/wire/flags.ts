// SPDX-License-Identifier: Apache-2.0
import { parseHostPort } from "./addresses.js";
import { wordsOf } from "./characters.js";
import { parseDuration } from "./duration.js";
import { dnsLabel, tagProblem } from "./labels.js";
import { parseNetwork } from "./networks.js";
import { parseBaseUrl, parseBoolean, splitList } from "./parse.js";
import { findUpFlag, SUPPORTED_UP_FLAGS, UP_FLAGS } from "./up-flags.js";

/** The flags of `tailscale up` that TS_EXTRA_ARGS may contain. A flag that was not given is null. */
export interface ExtraFlags {
  readonly acceptDns: boolean | null;
  readonly acceptRoutes: boolean | null;
  /** Address or name of the exit node; empty for none. */
  readonly exitNode: string | null;
  readonly hostname: string | null;
  readonly shieldsUp: boolean | null;
  readonly ssh: boolean | null;
  /** Networks that the node offers to others. */
  readonly advertiseRoutes: readonly string[] | null;
  readonly advertiseExitNode: boolean | null;
  /** Tags that the node asks for. */
  readonly advertiseTags: readonly string[] | null;
  readonly exitNodeAllowLan: boolean | null;
  readonly loginServer: string | null;
  /** Milliseconds. */
  readonly timeoutMs: number | null;
  /** What is wrong with the text, reading on from its name, or null. */
  readonly problem: string | null;
}

/** The arguments of tailscaled in TS_TAILSCALED_EXTRA_ARGS. */
export interface TailscaledArgs {
  /** `host:port`, or null if not given. */
  readonly socks5Server: string | null;
  /** `host:port`, or null if not given. */
  readonly httpProxy: string | null;
  /** Whether they name a file or directory for the node's state. */
  readonly keepsState: boolean;
  /** All other arguments, in their order, to be passed on unchanged. */
  readonly rest: readonly string[];
  /** What is wrong with the text, reading on from its name, or null. */
  readonly problem: string | null;
}

/**
 * Reads TS_EXTRA_ARGS. As in containerboot, words are split at blanks, without quoting. They take the forms of Go's
 * flag package: `--name`, `--name=value`, `--name value`, with one dash or two.
 */
export function readExtraFlags(text: string): ExtraFlags {
  let acceptDns: boolean | null = null;
  let acceptRoutes: boolean | null = null;
  let exitNode: string | null = null;
  let hostname: string | null = null;
  let shieldsUp: boolean | null = null;
  let ssh: boolean | null = null;
  let advertiseRoutes: readonly string[] | null = null;
  let advertiseExitNode: boolean | null = null;
  let advertiseTags: readonly string[] | null = null;
  let exitNodeAllowLan: boolean | null = null;
  let loginServer: string | null = null;
  let timeoutMs: number | null = null;
  let problem: string | null = null;
  const booleans = UP_FLAGS.filter((flag) => flag.boolean).map((flag) => flag.name);
  for (const { name, value } of splitFlags(text, booleans)) {
    problem = extraFlagProblem(name, value);
    if (problem !== null) break;
    if (name === "--accept-dns") acceptDns = parseBoolean(value);
    if (name === "--accept-routes") acceptRoutes = parseBoolean(value);
    if (name === "--shields-up") shieldsUp = parseBoolean(value);
    if (name === "--ssh") ssh = parseBoolean(value);
    if (name === "--advertise-routes") advertiseRoutes = splitList(value);
    if (name === "--advertise-exit-node") advertiseExitNode = parseBoolean(value);
    if (name === "--advertise-tags") advertiseTags = splitList(value);
    if (name === "--exit-node-allow-lan-access") exitNodeAllowLan = parseBoolean(value);
    if (name === "--exit-node") exitNode = value;
    if (name === "--hostname") hostname = value;
    if (name === "--login-server") loginServer = value;
    if (name === "--timeout") timeoutMs = parseDuration(value);
  }
  return {
    acceptDns,
    acceptRoutes,
    exitNode,
    hostname,
    shieldsUp,
    ssh,
    advertiseRoutes,
    advertiseExitNode,
    advertiseTags,
    exitNodeAllowLan,
    loginServer,
    timeoutMs,
    problem,
  };
}

/** Reads TS_TAILSCALED_EXTRA_ARGS, which is split like TS_EXTRA_ARGS. */
export function readTailscaledArgs(text: string): TailscaledArgs {
  let socks5Server: string | null = null;
  let httpProxy: string | null = null;
  let keepsState = false;
  let problem: string | null = null;
  const rest: string[] = [];
  for (const { name, value, words } of splitFlags(text, [])) {
    const listener = name === "--socks5-server" || name === "--outbound-http-proxy-listen";
    // As for tailscaled itself, an empty address means no such proxy.
    const isNone = value === "" && (words[0] ?? "").endsWith("=");
    if (listener && !isNone && parseHostPort(value) === null) {
      problem = `must set ${name} to host:port, such as localhost:1080`;
    } else if (name === "--socket") {
      problem = "must not contain --socket: set TS_SOCKET instead";
    } else if (name === "--tun") {
      // Scripts that start tailscaled without privileges have this one, and it is what they get.
      if (value !== "userspace-networking") problem = "must not contain --tun: set TS_USERSPACE instead";
    } else if (EXITING_FLAGS.includes(name)) {
      problem = `must not contain ${name}, with which tailscaled exits at once`;
    } else if (name === "--socks5-server") {
      socks5Server = value;
    } else if (name === "--outbound-http-proxy-listen") {
      httpProxy = value;
    } else {
      if (name === "--statedir") keepsState = true;
      if (name === "--state") keepsState = value !== "mem:";
      for (const word of words) rest.push(word);
    }
    if (problem !== null) break;
  }
  return { socks5Server, httpProxy, keepsState, rest, problem };
}

/** Flags with which tailscaled does something else than run. */
const EXITING_FLAGS: readonly string[] = ["--cleanup", "--help", "--h", "--version"];

interface Flag {
  /** With two dashes, however it was written. A word that is not a flag is kept as it is. */
  readonly name: string;
  /** Empty if the flag has none; `true` for a boolean flag that stands alone. */
  readonly value: string;
  readonly words: readonly string[];
}

function splitFlags(text: string, booleans: readonly string[]): Flag[] {
  const words = wordsOf(text);
  const flags: Flag[] = [];
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i] ?? "";
    if (!word.startsWith("-")) {
      flags.push({ name: word, value: "", words: [word] });
      continue;
    }
    const equals = word.indexOf("=");
    const bare = equals < 0 ? word : word.slice(0, equals);
    const name = bare.startsWith("--") ? bare : `-${bare}`;
    const next = words[i + 1] ?? "-";
    if (equals >= 0) {
      flags.push({ name, value: word.slice(equals + 1), words: [word] });
    } else if (booleans.includes(name)) {
      flags.push({ name, value: "true", words: [word] });
    } else if (next.startsWith("-")) {
      flags.push({ name, value: "", words: [word] });
    } else {
      i += 1;
      flags.push({ name, value: next, words: [word, next] });
    }
  }
  return flags;
}

function extraFlagProblem(name: string, value: string): string | null {
  // A word that is not a flag may be the value of a mistyped flag, so perhaps a secret: it is not quoted.
  if (!name.startsWith("-")) return "must contain only flags, and values after the flags that take one";
  const flag = findUpFlag(name);
  if (flag === null) {
    return `must contain only flags of \`tailscale up\`, not ${name}; supported are ${SUPPORTED_UP_FLAGS.join(", ")}`;
  }
  if (flag.refusal !== "") return `must not contain ${name}: ${flag.refusal}`;
  if (flag.boolean) return parseBoolean(value) === null ? `must set ${name} to true or false` : null;
  if (name === "--timeout") {
    return parseDuration(value) > 0 ? null : "must set --timeout to a duration above zero, such as 60s";
  }
  if (name === "--hostname") {
    return dnsLabel(value) === "" ? "must set --hostname to a name with at least one letter or digit" : null;
  }
  if (name === "--advertise-routes") {
    // Tailscale refuses networks with bits set behind their length only when the node has joined.
    return splitList(value).every((one) => one.includes("/") && parseNetwork(one) !== null)
      ? null
      : "must set --advertise-routes to networks such as 10.0.0.0/8, separated by commas";
  }
  if (name === "--advertise-tags") {
    return splitList(value).every((one) => tagProblem(one) === null)
      ? null
      : "must set --advertise-tags to tags such as tag:ci, separated by commas";
  }
  if (name === "--login-server") {
    return parseBaseUrl(value) === null ? "must set --login-server to an http:// or https:// URL" : null;
  }
  return null;
}
