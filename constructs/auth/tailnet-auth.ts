// SPDX-License-Identifier: Apache-2.0

import type { IConstruct } from "constructs";
import { broken, brokenSecret } from "../../contract/context/rules.js";
import { authKeyRule, clientSecretRule } from "../../contract/login/auth-kinds.js";
import { knownText, notEmpty, oneLine, required, secretText, tagList } from "../support/rules.js";
import { readableProblem } from "../support/secrets.js";
import { first } from "../support/validation-error.js";
import { federatedProblems, type TailnetFederatedAuth } from "./tailnet-federated-auth.js";
import type { TailnetOAuthClient } from "./tailnet-oauth-client.js";

/** How runs log in to the tailnet. Exactly one member is given. */
export interface TailnetAuth {
  /**
   * Federated identities, which need no secret.
   * @default - another member is given
   */
  readonly federated?: TailnetFederatedAuth;

  /**
   * An OAuth client that this program makes. Its secret flows into the context without anybody seeing it.
   * @default - another member is given
   */
  readonly oauthClient?: TailnetOAuthClient;

  /**
   * An OAuth client that exists already.
   * @default - another member is given
   */
  readonly oauthSecret?: TailnetOAuthSecret;

  /**
   * A reusable, ephemeral, tagged auth key, for control servers without OAuth clients. Give a token, such as a sensitive
   * Terraform variable: plain text would stand in the synthesized JSON.
   * @default - another member is given
   */
  readonly authKey?: string;
}

/** The credentials of an OAuth client that exists already. */
export interface TailnetOAuthSecret {
  /** The client's secret. Give a token: plain text would stand in the synthesized JSON. */
  readonly clientSecret: string;

  /**
   * The client's id.
   * @default - the id that the secret holds
   */
  readonly clientId?: string;

  /**
   * ACL tags that runs join with: all tags of the client, or tags that one of them owns.
   * @default ["tag:spacelift"]
   */
  readonly tags?: string[];
}

/** What decides whether a login fits its context. */
export interface AuthUse {
  readonly auth: TailnetAuth;
  readonly phases?: string[];
  readonly spaceId?: string;
}

const MEMBERS = ["federated", "oauthClient", "oauthSecret", "authKey"] as const;

/** What is wrong with the credential of a context, never showing it, or null. */
export function authProblem(scope: IConstruct, use: AuthUse): string | null {
  const auth = use.auth ?? {};
  const { federated, oauthSecret, authKey } = auth;
  const given = MEMBERS.filter((name) => auth[name] !== undefined);
  return (
    broken("auth", given.length === 1 ? null : `must have exactly one of ${MEMBERS.join(", ")}`, given) ??
    brokenSecret("auth.authKey", secretText(authKey) ?? knownText(authKeyRule)(authKey)) ??
    (oauthSecret === undefined ? null : first(oauthSecretProblems(scope, oauthSecret))) ??
    (federated === undefined ? null : first(federatedProblems(scope, federated, use)))
  );
}

function oauthSecretProblems(
  scope: IConstruct,
  { clientId, clientSecret, tags }: TailnetOAuthSecret,
): (string | null)[] {
  return [
    brokenSecret(
      "auth.oauthSecret.clientSecret",
      required(secretText)(clientSecret) ?? knownText(clientSecretRule)(clientSecret),
    ),
    brokenSecret("auth.oauthSecret.clientId", readableProblem(scope, clientId ?? "")),
    broken("auth.oauthSecret.clientId", notEmpty(clientId) ?? oneLine(clientId), clientId),
    broken("auth.oauthSecret.tags", tagList(tags), tags),
  ];
}
