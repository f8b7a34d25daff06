// SPDX-License-Identifier: Apache-2.0
import { Construct } from "constructs";
import { oauthClientProblems } from "../../contract/context/identity-problems.js";
import { OauthClient } from "../bindings/index.js";
import { metaArguments, type TailnetMetaArguments } from "../support/meta-arguments.js";
import { settled } from "../support/rules.js";
import { refuse } from "../support/validation-error.js";

/** Properties of {@link TailnetOAuthClient}. */
export interface TailnetOAuthClientProps extends TailnetMetaArguments {
  /** ACL tags that runs join the tailnet with, such as `tag:spacelift`. The tailnet policy must have an owner for each. */
  readonly tags: string[];

  /**
   * What the client is for, as the admin console shows it: at most 50 letters, digits, spaces and dashes.
   * @default "Spacelift runs"
   */
  readonly description?: string;
}

/**
 * A Tailscale OAuth client that Spacelift runs use to join the tailnet under fixed tags.
 *
 * Tailscale tells its secret once, at creation. It rests in the Terraform state.
 */
export class TailnetOAuthClient extends Construct {
  /**
   * The underlying `tailscale_oauth_client`.
   *
   * Other resources refer to it already, so `overrideLogicalId` comes too late: to keep one that is in the state under
   * another name, use `resource.moveFromId`.
   */
  public readonly resource: OauthClient;

  /** The client's id, as a token. */
  public readonly clientId: string;

  /** The client's secret, as a token. Terraform treats it as sensitive. */
  public readonly clientSecret: string;

  /** The tags that nodes may have, as they were given. */
  public readonly tags: string[];

  constructor(scope: Construct, id: string, props: TailnetOAuthClientProps) {
    super(scope, id);
    const { tags, description } = props;
    refuse(this, oauthClientProblems(settled({ tags, description })));
    this.resource = new OauthClient(this, "Resource", {
      scopes: ["auth_keys"],
      tags: props.tags,
      description: props.description ?? "Spacelift runs",
      ...metaArguments(props),
    });
    this.clientId = this.resource.id;
    this.clientSecret = this.resource.key;
    this.tags = [...props.tags];
  }
}
