// SPDX-License-Identifier: Apache-2.0
import type { ExactlyOne, List } from "../../contract/index.js";
import type { TailnetFederatedAuth } from "./tailnet-federated-auth.js";
import type { TailnetOAuthClient } from "./tailnet-oauth-client.js";

/** How runs log in to the tailnet. Exactly one member is given. */
export type TailnetAuth = ExactlyOne<TailnetAuthMembers>;

/** The ways in which runs can log in to the tailnet. */
export interface TailnetAuthMembers {
  /**
   * Federated identities, which need no secret.
   * @default - none
   */
  readonly federated?: TailnetFederatedAuth;

  /**
   * An OAuth client that this program creates. Its secret goes into the context without anyone seeing it.
   * @default - none
   */
  readonly oauthClient?: TailnetOAuthClient;

  /**
   * An existing OAuth client.
   * @default - none
   */
  readonly oauthSecret?: TailnetOAuthSecret;

  /**
   * A reusable, ephemeral, tagged auth key, for control servers without OAuth clients. Give a token, such as a
   * sensitive Terraform variable: plain text would be in the synthesized JSON.
   * @default - none
   */
  readonly authKey?: string;

  /**
   * Set no credentials: stacks, or other contexts, set the variables of a login. One context then serves teams that
   * have their own credentials.
   * @default - none
   */
  readonly external?: boolean;
}

/** The credentials of an existing OAuth client. */
export interface TailnetOAuthSecret {
  /** The client's secret. Give a token: plain text would be in the synthesized JSON. */
  readonly clientSecret: string;

  /**
   * The client's ID.
   * @default - the ID that the secret contains
   */
  readonly clientId?: string;

  /**
   * ACL tags that runs join with: all tags of the client, or tags that one of them owns.
   * @default ["tag:spacelift"]
   */
  readonly tags?: List<string>;
}
