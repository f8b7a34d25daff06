// SPDX-License-Identifier: Apache-2.0
import { type HostPort, isLoopback, parseHostPort } from "./addresses.js";
import { type Captured, capturedOf } from "./capture.js";
import { apiUrl } from "./checks.js";
import { CONTAINERBOOT_VARIABLES, containerbootProblem } from "./containerboot.js";
import { idAttributes, isFile, secretAttributes } from "./credentials.js";
import { parseDuration } from "./duration.js";
import {
  type Environment,
  findVariable,
  nameInUse,
  namesOf,
  VARIABLES,
  valueAt,
  valueInUse,
  valueProblem,
} from "./environment.js";
import { type ExtraFlags, readExtraFlags, readTailscaledArgs } from "./flags.js";
import { type Forward, parseForward, portTwice } from "./forwards.js";
import { daemonFlags, hostFlagProblem, upFlags } from "./host-flags.js";
import { type Networking, networkingOf } from "./networking.js";
import { parseBoolean, parseSwitch, splitList } from "./parse.js";
import { quoted } from "./secrets.js";

/** Tailscale's own control server, whose API has another address. */
export const TAILSCALE = "https://controlplane.tailscale.com";
const TAILSCALE_API = "https://api.tailscale.com";

/** The kinds of credential that a node can join with. */
export type CredentialKind = "federated" | "oauth" | "authkey" | "none";

/** What an auth key is created with, as far as that is known without reading files. */
export interface KeyOptions {
  /** The API that creates it. */
  readonly apiUrl: string;
  /** Whether the control server removes the node when it is gone. */
  readonly ephemeral: boolean;
  /** Whether the node needs no approval. */
  readonly preauthorized: boolean;
}

/** What the environment says, parsed and checked. Secrets are as given, so perhaps `file:/path`. */
export interface Settings extends KeyOptions {
  readonly credential: CredentialKind;
  /** Of the federated identity; empty for other credentials. */
  readonly clientId: string;
  /** Empty for the token that Spacelift gives the run. */
  readonly idToken: string;
  /** Of the OAuth client; empty if not given, or for other credentials. */
  readonly oauthClientId: string;
  readonly oauthClientSecret: string;
  /** Of keys that are created. */
  readonly tags: readonly string[];
  /** What the node itself asks for, if it joins with a key that somebody else has created, or by a person. */
  readonly advertiseTags: readonly string[];
  readonly authKey: string;
  readonly controlUrl: string;
  /** As given; empty for the default. */
  readonly hostname: string;
  readonly bootTimeoutMs: number;
  readonly waitFor: readonly HostPort[];
  readonly acceptDns: boolean;
  readonly acceptRoutes: boolean;
  /** Address or name; empty for none. */
  readonly exitNode: string;
  readonly shieldsUp: boolean;
  readonly ssh: boolean;
  /** Networks that the node offers to others. */
  readonly advertiseRoutes: readonly string[];
  readonly advertiseExitNode: boolean;
  /** Whether the local network is reached directly while an exit node is used. */
  readonly exitNodeAllowLan: boolean;
  readonly networking: Networking;
  readonly tailscaledArgs: readonly string[];
  /** `host:port`. */
  readonly socks5Server: string;
  /** `host:port`. */
  readonly httpProxy: string;
  readonly forwards: readonly Forward[];
  readonly noProxy: string;
  /** Names of variables that the hooks export besides the usual ones. */
  readonly proxyVariables: readonly string[];
  /** Whether `spacetail run` does without a tunnel if there is no credential. */
  readonly runsWithoutCredential: boolean;
  /** What of a phase is to have its connections captured. */
  readonly capture: Captured;
  /** Empty for the default. */
  readonly socket: string;
  /** The health check of the container that has the tunnel; null where there is none. */
  readonly sidecar: HostPort | null;
  readonly trace: boolean;
  /** What the user should know though nothing is wrong with it, a sentence each. */
  readonly notes: readonly string[];
}

/** What keys are created with unless the credential says otherwise. */
export interface KeyDefaults {
  readonly ephemeral: boolean;
}

