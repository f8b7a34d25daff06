// SPDX-License-Identifier: Apache-2.0
import type { IConstruct } from "constructs";
import { nameProblems } from "../../contract/context/environment-problems.js";
import { brokenSecret } from "../../contract/context/rules.js";
import { type ContextVariable, contextVariables } from "../../contract/context/variables.js";
import { joined } from "../support/literal.js";
import { oneLine, required, secretText } from "../support/rules.js";
import { readableProblem } from "../support/secrets.js";
import type { TailnetContextProps } from "./tailnet-context-props.js";

/** Variables by name, as users give them. */
type Variables = Readonly<Record<string, string>>;

/** All variables of a context. */
export function variablesOf(props: TailnetContextProps): ContextVariable<string>[] {
  return contextVariables(TEXTS, props);
}

const TEXTS = { joined, prefixed: (prefix: string, value: string | boolean) => `${prefix}${value}` };

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
