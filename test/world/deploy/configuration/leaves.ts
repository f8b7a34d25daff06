// SPDX-License-Identifier: Apache-2.0

import { type Reference, referencesIn, type Value } from "../template.js";
import type { Configuration, VariableBlock } from "./blocks.js";

/** What a value comes from in the end: a variable, or an attribute of a resource or data source. */
export type Leaf =
  | { readonly kind: "variable"; readonly name: string; readonly block: VariableBlock }
  | { readonly kind: "attribute"; readonly address: string; readonly attribute: string };

/**
 * Everything a value comes from. Variables of modules stand for themselves and for what they are given; local values
 * and outputs of modules for what is in them. What is not declared is left to whoever looks it up.
 *
 * @param scope the module that the value stands in, as blocks have it
 * @throws when a value comes from itself
 */
export function leavesOf(configuration: Configuration, scope: string, value: Value): readonly Leaf[] {
  return follow(configuration, scope, value, []);
}

function follow(root: Configuration, scope: string, value: Value, path: readonly string[]): readonly Leaf[] {
  return referencesIn(value).flatMap((reference) => {
    const name = `${scope}${reference.of}.${reference.attribute}`;
    if (path.includes(name)) throw new Error(`${name} depends on itself`);
    return behind(root, scope, reference, name, [...path, name]);
  });
}

function behind(
  root: Configuration,
  scope: string,
  { of, attribute }: Reference,
  name: string,
  path: readonly string[],
): readonly Leaf[] {
  const call = root.modules.get(scope.slice(0, -1));
  const own = scope === "" ? root : call?.configuration;
  if (of === "var") {
    const block = own?.variables.get(attribute);
    if (block === undefined) return [];
    const given = call?.arguments[attribute];
    const leaf: Leaf = { kind: "variable", name, block };
    return given === undefined ? [leaf] : [leaf, ...follow(root, "", given, path)];
  }
  if (of === "local") return follow(root, scope, own?.locals[attribute] ?? null, path);
  if (of.startsWith("module.")) {
    const called = root.modules.get(of)?.configuration;
    return follow(root, `${of}.`, called?.outputs.get(attribute)?.value ?? null, path);
  }
  return [{ kind: "attribute", address: scope + of, attribute }];
}
