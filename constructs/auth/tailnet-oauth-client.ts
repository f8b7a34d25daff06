// SPDX-License-Identifier: Apache-2.0

import { Construct } from "constructs";
import type { List } from "../../contract/index.js";
import { oauthClientProblems } from "../../contract/index.js";
import { OauthClient } from "../bindings/tailscale.js";
import { check, requireId } from "../support/check.js";
import { copied } from "../support/literal.js";
import { metaArguments, type TailnetMetaArguments } from "../support/meta-arguments.js";
import { tokens } from "../support/tokens.js";

/** Properties of {@link TailnetOAuthClient}. */
export interface TailnetOAuthClientProps extends TailnetMetaArguments {
  /**
   * ACL tags that runs join the tailnet with, such as `tag:spacelift`. The tailnet policy must have an owner for
   * each.
   */
  readonly tags: List<string>;

  /**
   * What the client is for, as the admin console shows it: at most 50 letters, digits, spaces and dashes.
   * @default "Spacelift runs"
   */
  readonly description?: string;
}

/**
 * A Tailscale OAuth client that Spacelift runs use to join the tailnet under fixed tags.
 *
 * Tailscale shows its secret once, at creation. The secret is stored in the Terraform state.
 */
export class TailnetOAuthClient extends Construct {
  /**
   * The underlying `tailscale_oauth_client`.
   *
   * Other resources refer to it already, so `overrideLogicalId` comes too late: to keep one that is in the state under
   * another name, use `resource.moveFromId`.
   */
  public readonly resource: OauthClient;

  /** The client's ID, as a token. */
  public readonly clientId: string;

  /** The client's secret, as a token. Terraform treats it as sensitive. */
  public readonly clientSecret: string;

  /** The tags that runs join with, as they were given. */
  public readonly tags: string[];

  /** @throws ValidationError if an option is wrong */
  constructor(scope: Construct, id: string, props: TailnetOAuthClientProps) {
    super(scope, requireId("TailnetOAuthClient", scope, id));
    check("TailnetOAuthClient", this, oauthClientProblems(props, tokens(this, "tailscale")));
    this.resource = new OauthClient(this, "Resource", {
      scopes: ["auth_keys"],
      tags: copied(props.tags),
      description: props.description ?? "Spacelift runs",
      ...metaArguments(props),
    });
    this.clientId = this.resource.id;
    this.clientSecret = this.resource.key;
    this.tags = copied(props.tags);
  }
}
