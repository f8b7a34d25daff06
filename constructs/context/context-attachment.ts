// SPDX-License-Identifier: Apache-2.0
import { Token } from "cdktf";
import { broken } from "../../contract/context/rules.js";
import { notEmpty, reachableFrom, required } from "../support/rules.js";

/** How a context is attached to one stack or module. */
export interface TailnetAttachmentOptions {
  /**
   * Whole number that orders the contexts which are attached explicitly: the lowest is outermost. All of them are around
   * the contexts that are attached by label.
   * @default 0
   */
  readonly priority?: number;

  /**
   * Name of the attachment in the tree of constructs. Another name replaces the attachment.
   * @default - the id of the stack or module, which then must not be a token
   */
  readonly id?: string;

  /**
   * Id of the space that the stack or module is in, to find out here rather than from Spacelift that the context cannot
   * reach it.
   * @default - not looked at
   */
  readonly spaceId?: string;
}

/** What is wrong with an attachment; null for each rule that is kept. */
export function* attachmentProblems(
  property: string,
  target: string,
  { priority, id, spaceId }: TailnetAttachmentOptions,
  contextSpace: string | undefined,
): Generator<string | null> {
  yield broken(property, required(notEmpty)(target), target);
  yield broken("id", notEmpty(id), id);
  if (Token.isUnresolved(id ?? target)) {
    yield id === undefined ? `id must be given, because ${property} is a token` : "id must not be a token";
  }
  yield broken("spaceId", reachableFrom(contextSpace)(spaceId), spaceId);
  const whole = priority === undefined || Token.isUnresolved(priority) || Number.isInteger(priority);
  yield broken("priority", whole ? null : "must be a whole number", priority);
}
