// SPDX-License-Identifier: Apache-2.0
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { HOOK_NAMES, type Hooks, hooksIn } from "../hooks.js";
import { Yaml } from "../yaml.js";

/** What a project says of its runs; what it does not say stays as the stack has it. */
export interface RuntimeConfig {
  /** Hook lists that stand in place of the stack's. */
  readonly hooks?: Partial<Hooks>;
  /** Variables that win over those of the stack and of contexts. None of them is secret. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly runnerImage?: string;
}

/** Where a project has it, from the top of its repository. */
const FILE = ".spacelift/config.yml";

/** What the project in a folder says of the runs of a stack; nothing without the file. */
export function projectConfig(folder: string, stackId: string): RuntimeConfig {
  const file = join(folder, FILE);
  return existsSync(file) ? readRuntimeConfig(readFileSync(file, "utf8"), stackId) : {};
}

/**
 * Reads `.spacelift/config.yml`: what is below `stack_defaults`, and below the stack's own entry in `stacks`, which
 * goes before that. Lists and maps replace, they do not merge. Source: Spacelift documentation, "Runtime YAML
 * reference".
 *
 * @throws on everything else that Spacelift knows, in entries of other stacks too, so that nothing is left out
 * silently.
 */
export function readRuntimeConfig(text: string, stackId: string): RuntimeConfig {
  const { version, stack_defaults, stacks } = Yaml.parse(FILE, text).members(["version", "stack_defaults", "stacks"]);
  // In version 1 the stack's own settings go before the defaults of the file.
  if (!version.isMissing && !version.isNumber(2) && version.text() !== "2") throw version.problem("must be 2");
  const defaults = settings(stack_defaults);
  const own = new Map(stacks.entries().map(([id, entry]) => [id, settings(entry)])).get(stackId) ?? {};
  const hooks = { ...defaults.hooks, ...own.hooks };
  return { ...defaults, ...own, ...(Object.keys(hooks).length === 0 ? {} : { hooks }) };
}

function settings(entry: Yaml): RuntimeConfig {
  const { environment, runner_image, ...lists } = entry.members(["environment", "runner_image", ...HOOK_NAMES.keys()]);
  const hooks = hooksIn(lists);
  return {
    ...(Object.keys(hooks).length === 0 ? {} : { hooks }),
    ...(environment?.isMissing === false ? { environment: variables(environment) } : {}),
    ...(runner_image?.isMissing === false ? { runnerImage: runner_image.someText() } : {}),
  };
}

function variables(map: Yaml): Readonly<Record<string, string>> {
  return Object.fromEntries(
    map.entries().map(([name, value]) => {
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw value.problem("is no name of a variable");
      if (/[\r\n]/.test(value.text())) throw value.problem("holds a newline, which is not supported");
      return [name, value.text()];
    }),
  );
}
