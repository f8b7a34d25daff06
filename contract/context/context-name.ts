// SPDX-License-Identifier: Apache-2.0

/**
 * What the names of contexts begin with that are to be around all others which are attached by label. Spacelift's
 * documentation says that the before hooks of such contexts run in reverse alphabetical order, and the after hooks in
 * alphabetical order, so the last one by name is outermost. It does not say whether letter case counts; Spacelift's own
 * plugins begin with `ZZZZZ-`. In lower case the prefix is last by either order. Whether it is can be seen in the log
 * of a run: there the hooks of an outermost context come first.
 *
 * Source: Spacelift's documentation, "Stack settings", Note on hook order.
 */
export const OUTERMOST_PREFIX = "zzzzz-";

/** The name that makes a context the outermost of those that are attached by label. */
export function outermostName(name: string): string {
  return name.startsWith(OUTERMOST_PREFIX) ? name : `${OUTERMOST_PREFIX}${name}`;
}
