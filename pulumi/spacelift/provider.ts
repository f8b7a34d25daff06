// SPDX-License-Identifier: Apache-2.0
import * as pulumi from "@pulumi/pulumi";
import { packageReference, withSecretOutputs } from "./package-reference.js";

/** Arguments of {@link Provider}. What is not given comes from `SPACELIFT_API_KEY_ENDPOINT` and the like. */
export interface ProviderArgs {
  /** URL of the account, such as `https://acme.app.spacelift.io`. */
  readonly apiKeyEndpoint?: pulumi.Input<string>;
  readonly apiKeyId?: pulumi.Input<string>;
  readonly apiKeySecret?: pulumi.Input<string>;
  /** A token instead of a key. Runs in Spacelift have one in `SPACELIFT_API_TOKEN`. */
  readonly apiToken?: pulumi.Input<string>;
}

/** Settings of the Spacelift provider, for programs that do not leave them to the environment. */
export class Provider extends pulumi.ProviderResource {
  declare public readonly apiKeyEndpoint: pulumi.Output<string | undefined>;
  declare public readonly apiKeyId: pulumi.Output<string | undefined>;
  declare public readonly apiKeySecret: pulumi.Output<string | undefined>;
  declare public readonly apiToken: pulumi.Output<string | undefined>;

  constructor(name: string, args: ProviderArgs = {}, options?: pulumi.ResourceOptions) {
    const properties: Record<keyof ProviderArgs, unknown> = {
      apiKeyEndpoint: args.apiKeyEndpoint,
      apiKeyId: args.apiKeyId,
      apiKeySecret: args.apiKeySecret === undefined ? undefined : pulumi.secret(args.apiKeySecret),
      apiToken: args.apiToken === undefined ? undefined : pulumi.secret(args.apiToken),
    };
    const secrets = ["apiKeySecret", "apiToken"];
    super("spacelift", name, properties, withSecretOutputs(options, secrets), false, packageReference());
  }
}
