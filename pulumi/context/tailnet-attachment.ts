// SPDX-License-Identifier: Apache-2.0
import type * as pulumi from "@pulumi/pulumi";

/** A stack or module that the context is attached to by ID. Exactly one of both IDs is given. */
export interface TailnetAttachment extends TailnetAttachmentOptions {
  /**
   * ID of the stack.
   * @default - none if moduleId is given
   */
  readonly stackId?: pulumi.Input<string>;

  /**
   * ID of the module, whose test runs then have the context.
   * @default - none if stackId is given
   */
  readonly moduleId?: pulumi.Input<string>;
}

/** How a context is attached to one stack or module. */
export interface TailnetAttachmentOptions {
  /**
   * Whole number that orders contexts attached by ID: the lowest is outermost. Contexts attached by ID are outside of
   * all contexts attached by label.
   * @default 0
   */
  readonly priority?: pulumi.Input<number>;

  /**
   * Name of the attachment among the program's resources; another name replaces it. It is part of the attachment's URN.
   * Pulumi deletes the old attachment of a stack before it creates the new one only if that keeps its name.
   * @default - the ID of the stack or module, which must then be known
   */
  readonly id?: string;

  /**
   * ID of the space that the stack or module is in; it is an error if the context cannot reach it.
   * @default - not checked
   */
  readonly spaceId?: pulumi.Input<string>;
}
