// SPDX-License-Identifier: Apache-2.0
import type { IConstruct } from "constructs";
import { nameProblems } from "../../contract/context/environment-problems.js";
import { brokenSecret } from "../../contract/context/rules.js";
import { oneLine, required, secretText } from "../support/rules.js";
import { readableProblem } from "../support/secrets.js";

/** An environment variable of the context. */
export interface ContextVariable {
  readonly name: string;
  readonly value: string;
  /** True if nobody may read it back. */
  readonly secret: boolean;
}

/** Variables by name, as users give them. */
export type Variables = Readonly<Record<string, string>>;

/** Variables as the user gave them. */
export function ownVariables(environment: Variables, secret: boolean): ContextVariable[] {
  return Object.entries(environment).map(([name, value]) => ({ name, value, secret }));
}

/** What is wrong with the user's readable variables; null for each rule that is kept. */
export function* environmentProblems(scope: IConstruct, environment: Variables): Generator<string | null> {
  for (const [name, value] of Object.entries(environment)) {
    yield* nameProblems("environment", name);
    // Text of several lines is often a key that was meant for a file, so it is not shown.
    yield brokenSecret(`environment.${name}`, required(oneLine)(value));
    const secret = readableProblem(scope, value);
    if (secret !== null) yield `environment.${name} ${secret}, so use secretEnvironment or auth`;
  }
}

/** What is wrong with the user's secret variables, never showing their values; null for each rule that is kept. */
export function* secretEnvironmentProblems(secrets: Variables, environment: Variables): Generator<string | null> {
  for (const [name, value] of Object.entries(secrets)) {
    yield* nameProblems("secretEnvironment", name);
    if (Object.keys(environment).includes(name))
      yield `secretEnvironment must not hold ${name}: environment has it too`;
    yield brokenSecret(`secretEnvironment.${name}`, required(secretText)(value));
  }
}
