// SPDX-License-Identifier: Apache-2.0
import { type HostPort, parseHostPort } from "./addresses.js";
import { apiUrl } from "./checks.js";
import { parseDuration } from "./duration.js";
import { VARIABLES, valueProblem } from "./environment.js";
import { readExtraFlags, readTailscaledArgs } from "./flags.js";
import { parseBoolean, splitList } from "./parse.js";

/** Tailscale's own control server, whose API is elsewhere. */
const TAILSCALE = "https://controlplane.tailscale.com";

/** An environment: names and values; what is not set is absent. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What the environment says, read and checked. Secrets are still as given, so perhaps `file:/path`. */
export interface Settings {
  /** Which credential was given: exactly one kind, or none. */
  readonly credential: "federated" | "oauth" | "authkey" | "none";
  /** Of a federated identity. */
  readonly clientId: string;
  /** Empty for the token that Spacelift gives the run. */
  readonly idToken: string;
  readonly oauthClientId: string;
  readonly oauthClientSecret: string;
  readonly tags: readonly string[];
  readonly authKey: string;
  readonly controlUrl: string;
  readonly apiUrl: string;
  /** As given; empty for the default. */
  readonly hostname: string;
  readonly bootTimeoutMs: number;
  readonly waitFor: readonly HostPort[];
  readonly acceptDns: boolean;
  readonly acceptRoutes: boolean;
  /** Address or name; empty for none. */
  readonly exitNode: string;
  readonly shieldsUp: boolean;
  readonly tailscaledArgs: readonly string[];
  /** `host:port`. */
  readonly socks5Server: string;
  /** `host:port`. */
  readonly httpProxy: string;
  readonly noProxy: string;
  /** Empty for the default. */
  readonly socket: string;
  readonly trace: boolean;
}

/** A variable whose value breaks its rule, or variables that exclude each other. */
export class SettingsError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "SettingsError";
  }
}

/**
 * Reads the variables of the table. Flags in TS_EXTRA_ARGS and TS_TAILSCALED_EXTRA_ARGS go before variables of the same
 * meaning, as the command line of the programs they are named after would.
 *
 * @throws SettingsError naming the first variable that is malformed, or the variables that exclude each other
 */
export function readSettings(env: Environment): Settings {
  for (const variable of VARIABLES) {
    for (const name of [variable.name, ...variable.aliases]) {
      const problem = valueProblem(name, env[name] ?? "");
      if (problem !== null) throw new SettingsError(`${problem}.`);
    }
  }
  const flags = readExtraFlags(given(env, "TS_EXTRA_ARGS"));
  const daemon = readTailscaledArgs(given(env, "TS_TAILSCALED_EXTRA_ARGS"));
  const control = flags.loginServer ?? given(env, "TS_CONTROL_URL");
  const kind = credential(env);
  const api = apiServer(given(env, "TS_API_URL"), control);
  // Secrets travel there, wherever the address comes from.
  const apiProblem = kind === "none" || kind === "authkey" ? null : apiUrl(api);
  if (apiProblem !== null)
    throw new SettingsError(`TS_API_URL ${apiProblem}, but the control server ${api} stands in for it.`);
  return {
    credential: kind,
    clientId: given(env, "TS_CLIENT_ID"),
    idToken: given(env, "TS_ID_TOKEN"),
    oauthClientId: given(env, "TS_OAUTH_CLIENT_ID"),
    oauthClientSecret: given(env, "TS_OAUTH_CLIENT_SECRET"),
    tags: splitList(orFallback(env, "TS_OAUTH_TAGS")),
    authKey: given(env, "TS_AUTHKEY"),
    controlUrl: withoutSlash(control === "" ? orFallback(env, "TS_CONTROL_URL") : control),
    apiUrl: withoutSlash(api),
    hostname: flags.hostname ?? given(env, "TS_HOSTNAME"),
    bootTimeoutMs: flags.timeoutMs ?? parseDuration(orFallback(env, "TS_BOOT_TIMEOUT")),
    waitFor: hostPorts(given(env, "TS_WAIT_FOR")),
    acceptDns: flags.acceptDns ?? true,
    acceptRoutes: flags.acceptRoutes ?? false,
    exitNode: flags.exitNode ?? "",
    shieldsUp: flags.shieldsUp ?? true,
    tailscaledArgs: daemon.rest,
    socks5Server: daemon.socks5Server ?? orFallback(env, "TS_SOCKS5_SERVER"),
    httpProxy: daemon.httpProxy ?? orFallback(env, "TS_OUTBOUND_HTTP_PROXY_LISTEN"),
    noProxy: given(env, "TS_NO_PROXY"),
    socket: given(env, "TS_SOCKET"),
    trace: parseBoolean(given(env, "TRACE")) ?? false,
  };
}

/** The value of a variable, by its name or else by its first alias that is set; empty if none is. */
function given(env: Environment, name: string): string {
  const variable = VARIABLES.find((one) => one.name === name);
  for (const one of [name, ...(variable?.aliases ?? [])]) {
    const value = env[one] ?? "";
    if (value !== "") return value;
  }
  return "";
}

function orFallback(env: Environment, name: string): string {
  const value = given(env, name);
  return value !== "" ? value : (VARIABLES.find((one) => one.name === name)?.fallback ?? "");
}

function credential(env: Environment): "federated" | "oauth" | "authkey" | "none" {
  const kinds: readonly ("federated" | "oauth" | "authkey")[] = ["federated", "oauth", "authkey"];
  const names = ["TS_CLIENT_ID", "TS_OAUTH_CLIENT_SECRET", "TS_AUTHKEY"];
  const set = names.filter((name) => given(env, name) !== "");
  if (set.length > 1) {
    const all = set.length === 2 ? "Both" : "All of";
    throw new SettingsError(`${all} ${set.join(" and ")} are set. Keep the one that is meant.`);
  }
  if (given(env, "TS_ID_TOKEN") !== "" && given(env, "TS_CLIENT_ID") === "") {
    throw new SettingsError(
      "TS_ID_TOKEN is set without TS_CLIENT_ID, the id of the federated identity it is meant for.",
    );
  }
  return kinds[names.indexOf(set[0] ?? "")] ?? "none";
}

/** Other control servers than Tailscale's are their own API. */
function apiServer(api: string, control: string): string {
  if (api !== "") return api;
  return control === "" || withoutSlash(control) === TAILSCALE ? "https://api.tailscale.com" : control;
}

function hostPorts(text: string): HostPort[] {
  const targets: HostPort[] = [];
  for (const one of splitList(text)) {
    const target = parseHostPort(one);
    if (target !== null) targets.push(target);
  }
  return targets;
}

function withoutSlash(url: string): string {
  return url.endsWith("/") ? url.slice(0, -1) : url;
}
