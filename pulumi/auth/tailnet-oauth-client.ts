// SPDX-License-Identifier: Apache-2.0
import * as pulumi from "@pulumi/pulumi";
import * as tailscale from "@pulumi/tailscale";
import { oauthClientProblems } from "../../contract/index.js";
import { checked } from "../support/checked.js";
import { definedArgs } from "../support/defined.js";
import type { TextsInput } from "../support/list-types.js";
import { asOutput, writable } from "../support/outputs.js";
import { asSecret } from "../support/secrets.js";

/** Arguments of {@link TailnetOAuthClient}. */
export interface TailnetOAuthClientArgs {
  /**
   * ACL tags that runs join the tailnet with, such as `tag:spacelift`. The tailnet policy must have an owner for
   * each.
   */
  readonly tags: TextsInput;

  /**
   * What the client is for, as the admin console shows it: at most 50 letters, digits, spaces and dashes.
   * @default "Spacelift runs"
   */
  readonly description?: pulumi.Input<string>;
}

/**
 * A Tailscale OAuth client that Spacelift runs use to join the tailnet under fixed tags.
 *
 * Tailscale shows its secret once, at creation. The secret is stored in the state, encrypted.
 */
export class TailnetOAuthClient extends pulumi.ComponentResource {
  /** The underlying `tailscale_oauth_client`. */
  public readonly resource: tailscale.OauthClient;

  /** The client's ID. */
  public readonly clientId: pulumi.Output<string>;

  /** The client's secret. */
  public readonly clientSecret: pulumi.Output<string>;

  /** The tags that runs join with, as they were given. */
  public readonly tags: pulumi.Output<string[]>;

  /** @throws ValidationError if an argument is wrong */
  constructor(name: string, args: TailnetOAuthClientArgs, opts?: pulumi.ComponentResourceOptions) {
    const inputs = checked("TailnetOAuthClient", name, definedArgs(args), oauthClientProblems);
    super("spacetail:index:TailnetOAuthClient", name, inputs, opts);
    const tags = writable(inputs.tags);
    this.resource = new tailscale.OauthClient(
      name,
      { scopes: ["auth_keys"], tags, description: inputs.description ?? "Spacelift runs" },
      { parent: this },
    );
    this.clientId = this.resource.id;
    this.clientSecret = asSecret(this.resource.key);
    this.tags = asOutput(tags);
    this.registerOutputs({
      resource: this.resource,
      clientId: this.clientId,
      clientSecret: this.clientSecret,
      tags: this.tags,
    });
  }
}
