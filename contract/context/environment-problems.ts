// SPDX-License-Identifier: Apache-2.0
import { findVariable } from "../wire/environment.js";
import { broken, brokenSecret, type Given, oneLine, readable, required, secretText } from "./rules.js";

/** Variables by name, as users give them. */
export type VariableValues = Readonly<Record<string, Given<string>>>;

/** What is wrong with the user's readable variables; null for each rule that is kept. */
export function* environmentProblems(environment: VariableValues): Generator<string | null> {
  for (const [name, value] of Object.entries(environment)) {
    yield* nameProblems("environment", name);
    // Text of several lines is often a key that was meant for a file, so it is not shown.
    yield brokenSecret(`environment.${name}`, required(oneLine)(value));
    const secret = readable(value);
    if (secret !== null) yield `environment.${name} ${secret}, so use secretEnvironment or auth`;
  }
}

/** What is wrong with the user's secret variables, never showing their values; null for each rule that is kept. */
export function* secretEnvironmentProblems(
  secrets: VariableValues,
  environment: VariableValues,
): Generator<string | null> {
  for (const [name, value] of Object.entries(secrets)) {
    yield* nameProblems("secretEnvironment", name);
    if (Object.keys(environment).includes(name))
      yield `secretEnvironment must not hold ${name}: environment has it too`;
    yield brokenSecret(`secretEnvironment.${name}`, required(secretText)(value));
  }
}

/** What is wrong with the name of a variable that the user chose; null for each rule that is kept. */
export function nameProblems(property: string, name: string): (string | null)[] {
  return [broken(property, nameRule(name), withoutValue(name)), ownershipProblem(property, name)];
}

/** Whoever writes NAME=VALUE where a name belongs may mean a secret. */
function withoutValue(name: string): string {
  const equals = name.indexOf("=");
  return equals < 0 ? name : `${name.slice(0, equals)}=...`;
}

function nameRule(name: string): string | null {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    return "must have names of letters, digits and underscores that do not begin with a digit";
  }
  // Children of the construct are called like their variables, and this name belongs to the context.
  return name === "Resource" || name === "__proto__" ? `must not hold a variable named ${name}` : null;
}

/** What the executable reads has a property of its own, also when only some phases are to see it. */
function ownershipProblem(property: string, name: string): string | null {
  const variable = findVariable(/^[rw]o_/.test(name) ? name.slice(3) : name);
  return variable === undefined ? null : `${property} must not hold ${name}: use ${variable.option}`;
}
