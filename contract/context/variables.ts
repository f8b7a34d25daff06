// SPDX-License-Identifier: Apache-2.0
// The variables of a context, for every output that makes one. An output may have texts that nobody knows yet: T stands
// for its texts, L for its lists of them, B for its booleans.
import { DEFAULT_HTTP_PROXY, DEFAULT_SOCKS5_SERVER } from "../wire/addresses.js";

/** An environment variable of a context. */
export interface ContextVariable<T> {
  readonly name: string;
  readonly value: T;
  /** True if nobody may read it back. */
  readonly secret: boolean;
}

/** What an output can do with its texts. */
export interface Texts<T, L, B> {
  /** The elements of a list as one text. */
  joined(list: L | T[], separator: string): T;
  /** The text of a value, after a prefix. */
  prefixed(prefix: string, value: T | B): T;
}

/** Options of the tunnel, each of which is a variable or part of one. */
export interface TunnelTexts<T, L, B> {
  readonly waitFor?: L;
  readonly bootTimeout?: T;
  readonly hostname?: T;
  readonly controlUrl?: T;
  readonly apiUrl?: T;
  readonly acceptDns?: B;
  readonly acceptRoutes?: B;
  readonly exitNode?: T;
  readonly shieldsUp?: B;
  readonly httpProxy?: T;
  readonly socks5Server?: T;
  readonly noProxy?: L;
  readonly tailscaledArgs?: L;
  readonly socket?: T;
  readonly trace?: B;
}

/** A login, of which exactly one member is given. */
export interface AuthTexts<T, L> {
  readonly federated?: FederatedTexts<T, L>;
  readonly oauthClient?: ClientTexts<T, L>;
  readonly oauthSecret?: ClientTexts<T, L>;
  readonly authKey?: T;
}

interface ClientTexts<T, L> {
  readonly clientId?: T;
  readonly clientSecret: T;
  readonly tags?: L;
}

interface FederatedTexts<T, L> {
  readonly identity?: IdentityTexts<T, L>;
  readonly read?: IdentityTexts<T, L>;
  readonly write?: IdentityTexts<T, L>;
  readonly idToken?: T;
}

interface IdentityTexts<T, L> {
  readonly clientId: T;
  readonly tags?: L;
}

/** What becomes variables of a context. */
export interface VariableTexts<T, L, B> extends TunnelTexts<T, L, B> {
  readonly auth: AuthTexts<T, L>;
  readonly environment?: Readonly<Record<string, T>>;
  readonly secretEnvironment?: Readonly<Record<string, T>>;
}

/** All variables of a context, in the order in which it has them. */
export function contextVariables<T, L, B>(
  texts: Texts<T, L, B>,
  options: VariableTexts<T, L, B>,
): ContextVariable<T>[] {
  return [
    ...authVariables(texts, options.auth),
    ...tunnelVariables(texts, options),
    ...ownVariables(options.environment ?? {}, false),
    ...ownVariables(options.secretEnvironment ?? {}, true),
  ];
}

function ownVariables<T>(environment: Readonly<Record<string, T>>, secret: boolean): ContextVariable<T>[] {
  return Object.entries(environment).map(([name, value]) => ({ name, value, secret }));
}

/** The variables of the options that were given and are not the default anyway, as far as that can be seen yet. */
function tunnelVariables<T, L, B>(texts: Texts<T, L, B>, options: TunnelTexts<T, L, B>): ContextVariable<T>[] {
  const values: Readonly<Record<string, T | undefined>> = {
    TS_WAIT_FOR: list(texts, options.waitFor, ","),
    TS_BOOT_TIMEOUT: options.bootTimeout,
    TS_HOSTNAME: options.hostname,
    TS_CONTROL_URL: options.controlUrl,
    TS_API_URL: options.apiUrl,
    TS_EXTRA_ARGS: extraFlags(texts, options),
    TS_OUTBOUND_HTTP_PROXY_LISTEN: options.httpProxy === DEFAULT_HTTP_PROXY ? undefined : options.httpProxy,
    TS_SOCKS5_SERVER: options.socks5Server === DEFAULT_SOCKS5_SERVER ? undefined : options.socks5Server,
    TS_NO_PROXY: list(texts, options.noProxy, ","),
    TS_TAILSCALED_EXTRA_ARGS: list(texts, options.tailscaledArgs, " "),
    TS_SOCKET: options.socket,
    TRACE: unless(texts, false, "", options.trace),
  };
  const variables: ContextVariable<T>[] = [];
  for (const name in values) {
    const value = values[name];
    if (value !== undefined) variables.push({ name, value, secret: false });
  }
  return variables;
}

