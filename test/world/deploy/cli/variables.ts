// SPDX-License-Identifier: Apache-2.0
import { DeployError, reasonOf } from "../errors.js";
import { evaluateExpression } from "../expression/evaluate.js";
import { Parser } from "../expression/parser.js";
import type { Value } from "../template.js";

/**
 * Values for the variables of a configuration from `TF_VAR_name`. For lists, sets and maps they are expressions, for
 * other types text. Source: Terraform's documentation, "Input Variables", Complex-typed Values.
 *
 * @param declared the `variable` section
 * @throws {@link DeployError} when an expression cannot be read, or refers to something
 */
export function variablesFrom(
  environment: Readonly<Record<string, string | undefined>>,
  declared: object,
): Readonly<Record<string, Value>> {
  const given = Object.entries(declared).flatMap(([name, block]) => {
    const text = environment[`TF_VAR_${name}`];
    return text === undefined ? [] : [[name, read(name, text, String((block as { type?: unknown }).type))] as const];
  });
  return Object.fromEntries(given);
}

function read(name: string, text: string, type: string): Value {
  if (!/^(list|set|map|object|tuple)\(/.test(type)) return text;
  try {
    return evaluateExpression(new Parser(text).expression(), ({ of, attribute }) => {
      throw new Error(`it cannot refer to ${of}.${attribute}`);
    });
  } catch (error) {
    throw new DeployError(`variable.${name}`, `TF_VAR_${name} is no value: ${reasonOf(error)}`, { cause: error });
  }
}