/** A run's node is gone after it. */
const OF_RUNS: KeyDefaults = { ephemeral: true };

/** In the place of an address, for a host that leaves a proxy out. Hooks need one, so no option of a context has it. */
const NONE = "none";
const PROXY_ADDRESSES: readonly string[] = ["TS_SOCKS5_SERVER", "TS_OUTBOUND_HTTP_PROXY_LISTEN"];

/** A variable with an invalid value, or variables that exclude each other. */
export class SettingsError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "SettingsError";
  }
}

/**
 * Reads the variables of the table. Flags in TS_EXTRA_ARGS and TS_TAILSCALED_EXTRA_ARGS take precedence over variables
 * with the same meaning, as they do on the command lines that they are named after.
 *
 * @param defaults what keys are created with
 * @throws SettingsError naming the first variable that is invalid or not supported, or those that exclude each other
 */
export function readSettings(env: Environment, defaults: KeyDefaults = OF_RUNS): Settings {
  for (const { name } of VARIABLES) {
    for (const one of namesOf(env, name)) {
      const value = valueAt(env, one);
      if (value !== NONE || !PROXY_ADDRESSES.includes(name)) refuse(valueProblem(one, value, name));
    }
  }
  refuse(hostFlagProblem(env));
  for (const { name } of CONTAINERBOOT_VARIABLES) refuse(containerbootProblem(name, valueAt(env, name)));
  const flags = readExtraFlags(upFlags(env));
  const daemon = readTailscaledArgs(daemonFlags(env));
  const control = withoutSlash(flags.loginServer ?? valueOrDefault(env, "TS_CONTROL_URL"));
  const credential = credentialKind(env);
  const isCreated = credential === "federated" || credential === "oauth";
  const wantedTags = flags.advertiseTags ?? [];
  const id = idAttributes(credential === "oauth" ? oauthClientId(env) : valueInUse(env, "TS_CLIENT_ID"));
  const secret = valueInUse(env, "TS_OAUTH_CLIENT_SECRET");
  const usual: KeyOptions = {
    apiUrl: withoutSlash(apiServer(valueInUse(env, "TS_API_URL"), control)),
    ephemeral: id.ephemeral ?? parseBoolean(valueInUse(env, "TS_EPHEMERAL")) ?? defaults.ephemeral,
    preauthorized: id.preauthorized ?? true,
  };
  // The secret may say more, or is not read yet.
  const key = isFile(secret) ? usual : keyOptions(usual, secret);
  if (isCreated && !(credential === "oauth" && isFile(secret))) requireApi(key, control);
  const { socks5Server, httpProxy } = proxiesOf(env);
  if (!booleanOf(env, "TS_ALLOW_REMOTE_CLIENTS")) {
    refuseRemote("SOCKS5", socks5Server);
    refuseRemote("HTTP", httpProxy);
  }
  return {
    credential,
    clientId: credential === "federated" ? id.credential : "",
    idToken: valueInUse(env, "TS_ID_TOKEN"),
    oauthClientId: credential === "oauth" ? id.credential : "",
    oauthClientSecret: secret,
    tags: isCreated && wantedTags.length > 0 ? wantedTags : splitList(valueOrDefault(env, "TS_OAUTH_TAGS")),
    advertiseTags: isCreated ? [] : wantedTags,
    authKey: valueInUse(env, "TS_AUTHKEY"),
    controlUrl: control,
    apiUrl: key.apiUrl,
    ephemeral: key.ephemeral,
    preauthorized: key.preauthorized,
    hostname: flags.hostname ?? valueInUse(env, "TS_HOSTNAME"),
    bootTimeoutMs: flags.timeoutMs ?? parseDuration(valueOrDefault(env, "TS_BOOT_TIMEOUT")),
    waitFor: hostPorts(valueInUse(env, "TS_WAIT_FOR")),
    acceptDns: flags.acceptDns ?? booleanOf(env, "TS_ACCEPT_DNS"),
    acceptRoutes: flags.acceptRoutes ?? false,
    exitNode: flags.exitNode ?? "",
    shieldsUp: shieldsUp(flags),
    ssh: flags.ssh ?? false,
    advertiseRoutes: flags.advertiseRoutes ?? [],
    advertiseExitNode: flags.advertiseExitNode ?? false,
    exitNodeAllowLan: flags.exitNodeAllowLan ?? false,
    networking: networkingOf(valueOrDefault(env, "TS_USERSPACE")) ?? "userspace",
    tailscaledArgs: daemon.rest,
    socks5Server,
    httpProxy,
    forwards: forwardsOf(valueInUse(env, "TS_FORWARDS"), [httpProxy, socks5Server]),
    noProxy: valueInUse(env, "TS_NO_PROXY"),
    proxyVariables: splitList(valueInUse(env, "TS_PROXY_VARIABLES")),
    runsWithoutCredential: booleanOf(env, "TS_RUN_WITHOUT_CREDENTIAL"),
    capture: capturedOf(valueInUse(env, "TS_CAPTURE")) ?? "nothing",
    socket: valueInUse(env, "TS_SOCKET"),
    sidecar: parseHostPort(valueInUse(env, "TS_SIDECAR")),
    trace: parseSwitch(valueInUse(env, "TRACE")),
    notes: credential === "authkey" ? [] : unusedKey(env),
  };
}