/** The flags of `tailscale up` that differ from its defaults, in an order that does not depend on the program's. */
function extraFlags<T, L, B>(texts: Texts<T, L, B>, options: TunnelTexts<T, L, B>): T | undefined {
  const { acceptDns, acceptRoutes, exitNode, shieldsUp } = options;
  const flags: T[] = [];
  const add = (flag: T | undefined) => {
    if (flag !== undefined) flags.push(flag);
  };
  add(unless(texts, true, "--accept-dns=", acceptDns));
  add(unless(texts, false, "--accept-routes=", acceptRoutes));
  add(exitNode === undefined ? undefined : texts.prefixed("--exit-node=", exitNode));
  add(unless(texts, true, "--shields-up=", shieldsUp));
  return flags.length === 0 ? undefined : texts.joined(flags, " ");
}

/** The text of a boolean that is given and not the default. */
function unless<T, L, B>(
  texts: Texts<T, L, B>,
  fallback: boolean,
  prefix: string,
  value: B | undefined,
): T | undefined {
  return value === undefined || value === fallback ? undefined : texts.prefixed(prefix, value);
}

function list<T, L, B>(texts: Texts<T, L, B>, values: L | undefined, separator: string): T | undefined {
  const none = values === undefined || (Array.isArray(values) && values.length === 0);
  return none ? undefined : texts.joined(values, separator);
}

/** The variables that carry the credential. What is not given is left to the default of the executable. */
function authVariables<T, L, B>(texts: Texts<T, L, B>, auth: AuthTexts<T, L>): ContextVariable<T>[] {
  const { federated, oauthClient, oauthSecret, authKey } = auth;
  if (federated !== undefined) return federatedVariables(texts, federated);
  if (authKey !== undefined) return [{ name: "TS_AUTHKEY", value: authKey, secret: true }];
  const client = oauthClient ?? oauthSecret;
  if (client === undefined) return [];
  const { clientId, clientSecret, tags } = client;
  const variables: ContextVariable<T>[] = [];
  if (clientId !== undefined) variables.push({ name: "TS_OAUTH_CLIENT_ID", value: clientId, secret: false });
  variables.push({ name: "TS_OAUTH_CLIENT_SECRET", value: clientSecret, secret: true });
  if (tags !== undefined) variables.push({ name: "TS_OAUTH_TAGS", value: texts.joined(tags, ","), secret: false });
  return variables;
}

/**
 * The variables of federated identities. Spacelift hands `ro_NAME` to every phase but applying and `wo_NAME` to applying
 * alone, as NAME both times. Source: Spacelift's documentation, "Environment".
 */
function federatedVariables<T, L, B>(texts: Texts<T, L, B>, login: FederatedTexts<T, L>): ContextVariable<T>[] {
  const { identity, read, write, idToken } = login;
  const variables = [
    ...identityVariables(texts, "", identity),
    ...identityVariables(texts, "ro_", read),
    ...identityVariables(texts, "wo_", write),
  ];
  if (idToken !== undefined) variables.push({ name: "TS_ID_TOKEN", value: idToken, secret: true });
  return variables;
}

function identityVariables<T, L, B>(
  texts: Texts<T, L, B>,
  prefix: string,
  identity: IdentityTexts<T, L> | undefined,
): ContextVariable<T>[] {
  if (identity === undefined) return [];
  const { clientId, tags } = identity;
  const variables = [{ name: `${prefix}TS_CLIENT_ID`, value: clientId, secret: false }];
  if (tags !== undefined) {
    variables.push({ name: `${prefix}TS_OAUTH_TAGS`, value: texts.joined(tags, ","), secret: false });
  }
  return variables;
}
