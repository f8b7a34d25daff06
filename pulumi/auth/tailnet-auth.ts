// SPDX-License-Identifier: Apache-2.0
import type * as pulumi from "@pulumi/pulumi";
import { type Defined, defined, isPlainObject } from "../support/defined.js";
import type { TextsInput } from "../support/list-types.js";
import { plainValueOf } from "../support/outputs.js";
import { asSecret, asSecretIfGiven } from "../support/secrets.js";
import { identityArgs, type TailnetFederatedAuth } from "./tailnet-federated-auth.js";
import { TailnetOAuthClient } from "./tailnet-oauth-client.js";

/** How runs log in to the tailnet. Exactly one member is given. */
export interface TailnetAuth {
  /**
   * Federated identities, which need no secret.
   * @default - none
   */
  readonly federated?: TailnetFederatedAuth;

  /**
   * An OAuth client that this program creates. That is a TailnetOAuthClient, or its outputs.
   * @default - none
   */
  readonly oauthClient?: TailnetOAuthSecret;

  /**
   * An existing OAuth client.
   * @default - none
   */
  readonly oauthSecret?: TailnetOAuthSecret;

  /**
   * A reusable, ephemeral, tagged auth key, for control servers without OAuth clients. It is a secret, however it is
   * given.
   * @default - none
   */
  readonly authKey?: pulumi.Input<string>;

  /**
   * Set no credentials: stacks, or other contexts, set the variables of a login. One context then serves teams that
   * have their own credentials.
   * @default - none
   */
  readonly external?: boolean;
}

/** The credentials of an OAuth client. */
export interface TailnetOAuthSecret {
  /** The client's secret. It is a secret, however it is given. */
  readonly clientSecret: pulumi.Input<string>;

  /**
   * The client's ID.
   * @default - the ID that the secret contains
   */
  readonly clientId?: pulumi.Input<string>;

  /**
   * ACL tags that runs join with: all tags of the client, or tags that one of them owns.
   * @default ["tag:spacelift"]
   */
  readonly tags?: TextsInput;
}

/** The login with components replaced by their values, for the rules. Whatever is not a login is left to them. */
export function authArgs(auth: unknown): unknown {
  if (!isPlainObject(auth)) return auth;
  const { federated, oauthClient, oauthSecret } = auth;
  return defined({
    ...auth,
    federated: isPlainObject(federated) ? federatedArgs(federated) : federated,
    oauthClient: clientArgs(oauthClient),
    oauthSecret: clientArgs(oauthSecret),
  });
}

/** The same login with its secrets marked as such. */
export function sealedAuth({
  federated,
  oauthClient,
  oauthSecret,
  authKey,
  ...rest
}: TailnetAuth): Defined<TailnetAuth> {
  return defined({
    ...rest,
    federated: federated === undefined ? undefined : sealedFederated(federated),
    oauthClient: oauthClient === undefined ? undefined : sealedClient(oauthClient),
    oauthSecret: oauthSecret === undefined ? undefined : sealedClient(oauthSecret),
    authKey: asSecretIfGiven(authKey),
  });
}

function federatedArgs({ identity, read, write, ...rest }: Record<string, unknown>): Record<string, unknown> {
  return defined({ ...rest, identity: identityArgs(identity), read: identityArgs(read), write: identityArgs(write) });
}

function clientArgs(client: unknown): unknown {
  if (client instanceof TailnetOAuthClient) {
    const { clientId, clientSecret, tags } = client;
    return { clientId, clientSecret, tags: plainValueOf(tags) };
  }
  return isPlainObject(client) ? defined({ ...client, tags: plainValueOf(client.tags) }) : client;
}

function sealedFederated(federated: TailnetFederatedAuth): TailnetFederatedAuth {
  return defined({ ...federated, idToken: asSecretIfGiven(federated.idToken) });
}

function sealedClient(client: TailnetOAuthSecret): TailnetOAuthSecret {
  return { ...client, clientSecret: asSecret(client.clientSecret) };
}
