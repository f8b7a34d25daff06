// SPDX-License-Identifier: Apache-2.0

/**
 * What the identity for applying trusts, where it is not that of all other phases: of the same runs those of stacks
 * whose token may write. Where modules are trusted it is theirs: tests of their pull requests have tokens that may
 * write too.
 */
export function applyTrust<T extends { readonly module?: unknown }>(trust: T) {
  const stacks = trust.module === undefined ? { stack: "*" } : {};
  return { ...stacks, ...trust, scope: "write", description: "Spacelift applies" };
}
