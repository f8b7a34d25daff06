// SPDX-License-Identifier: Apache-2.0
import type * as pulumi from "@pulumi/pulumi";

/** A stack or module that the context is attached to, whatever its labels. Exactly one of the ids of both is given. */
export interface TailnetAttachment extends TailnetAttachmentOptions {
  /**
   * Id of the stack.
   * @default - moduleId is given
   */
  readonly stackId?: pulumi.Input<string>;

  /**
   * Id of the module, whose test runs then have the context.
   * @default - stackId is given
   */
  readonly moduleId?: pulumi.Input<string>;
}

/** How a context is attached to one stack or module. */
export interface TailnetAttachmentOptions {
  /**
   * Whole number that orders the contexts which are attached explicitly: the lowest is outermost. All of them are around
   * the contexts that are attached by label.
   * @default 0
   */
  readonly priority?: pulumi.Input<number>;

  /**
   * Name of the attachment, which becomes part of its URN. Another name replaces the attachment.
   * @default - the id of the stack or module, which then must be plain
   */
  readonly id?: string;

  /**
   * Id of the space that the stack or module is in, to find out here rather than from Spacelift that the context cannot
   * reach it.
   * @default - not looked at
   */
  readonly spaceId?: pulumi.Input<string>;
}
