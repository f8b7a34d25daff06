// SPDX-License-Identifier: Apache-2.0
import { OPTIONS, type OutputFormat } from "../../../contract/options.js";
import { Failure } from "../failure.js";
import type { Tree } from "./arguments.js";

/** Fails with the first problem, if there is one. Null stands for a rule that is kept. */
export function refuse(problems: Iterable<string | null>): void {
  for (const problem of problems) if (problem !== null) throw new Failure(problem);
}

const OUTPUTS: Readonly<
  Record<OutputFormat, { readonly column: "hcl" | "configYml" | "plugin"; readonly title: string }>
> = {
  hcl: { column: "hcl", title: "a Terraform module" },
  "config-yml": { column: "configYml", title: ".spacelift/config.yml" },
  plugin: { column: "plugin", title: "a plugin's manifest" },
};

/** What is wrong with options because the output has no place for them. */
export function* placeProblems(format: OutputFormat, options: Tree): Generator<string | null> {
  const { column, title } = OUTPUTS[format];
  for (const option of OPTIONS) {
    if (option[column] === "" && isGiven(options, option.name.split("."))) {
      yield `${option.name} must not be given: there is no place for it in ${title}`;
    }
  }
}

function isGiven(value: unknown, [name, ...rest]: readonly string[]): boolean {
  if (name === undefined) return value !== undefined;
  return typeof value === "object" && value !== null && isGiven((value as Tree)[name], rest);
}
