// SPDX-License-Identifier: Apache-2.0
import type { IConstruct } from "constructs";
import { type Problem, problemLine } from "../../contract/index.js";

/** jsii refuses exported classes that extend Error itself, even those that are marked as internal. */
abstract class TailnetError extends Error {}

/**
 * A construct was given something that it cannot work with. The message has one line for each problem, with the
 * construct's class and path, the option, what it must be, and the value unless it may be a secret:
 * `TailnetContext 'app/tailnet': name must not be empty, but "" was given`.
 *
 * @internal to jsii, whose other languages have errors of their own
 */
export class ValidationError extends TailnetError {
  /** Path of the construct in the tree, such as `app/tailnet`. */
  public readonly path: string;

  /** The problems, without class and path: one sentence each, without a full stop. */
  public readonly problems: string[];

  /** @param className as it is exported: a bundler may have renamed the class itself */
  constructor(className: string, construct: IConstruct, problems: readonly Problem[]) {
    const lines = problems.map(problemLine);
    super(lines.map((line) => `${className} '${construct.node.path}': ${line}`).join("\n"));
    this.name = "ValidationError";
    this.path = construct.node.path;
    this.problems = lines;
  }
}
