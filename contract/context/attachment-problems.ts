// SPDX-License-Identifier: Apache-2.0
import { broken, type Given, notEmpty, reachableFrom, required } from "./rules.js";

/** How a context is attached to a stack or module, as users give it. */
export interface AttachmentValues {
  readonly priority?: Given<number>;
  /** Known at once, because it names a resource. */
  readonly id?: string;
  readonly spaceId?: Given<string>;
}

/**
 * What is wrong with an attachment; null for each rule that is kept.
 *
 * @param property the one that names the target
 */
export function* attachmentProblems(
  property: string,
  target: Given<string>,
  { priority, id, spaceId }: AttachmentValues,
  contextSpace: Given<string> | undefined,
): Generator<string | null> {
  yield broken(property, required(notEmpty)(target), target);
  yield broken("id", notEmpty(id), id);
  if (id === undefined && typeof target !== "string") {
    yield `id must be given, because ${property} is not known when the program runs`;
  }
  yield broken("spaceId", reachableFrom(contextSpace)(spaceId), spaceId);
  const whole = typeof priority !== "number" || Number.isInteger(priority);
  yield broken("priority", whole ? null : "must be a whole number", priority);
}
