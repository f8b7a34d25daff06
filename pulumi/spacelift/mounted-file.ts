// SPDX-License-Identifier: Apache-2.0
import * as pulumi from "@pulumi/pulumi";
import { asSecretIfGiven } from "../support/secrets.js";
import { packageReference, replacedInPlace, withSecretOutputs } from "./package-reference.js";

/** Arguments of {@link MountedFile}. Exactly one of `contextId`, `stackId` and `moduleId` is given. */
export interface MountedFileArgs {
  /** Path of the file below `/mnt/workspace/`. */
  readonly relativePath: pulumi.Input<string>;
  readonly description?: pulumi.Input<string>;
  /** The content, in Base64. */
  readonly content?: pulumi.Input<string>;
  /**
   * Whether nobody may read the content back.
   * @default true
   */
  readonly writeOnly?: pulumi.Input<boolean>;
  readonly contextId?: pulumi.Input<string>;
  readonly stackId?: pulumi.Input<string>;
  readonly moduleId?: pulumi.Input<string>;
}

/** A `spacelift_mounted_file`. Any change replaces it. */
export class MountedFile extends pulumi.CustomResource {
  declare public readonly relativePath: pulumi.Output<string>;
  declare public readonly description: pulumi.Output<string | undefined>;
  /** Secret whatever `writeOnly` says, as in Terraform. */
  declare public readonly content: pulumi.Output<string | undefined>;
  declare public readonly writeOnly: pulumi.Output<boolean | undefined>;
  declare public readonly contextId: pulumi.Output<string | undefined>;
  declare public readonly stackId: pulumi.Output<string | undefined>;
  declare public readonly moduleId: pulumi.Output<string | undefined>;
  /** SHA-256 of the content: secret unless `writeOnly` is false, since a weak secret can be guessed by it. */
  declare public readonly checksum: pulumi.Output<string>;

  constructor(name: string, args: MountedFileArgs, options?: pulumi.CustomResourceOptions) {
    const properties: Record<keyof MountedFileArgs | "checksum", unknown> = {
      relativePath: args.relativePath,
      description: args.description,
      content: asSecretIfGiven(args.content),
      writeOnly: args.writeOnly,
      contextId: args.contextId,
      stackId: args.stackId,
      moduleId: args.moduleId,
      checksum: undefined,
    };
    const type = "spacelift:index/mountedFile:MountedFile";
    const outputs = args.writeOnly === false ? ["content"] : ["content", "checksum"];
    const secrets = withSecretOutputs(replacedInPlace(options), outputs);
    super(type, name, properties, secrets, false, packageReference());
  }
}