/** The addresses of the tunnel's proxies. */
interface Proxies {
  readonly socks5Server: string;
  readonly httpProxy: string;
}

/**
 * The addresses of the tunnel's proxies; empty if it has none. One that is left out has the address of the other, which
 * takes both protocols.
 */
function proxiesOf(env: Environment): Proxies {
  const daemon = readTailscaledArgs(daemonFlags(env));
  const socks = unlessNone(daemon.socks5Server ?? valueOrDefault(env, "TS_SOCKS5_SERVER"));
  const http = unlessNone(daemon.httpProxy ?? valueOrDefault(env, "TS_OUTBOUND_HTTP_PROXY_LISTEN"));
  return { socks5Server: socks === "" ? http : socks, httpProxy: http === "" ? socks : http };
}

/** `host:port` of the tunnel's HTTP proxy; empty if it has no proxy. */
export function httpProxyOf(env: Environment): string {
  return proxiesOf(env).httpProxy;
}

/** tailscaled has no proxy where the address is empty, which a variable cannot say. */
function unlessNone(address: string): string {
  return address === NONE ? "" : address;
}

/**
 * What an auth key is created with, given the secret that it is created with.
 *
 * @param secret the secret of an OAuth client, perhaps with attributes, or any other text
 */
export function keyOptions(usual: KeyOptions, secret: string): KeyOptions {
  const { ephemeral, preauthorized, baseUrl } = secretAttributes(secret);
  return {
    apiUrl: baseUrl === "" ? usual.apiUrl : baseUrl,
    ephemeral: ephemeral ?? usual.ephemeral,
    preauthorized: preauthorized ?? usual.preauthorized,
  };
}

/**
 * Checks the API that a secret is about to be sent to.
 *
 * @throws SettingsError if it is the control server for want of another, and others could read the secret on its way
 */
export function requireApi(key: KeyOptions, controlUrl: string): void {
  const problem = apiUrl(key.apiUrl);
  if (problem !== null) refuse(`TS_API_URL defaults to the control server ${controlUrl}, but it ${problem}`);
}

function refuse(problem: string | null): void {
  if (problem !== null) throw new SettingsError(`${problem}.`);
}

/** The value of a variable, or its default. */
export function valueOrDefault(env: Environment, name: string): string {
  const value = valueInUse(env, name);
  return value !== "" ? value : (findVariable(name)?.default ?? "");
}

/** The value of a variable, or its default, as a boolean. */
export function booleanOf(env: Environment, name: string): boolean {
  return parseBoolean(valueOrDefault(env, name)) ?? false;
}

/**
 * The kind follows from what comes with the client ID, as in containerboot: with a secret it is an OAuth client's, with
 * or without an identity token a federated identity's. An auth key beside one of these is what somebody migrates from.
 */
