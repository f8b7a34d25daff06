// SPDX-License-Identifier: Apache-2.0

/** The space that every other space is in. */
export const ROOT_SPACE = "root";

/**
 * True if a context in one space can never reach the stacks of another one, whatever the tree of spaces looks like. A
 * context reaches its own space and spaces below it which inherit; nothing is above `root`, so nothing else reaches it.
 *
 * Source: Spacelift's documentation, "Contexts", Auto-attach.
 *
 * @param stackSpace may be a pattern with `*`, which says nothing for certain
 */
export function isOutOfReach(contextSpace: string, stackSpace: string): boolean {
  return stackSpace === ROOT_SPACE && contextSpace !== ROOT_SPACE;
}
