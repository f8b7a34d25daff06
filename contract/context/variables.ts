// SPDX-License-Identifier: Apache-2.0
// The variables of a context, for every output that makes one. An output may have texts that nobody knows yet: T stands
// for its texts, L for its lists of them, B for its booleans.
import { TUNNEL_OPTIONS, type TunnelOption } from "../wire/tunnel-options.js";

/** An environment variable of a context. */
export interface ContextVariable<T> {
  readonly name: string;
  readonly value: T;
  /** True if the value cannot be read back. */
  readonly secret: boolean;
  /** Path of the option that the value comes from, such as `auth.oauthClient.clientSecret`. */
  readonly origin: string;
}

/** What an output can do with its texts. */
export interface Texts<T, L, B> {
  /** The elements of a list as one text. */
  joined(list: L | T[], separator: string): T;
  /** The elements of a set as one text that does not depend on their order, as far as they are known. */
  joinedSet(set: L, separator: string): T;
  /** The text of a value, after a prefix. */
  prefixed(prefix: string, value: T | B): T;
}

/** A login, of which exactly one member is given. */
export interface AuthValues<T, L> {
  readonly federated?: FederatedValues<T, L>;
  readonly oauthClient?: ClientValues<T, L>;
  readonly oauthSecret?: ClientValues<T, L>;
  readonly authKey?: T;
  /** True if stacks or other contexts set the variables. */
  readonly external?: boolean;
}

interface ClientValues<T, L> {
  readonly clientId?: T;
  readonly clientSecret: T;
  readonly tags?: L;
}

interface FederatedValues<T, L> {
  readonly identity?: IdentityValues<T, L>;
  readonly read?: IdentityValues<T, L>;
  readonly write?: IdentityValues<T, L>;
  readonly idToken?: T;
}

interface IdentityValues<T, L> {
  readonly clientId: T;
  readonly tags?: L;
}

/** What becomes variables of a context, besides the tunnel's options, which are members too. */
export interface VariableValues<T, L> {
  readonly auth: AuthValues<T, L>;
  readonly environment?: Readonly<Record<string, T>>;
  readonly secretEnvironment?: Readonly<Record<string, T>>;
}

/** All variables of a context, in the order in which it has them. */
export function contextVariables<T, L, B>(texts: Texts<T, L, B>, options: VariableValues<T, L>): ContextVariable<T>[] {
  return [
    ...authVariables(texts, options.auth),
    ...tunnelVariables(texts, options as object as Readonly<Record<string, unknown>>),
    ...ownVariables("environment", options.environment ?? {}, false),
    ...ownVariables("secretEnvironment", options.secretEnvironment ?? {}, true),
  ];
}

function ownVariables<T>(
  origin: string,
  environment: Readonly<Record<string, T>>,
  secret: boolean,
): ContextVariable<T>[] {
  return Object.entries(environment).map(([name, value]) => ({ name, value, secret, origin: `${origin}.${name}` }));
}

/** The variables of the options that were given and are not the default anyway, as far as that is known. */
function tunnelVariables<T, L, B>(
  texts: Texts<T, L, B>,
  options: Readonly<Record<string, unknown>>,
): ContextVariable<T>[] {
  const variables = new Map<string, { origin: string; parts: T[]; separator: string }>();
  for (const row of TUNNEL_OPTIONS) {
    const part = partOf(texts, row, options[row.name] as T | L | B | undefined);
    if (part === undefined) continue;
    const { origin, parts } = variables.get(row.variable) ?? { origin: row.name, parts: [] };
    variables.set(row.variable, { origin, parts: [...parts, part], separator: row.separator });
  }
  return [...variables].map(([name, { origin, parts, separator }]) => {
    const [first, ...more] = parts as [T, ...T[]];
    return { name, value: more.length === 0 ? first : texts.joined(parts, separator), secret: false, origin };
  });
}

/** What an option contributes to its variable; undefined if nothing. */
function partOf<T, L, B>(texts: Texts<T, L, B>, row: TunnelOption, value: T | L | B | undefined): T | undefined {
  if (value === undefined) return undefined;
  const prefix = row.flag === "" ? "" : `${row.flag}=`;
  switch (row.kind) {
    case "boolean":
      return String(value) === row.default ? undefined : texts.prefixed(prefix, value as B);
    case "list":
      return Array.isArray(value) && value.length === 0 ? undefined : texts.joined(value as L, row.separator);
    case "text":
      if (value === row.default) return undefined;
      return prefix === "" ? (value as T) : texts.prefixed(prefix, value as T);
  }
}

/** The variables that carry the credential. What is not given is left to the default of the executable. */
function authVariables<T, L, B>(texts: Texts<T, L, B>, auth: AuthValues<T, L>): ContextVariable<T>[] {
  const { federated, oauthClient, oauthSecret, authKey } = auth;
  if (federated !== undefined) return federatedVariables(texts, federated);
  if (oauthClient !== undefined) return clientVariables(texts, "auth.oauthClient", oauthClient);
  if (oauthSecret !== undefined) return clientVariables(texts, "auth.oauthSecret", oauthSecret);
  // Last, as in the executable.
  return authKey === undefined ? [] : [{ name: "TS_AUTHKEY", value: authKey, secret: true, origin: "auth.authKey" }];
}

function clientVariables<T, L, B>(
  texts: Texts<T, L, B>,
  origin: string,
  { clientId, clientSecret, tags }: ClientValues<T, L>,
): ContextVariable<T>[] {
  const variables: ContextVariable<T>[] = [];
  const add = (name: string, value: T, secret: boolean, member: string) =>
    variables.push({ name, value, secret, origin: `${origin}.${member}` });
  if (clientId !== undefined) add("TS_OAUTH_CLIENT_ID", clientId, false, "clientId");
  add("TS_OAUTH_CLIENT_SECRET", clientSecret, true, "clientSecret");
  if (tags !== undefined) add("TS_OAUTH_TAGS", texts.joinedSet(tags, ","), false, "tags");
  return variables;
}

/**
 * The variables of federated identities. Spacelift hands `ro_NAME` to every phase but applying and `wo_NAME` to
 * applying alone, as NAME both times. Source: Spacelift's documentation, "Environment".
 */
function federatedVariables<T, L, B>(texts: Texts<T, L, B>, login: FederatedValues<T, L>): ContextVariable<T>[] {
  const { identity, read, write, idToken } = login;
  const origin = "auth.federated";
  return [
    ...identityVariables(texts, "", `${origin}.identity`, identity),
    ...identityVariables(texts, "ro_", `${origin}.read`, read),
    ...identityVariables(texts, "wo_", `${origin}.write`, write),
    ...(idToken === undefined
      ? []
      : [{ name: "TS_ID_TOKEN", value: idToken, secret: true, origin: `${origin}.idToken` }]),
  ];
}

function identityVariables<T, L, B>(
  texts: Texts<T, L, B>,
  prefix: string,
  origin: string,
  identity: IdentityValues<T, L> | undefined,
): ContextVariable<T>[] {
  if (identity === undefined) return [];
  const { clientId, tags } = identity;
  const variables = [{ name: `${prefix}TS_CLIENT_ID`, value: clientId, secret: false, origin: `${origin}.clientId` }];
  if (tags === undefined) return variables;
  const value = texts.joinedSet(tags, ",");
  return [...variables, { name: `${prefix}TS_OAUTH_TAGS`, value, secret: false, origin: `${origin}.tags` }];
}
