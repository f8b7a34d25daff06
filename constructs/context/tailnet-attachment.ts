// SPDX-License-Identifier: Apache-2.0

/** A stack or module that the context is attached to by ID. Exactly one of both IDs is given. */
export interface TailnetAttachment extends TailnetAttachmentOptions {
  /**
   * ID of the stack.
   * @default - none if moduleId is given
   */
  readonly stackId?: string;

  /**
   * ID of the module, whose test runs then have the context.
   * @default - none if stackId is given
   */
  readonly moduleId?: string;
}

/** How a context is attached to one stack or module. */
export interface TailnetAttachmentOptions {
  /**
   * Whole number that orders contexts attached by ID: the lowest is outermost. Contexts attached by ID are outside of
   * all contexts attached by label.
   * @default 0
   */
  readonly priority?: number;

  /**
   * Name of the attachment among the program's resources; another name replaces it. A stack that gets another name must
   * be detached first, in a deployment of its own: Terraform would create the new attachment before or while it deletes
   * the old one.
   * @default - the ID of the stack or module, which must then be known
   */
  readonly id?: string;

  /**
   * ID of the space that the stack or module is in; it is an error if the context cannot reach it.
   * @default - not checked
   */
  readonly spaceId?: string;
}
