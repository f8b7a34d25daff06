// SPDX-License-Identifier: Apache-2.0

/**
 * What the names of contexts begin with that are to be around all others which are attached by label. Spacelift runs the
 * before hooks of such contexts in reverse alphabetical order, and the after hooks in alphabetical order, so the last one
 * by name is outermost; its own plugins use the same prefix.
 *
 * Source: Spacelift's documentation, "Stack settings", Note on hook order.
 */
export const OUTERMOST_PREFIX = "ZZZZZ-";

/** The name that makes a context the outermost of those that are attached by label. */
export function outermostName(name: string): string {
  return name.startsWith(OUTERMOST_PREFIX) ? name : `${OUTERMOST_PREFIX}${name}`;
}
