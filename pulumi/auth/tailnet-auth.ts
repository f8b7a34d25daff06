// SPDX-License-Identifier: Apache-2.0
import type * as pulumi from "@pulumi/pulumi";
import { type Given, given, secret, untold } from "../support/inputs.js";
import { federatedArgs, type TailnetFederatedAuth } from "./tailnet-federated-auth.js";

/** How runs log in to the tailnet. Exactly one member is given. */
export interface TailnetAuth {
  /**
   * Federated identities, which need no secret.
   * @default - another member is given
   */
  readonly federated?: TailnetFederatedAuth;

  /**
   * An OAuth client that this program makes: a TailnetOAuthClient, or its outputs.
   * @default - another member is given
   */
  readonly oauthClient?: TailnetOAuthSecret;

  /**
   * An OAuth client that exists already.
   * @default - another member is given
   */
  readonly oauthSecret?: TailnetOAuthSecret;

  /**
   * A reusable, ephemeral, tagged auth key, for control servers without OAuth clients. It is a secret, however it is given.
   * @default - another member is given
   */
  readonly authKey?: pulumi.Input<string>;
}

/** The credentials of an OAuth client. */
export interface TailnetOAuthSecret {
  /** The client's secret. It is a secret, however it is given. */
  readonly clientSecret: pulumi.Input<string>;

  /**
   * The client's id.
   * @default - the id that the secret holds
   */
  readonly clientId?: pulumi.Input<string>;

  /**
   * ACL tags that runs join with: all tags of the client, or tags that one of them owns.
   * @default ["tag:spacelift"]
   */
  readonly tags?: pulumi.Input<pulumi.Input<string>[]>;
}

/** The login with its values alone: components that stand for them are taken apart, but for a client, which has no rules. */
export function authArgs(auth: TailnetAuth | undefined): Given<TailnetAuth> {
  const { federated, oauthClient, oauthSecret, authKey } = auth ?? {};
  return given({
    federated: federated === undefined ? undefined : federatedArgs(federated),
    oauthClient,
    oauthSecret: oauthSecret === undefined ? undefined : clientArgs(oauthSecret),
    authKey,
  });
}

/** The same login with its secrets marked as such. */
export function sealedAuth({ federated, oauthClient, oauthSecret, authKey }: TailnetAuth): Given<TailnetAuth> {
  return given({
    federated: federated === undefined ? undefined : given({ ...federated, idToken: secret(federated.idToken) }),
    oauthClient: oauthClient === undefined ? undefined : sealedClient(clientArgs(oauthClient)),
    oauthSecret: oauthSecret === undefined ? undefined : sealedClient(oauthSecret),
    authKey: secret(authKey),
  });
}

function clientArgs({ clientId, clientSecret, tags }: TailnetOAuthSecret): Given<TailnetOAuthSecret> {
  return given({ clientId, clientSecret, tags: untold(tags) });
}

function sealedClient(client: TailnetOAuthSecret): TailnetOAuthSecret {
  return { ...client, clientSecret: secret(client.clientSecret) };
}
