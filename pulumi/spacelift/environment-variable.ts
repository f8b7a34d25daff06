// SPDX-License-Identifier: Apache-2.0
import * as pulumi from "@pulumi/pulumi";
import { asSecretIfGiven } from "../support/secrets.js";
import { packageReference, replacedInPlace, withSecretOutputs } from "./package-reference.js";

/** Arguments of {@link EnvironmentVariable}. Exactly one of `contextId`, `stackId` and `moduleId` is given. */
export interface EnvironmentVariableArgs {
  readonly name: pulumi.Input<string>;
  readonly description?: pulumi.Input<string>;
  readonly value?: pulumi.Input<string>;
  /**
   * Whether nobody may read the value back.
   * @default true
   */
  readonly writeOnly?: pulumi.Input<boolean>;
  readonly contextId?: pulumi.Input<string>;
  readonly stackId?: pulumi.Input<string>;
  readonly moduleId?: pulumi.Input<string>;
}

/** A `spacelift_environment_variable`. Any change replaces it. */
export class EnvironmentVariable extends pulumi.CustomResource {
  declare public readonly name: pulumi.Output<string>;
  declare public readonly description: pulumi.Output<string | undefined>;
  /** Secret whatever `writeOnly` says, as in Terraform. */
  declare public readonly value: pulumi.Output<string | undefined>;
  declare public readonly writeOnly: pulumi.Output<boolean | undefined>;
  declare public readonly contextId: pulumi.Output<string | undefined>;
  declare public readonly stackId: pulumi.Output<string | undefined>;
  declare public readonly moduleId: pulumi.Output<string | undefined>;
  /** SHA-256 of the value: secret unless `writeOnly` is false, since a weak secret can be guessed by it. */
  declare public readonly checksum: pulumi.Output<string>;

  constructor(name: string, args: EnvironmentVariableArgs, options?: pulumi.CustomResourceOptions) {
    const properties: Record<keyof EnvironmentVariableArgs | "checksum", unknown> = {
      name: args.name,
      description: args.description,
      value: asSecretIfGiven(args.value),
      writeOnly: args.writeOnly,
      contextId: args.contextId,
      stackId: args.stackId,
      moduleId: args.moduleId,
      checksum: undefined,
    };
    const type = "spacelift:index/environmentVariable:EnvironmentVariable";
    const outputs = args.writeOnly === false ? ["value"] : ["value", "checksum"];
    const secrets = withSecretOutputs(replacedInPlace(options), outputs);
    super(type, name, properties, secrets, false, packageReference());
  }
}
