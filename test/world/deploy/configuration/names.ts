// SPDX-License-Identifier: Apache-2.0

import { DeployError, reasonOf } from "../errors.js";
import { type Attributes, convert } from "../provider-schema.js";
import { evaluate, type LookUp, UNKNOWN, type Value } from "../template.js";
import type { Configuration, VariableBlock } from "./blocks.js";

/** A look-up for every module: by an empty text for the root module, else by `module.<name>.` */
export type LookUps = (scope: string) => LookUp;

/**
 * Looks references up in variables, local values, outputs of modules, and in the states of resources and data. The
 * look-up throws what Terraform would.
 *
 * @param given values for the variables of the root module
 * @param states by address
 */
export function lookUpIn(
  configuration: Configuration,
  given: Readonly<Record<string, Value>>,
  states: ReadonlyMap<string, Attributes>,
): LookUps {
  const lookUps: LookUps =
    (scope) =>
    ({ of, attribute }) => {
      const call = configuration.modules.get(scope.slice(0, -1));
      const own = scope === "" ? configuration : call?.configuration;
      const absent = () => new Error(`refers to ${of}.${attribute}, which is not declared`);
      if (of === "var") {
        const block = own?.variables.get(attribute);
        if (block === undefined) throw absent();
        const values = call === undefined ? given : call.arguments;
        return about(`${scope}variable.${attribute}`, () =>
          settle(attribute, block, values, (value) => (call === undefined ? value : evaluate(value, lookUps("")))),
        );
      }
      if (of === "local") {
        const value = own?.locals[attribute];
        if (value === undefined) throw absent();
        return evaluate(value, lookUps(scope));
      }
      if (of.startsWith("module.")) {
        const output = scope === "" ? configuration.modules.get(of)?.configuration.outputs.get(attribute) : undefined;
        if (output === undefined) throw absent();
        return evaluate(output.value, lookUps(`${of}.`));
      }
      const state = states.get(scope + of);
      if (state === undefined) throw new Error(`refers to ${of}, which is not declared`);
      const value = state[attribute];
      if (value === undefined) throw new Error(`refers to ${of}.${attribute}, but ${of} has no such attribute`);
      return value;
    };
  return lookUps;
}

/**
 * Checks the values of all variables, as far as they are known.
 *
 * @throws {@link DeployError} when a value is missing, given for nothing, of another type, or fails a validation.
 */
export function checkVariables(
  configuration: Configuration,
  given: Readonly<Record<string, Value>>,
  lookUps: LookUps,
): void {
  for (const name of Object.keys(given)) {
    if (!configuration.variables.has(name)) {
      throw new DeployError(`variable.${name}`, "a value was given, but it is not declared");
    }
  }
  const modules = [...configuration.modules].map(([name, call]) => [`${name}.`, call.configuration] as const);
  for (const [scope, { variables }] of [["", configuration] as const, ...modules]) {
    for (const [name, { validations }] of variables) {
      about(`${scope}variable.${name}`, () => {
        const lookUp = lookUps(scope);
        lookUp({ of: "var", attribute: name });
        for (const { condition, message } of validations) {
          const met = evaluate(condition, lookUp);
          if (met !== UNKNOWN && met !== true) throw new Error(String(evaluate(message, lookUp)));
        }
      });
    }
  }
}

/** Runs a step; what it throws gets the address of the variable that it is about. */
function about<T>(address: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    throw error instanceof DeployError ? error : new DeployError(address, reasonOf(error), { cause: error });
  }
}

function settle(
  name: string,
  { type, nullable, default: standard }: VariableBlock,
  given: Readonly<Record<string, Value>>,
  known: (value: Value) => Value,
): Value {
  const value = given[name] === undefined ? undefined : known(given[name]);
  const isDefault = value === undefined || (value === null && !nullable);
  return convertVariable(name, type, isDefault ? evaluateDefault(standard) : value);
}

function evaluateDefault(standard: Value | undefined): Value {
  if (standard === undefined) throw new Error("has no default, and no value was given");
  return evaluate(standard, ({ of, attribute }) => {
    throw new Error(`a default cannot refer to ${of}.${attribute}`);
  });
}

function convertVariable(name: string, type: string, value: Value): Value {
  if (type === "any") return value;
  const [, collection, element] = /^(list|set|map)\((string|number|bool)\)$/.exec(type) ?? [];
  return convert(name, collection === undefined || element === undefined ? type : [collection, element], value);
}
