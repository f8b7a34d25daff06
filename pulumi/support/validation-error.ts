// SPDX-License-Identifier: Apache-2.0
import * as pulumi from "@pulumi/pulumi";
import { type Problem, problemLine } from "../../contract/index.js";

/**
 * A component was given something that it cannot work with. The message has one line for each problem, with the
 * component's class and name, the argument, what it must be, and the value unless it may be a secret:
 * `TailnetContext 'tailnet': name must not be empty, but "" was given`.
 *
 * Pulumi prints only the message, without a stack.
 */
export class ValidationError extends pulumi.RunError {
  /** The problems, without class and name: one sentence each, without a full stop. */
  public readonly problems: string[];

  constructor(component: string, name: string, problems: readonly Problem[]) {
    const lines = problems.map(problemLine);
    super(lines.map((line) => `${component} '${name}': ${line}`).join("\n"));
    this.name = "ValidationError";
    this.problems = lines;
  }
}
