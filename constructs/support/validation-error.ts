// SPDX-License-Identifier: Apache-2.0
import type { IConstruct } from "constructs";
import { withoutTailscaleSecrets } from "../../contract/context/secrets.js";

/**
 * A construct was given something it cannot work with. The message names the construct's class and path, the property,
 * the rule and the value, which is left out where it may be a secret:
 * `TailnetContext 'app/tailnet': name must not be empty, but "" was given`.
 */
export class ValidationError extends Error {
  /** Path of the construct in the tree, such as `app/tailnet`. */
  public readonly path: string;

  constructor(construct: IConstruct, problem: string) {
    // Whatever the property: a secret may have been put where it does not belong.
    super(withoutTailscaleSecrets(`${construct.constructor.name} '${construct.node.path}': ${problem}`));
    this.name = "ValidationError";
    this.path = construct.node.path;
  }
}

/**
 * Refuses the first problem there is; later ones are not even looked for.
 *
 * @param problems sentences without a full stop, as {@link broken} makes them; null for a rule that is kept
 * @throws ValidationError
 */
export function refuse(construct: IConstruct, problems: Iterable<string | null>): void {
  const problem = first(problems);
  if (problem !== null) throw new ValidationError(construct, problem);
}

/** The first problem there is, or null. */
export function first(problems: Iterable<string | null>): string | null {
  for (const problem of problems) if (problem !== null) return problem;
  return null;
}
