// SPDX-License-Identifier: Apache-2.0

import { DEFAULT_PHASES, PHASES } from "../hooks/phases.js";
import { authKeyRule, clientSecretRule } from "../login/auth-kinds.js";
import { untrustedPhases } from "../login/federation.js";
import {
  broken,
  brokenSecret,
  type Given,
  type GivenList,
  list,
  notEmpty,
  oneLine,
  reachableFrom,
  readable,
  required,
  secretText,
  tags,
  text,
} from "./rules.js";

/** How runs log in, as users give it. Exactly one member is given. */
export interface AuthValues {
  readonly federated?: FederatedValues;
  readonly oauthClient?: object;
  readonly oauthSecret?: OAuthSecretValues;
  readonly authKey?: Given<string>;
}

/** The credentials of an OAuth client. */
export interface OAuthSecretValues {
  readonly clientSecret: Given<string>;
  readonly clientId?: Given<string>;
  readonly tags?: GivenList;
}

/** Federated identities: one for every phase, or one for applying and another for all else. */
export interface FederatedValues {
  readonly identity?: IdentityValues;
  readonly read?: IdentityValues;
  readonly write?: IdentityValues;
  readonly idToken?: Given<string>;
}

/** What is known of a federated identity. */
export interface IdentityValues {
  readonly clientId: Given<string>;
  readonly tags?: GivenList;
  readonly spaceId?: Given<string> | undefined;
  readonly runTypes?: GivenList | undefined;
  readonly scope?: Given<string> | undefined;
}

/** What decides whether a login fits its context. */
export interface AuthUse {
  readonly auth: AuthValues;
  readonly phases?: GivenList;
  readonly spaceId?: Given<string>;
}

/** What is wrong with the credential of a context, never showing it; null for each rule that is kept. */
export function* authProblems(use: AuthUse): Generator<string | null> {
  const { federated, oauthClient, oauthSecret, authKey } = use.auth ?? {};
  const members = Object.entries({ federated, oauthClient, oauthSecret, authKey });
  const given = members.filter(([, value]) => value !== undefined).map(([name]) => name);
  const names = members.map(([name]) => name).join(", ");
  yield broken("auth", given.length === 1 ? null : `must have exactly one of ${names}`, given);
  yield brokenSecret("auth.authKey", secretText(authKey) ?? text(authKeyRule)(authKey));
  if (oauthSecret !== undefined) yield* oauthSecretProblems(oauthSecret);
  if (federated !== undefined) yield* federatedProblems(federated, use);
}

function oauthSecretProblems({ clientId, clientSecret, tags: given }: OAuthSecretValues): (string | null)[] {
  return [
    brokenSecret(
      "auth.oauthSecret.clientSecret",
      required(secretText)(clientSecret) ?? text(clientSecretRule)(clientSecret),
    ),
    brokenSecret("auth.oauthSecret.clientId", readable(clientId)),
    broken("auth.oauthSecret.clientId", notEmpty(clientId) ?? oneLine(clientId), clientId),
    broken("auth.oauthSecret.tags", tags(given), given),
  ];
}

function* federatedProblems(
  auth: FederatedValues,
  { phases = DEFAULT_PHASES, spaceId }: AuthUse,
): Generator<string | null> {
  const { identity, read, write, idToken } = auth;
  const given = Object.entries({ identity, read, write }).filter(([, value]) => value !== undefined);
  const names = given.map(([name]) => name);
  const fits = identity === undefined ? names.length > 0 : names.length === 1;
  yield broken("auth.federated", fits ? null : "must have identity alone, or read, write or both", names);
  for (const [name, value] of given) {
    yield* identityProblems(`auth.federated.${name}`, value as IdentityValues, spaceId);
    yield broken("phases", trustRule(name, value as IdentityValues)(phases), phases);
  }
  if (identity === undefined) yield broken("phases", phasesRule(auth)(phases), phases);
  yield brokenSecret("auth.federated.idToken", secretText(idToken));
}

/** A phase that is on the tailnet must have somebody to join as. */
function phasesRule({ read, write }: FederatedValues) {
  return list((phases) => {
    if (write === undefined && phases.includes("apply")) return "must leave out apply unless auth.federated has write";
    const others = phases.some((phase) => phase !== "apply");
    return read === undefined && others ? "must be apply alone unless auth.federated has read" : null;
  });
}

/** A phase that is on the tailnet must have runs that the identity of the phase trusts. */
function trustRule(name: string, { runTypes, scope }: IdentityValues) {
  const types = Array.isArray(runTypes) && runTypes.every((type) => typeof type === "string") ? runTypes : undefined;
  const trusted = { runTypes: types, scope: typeof scope === "string" ? scope : undefined };
  return list((phases) => {
    const known = phases.map(String).filter((phase) => PHASES.includes(phase));
    const own = known.filter((phase) => name === "identity" || (name === "write") === (phase === "apply"));
    const never = untrustedPhases(own, trusted).join(", ");
    return never === "" ? null : `must leave out ${never}, where no run has a token that auth.federated.${name} trusts`;
  });
}

function identityProblems(
  property: string,
  { clientId, tags: given, spaceId }: IdentityValues,
  contextSpace: Given<string> | undefined,
): (string | null)[] {
  const rule = required((value) => notEmpty(value) ?? oneLine(value));
  return [
    brokenSecret(`${property}.clientId`, readable(clientId)),
    broken(`${property}.clientId`, rule(clientId), clientId),
    broken(`${property}.tags`, tags(given), given),
    broken(`${property}.spaceId`, reachableFrom(contextSpace)(spaceId), spaceId),
  ];
}
