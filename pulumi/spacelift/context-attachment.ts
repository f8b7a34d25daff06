// SPDX-License-Identifier: Apache-2.0
import * as pulumi from "@pulumi/pulumi";
import { packageReference, replacedInPlace } from "./package-reference.js";

/** Arguments of {@link ContextAttachment}. Exactly one of `stackId` and `moduleId` is given. */
export interface ContextAttachmentArgs {
  readonly contextId: pulumi.Input<string>;
  readonly stackId?: pulumi.Input<string>;
  readonly moduleId?: pulumi.Input<string>;
  /**
   * Place among the contexts of the stack: lower ones come first.
   * @default 0
   */
  readonly priority?: pulumi.Input<number>;
}

/** A `spacelift_context_attachment`: a context on a stack or module, whatever their labels. Any change replaces it. */
export class ContextAttachment extends pulumi.CustomResource {
  declare public readonly contextId: pulumi.Output<string>;
  declare public readonly stackId: pulumi.Output<string | undefined>;
  declare public readonly moduleId: pulumi.Output<string | undefined>;
  declare public readonly priority: pulumi.Output<number | undefined>;

  constructor(name: string, args: ContextAttachmentArgs, options?: pulumi.CustomResourceOptions) {
    const properties: Record<keyof ContextAttachmentArgs, unknown> = {
      contextId: args.contextId,
      stackId: args.stackId,
      moduleId: args.moduleId,
      priority: args.priority,
    };
    const type = "spacelift:index/contextAttachment:ContextAttachment";
    super(type, name, properties, replacedInPlace(options), false, packageReference());
  }
}