function credentialKind(env: Environment): CredentialKind {
  const key = nameInUse(env, "TS_AUTHKEY");
  const secret = nameInUse(env, "TS_OAUTH_CLIENT_SECRET");
  const token = nameInUse(env, "TS_ID_TOKEN");
  const id = nameInUse(env, "TS_CLIENT_ID");
  if (secret !== "" && token !== "") exclude(secret, token);
  if (token !== "" && id === "") {
    throw new SettingsError("TS_ID_TOKEN is set but TS_CLIENT_ID is not. Set it to the ID of the federated identity.");
  }
  if (secret !== "") {
    const oauthId = valueInUse(env, "TS_OAUTH_CLIENT_ID");
    if (oauthId !== "" && id !== "" && oauthId !== valueInUse(env, id)) exclude("TS_OAUTH_CLIENT_ID", id);
    return "oauth";
  }
  if (id !== "") return "federated";
  return key === "" ? "none" : "authkey";
}

function unusedKey(env: Environment): string[] {
  const key = nameInUse(env, "TS_AUTHKEY");
  const secret = nameInUse(env, "TS_OAUTH_CLIENT_SECRET");
  const used = secret === "" ? "TS_CLIENT_ID" : secret;
  return key === "" ? [] : [`${key} is not used, because ${used} is set. Unset it when you no longer need it.`];
}

function exclude(one: string, other: string): void {
  throw new SettingsError(`${one} and ${other} cannot both be set. Unset the one you don't use.`);
}

function oauthClientId(env: Environment): string {
  const id = valueInUse(env, "TS_OAUTH_CLIENT_ID");
  return id !== "" ? id : valueInUse(env, "TS_CLIENT_ID");
}

/** Control servers other than Tailscale's serve the API themselves. */
function apiServer(api: string, control: string): string {
  if (api !== "") return api;
  return control === TAILSCALE ? TAILSCALE_API : control;
}

/** Whoever can connect to the proxies is on the tailnet. */
function refuseRemote(name: string, address: string): void {
  if (address === "" || isLoopback(parseHostPort(address)?.host ?? "")) return;
  throw new SettingsError(
    `The ${name} proxy must listen on a loopback address, but ${quoted(address)} was given: anyone who could connect to it would ` +
      "be on the tailnet. Set TS_ALLOW_REMOTE_CLIENTS=true if that is wanted.",
  );
}

/** The options for which peers must be able to connect to the node, as they are called in TS_EXTRA_ARGS. */
export function openingFlags(flags: Pick<ExtraFlags, "ssh" | "advertiseRoutes" | "advertiseExitNode">): string[] {
  const names: string[] = [];
  if (flags.ssh === true) names.push("--ssh");
  if ((flags.advertiseRoutes ?? []).length > 0) names.push("--advertise-routes");
  if (flags.advertiseExitNode === true) names.push("--advertise-exit-node");
  return names;
}

function shieldsUp(flags: ExtraFlags): boolean {
  const [opening] = openingFlags(flags);
  if (opening === undefined) return flags.shieldsUp ?? true;
  if (flags.shieldsUp === true) {
    throw new SettingsError(
      `TS_EXTRA_ARGS must not contain both --shields-up and ${opening}: shields refuse every connection from the tailnet.`,
    );
  }
  return false;
}

function forwardsOf(text: string, proxies: readonly string[]): Forward[] {
  const forwards: Forward[] = [];
  for (const one of splitList(text)) {
    const forward = parseForward(one);
    if (forward !== null) forwards.push(forward);
  }
  const port = portTwice(forwards);
  if (port !== 0) throw new SettingsError(`TS_FORWARDS must not use port ${port} twice.`);
  const taken = forwards.find((one) => proxies.some((proxy) => parseHostPort(proxy)?.port === one.port));
  if (taken !== undefined) {
    throw new SettingsError(`TS_FORWARDS must not use port ${taken.port}, on which one of the proxies listens.`);
  }
  return forwards;
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
