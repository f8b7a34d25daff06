// SPDX-License-Identifier: Apache-2.0
// What Spacelift makes of a blueprint.
import { parse } from "yaml";
import type { Inputs } from "./readings.js";

/** What people type into the form. */
export const ANSWERS: Inputs = {
  stack_name: "web",
  space: "root",
  repository: "infrastructure",
  branch: "main",
  context_id: "tailnet-x1",
  runner_image: "registry.test/runner:1",
};

/** A stack as a blueprint describes it, with the answers of the form. */
export interface BlueprintStack {
  readonly name: string;
  readonly space: string;
  readonly labels?: readonly string[];
  readonly runner_image: string;
  readonly attachments?: { readonly contexts: readonly { readonly id: string }[] };
  readonly environment?: {
    readonly variables?: readonly { readonly name: string; readonly value: string; readonly secret: boolean }[];
    readonly mounted_files?: readonly { readonly path: string; readonly content: string; readonly secret: boolean }[];
  };
  readonly vcs: Inputs;
  readonly vendor: object;
}

/** The stack that the answers of the form make. @throws if the form does not ask for what the stack needs */
export function stackOf(blueprint: string, answers: Inputs): BlueprintStack {
  const { inputs } = parse(blueprint) as { readonly inputs: readonly { readonly id: string }[] };
  const asked = Object.fromEntries(inputs.map(({ id }) => [id, answers[id]]));
  return parse(filledIn(blueprint, asked)).stack;
}

/**
 * The text of a blueprint after its expressions were evaluated, which happens before it is read as YAML. As in
 * scanner.go of spacelift-io/celplate at v0.5.2, comments are left alone, nothing can be escaped, and a character after
 * a dollar sign is cut to one byte, which is the text's end here.
 */
export function filledIn(blueprint: string, answers: Readonly<Record<string, string | undefined>>): string {
  const lines = blueprint.split("\n").map((line) => (line.trim().startsWith("#") ? line : filledLine(line, answers)));
  return lines.join("\n");
}

function filledLine(line: string, answers: Readonly<Record<string, string | undefined>>): string {
  let out = "";
  let rest = line;
  while (rest !== "") {
    const [, expression] = /^\$\{\{([^}]*)\}\}/.exec(rest) ?? [];
    // A dollar sign takes along what follows it, be that the beginning of an expression.
    const [piece = ""] = /^(\$\{?.|\$$|.)/su.exec(rest) ?? [];
    if (expression === undefined && /^\$\{\{/.test(rest)) throw new Error(`an expression has no end in ${line}`);
    if (expression === undefined && /^\$[^\0-\x7f]|^\$\{[^\0-\x7f]/.test(rest))
      throw new Error(`a character is lost in ${line}`);
    out += expression === undefined ? piece : evaluated(expression.trim(), answers);
    rest = rest.slice(expression === undefined ? piece.length : expression.length + BRACES.length);
  }
  return out;
}

/** What an expression is between. */
const BRACES = "$" + "{{}}";

/** Knows the two expressions that blueprints have. @throws on any other */
function evaluated(expression: string, answers: Readonly<Record<string, string | undefined>>): string {
  if (expression === "'$'") return "$";
  const [, id = ""] = /^inputs\.(\w+)\.replace\("\\x27", "\\x27\\x27"\)$/.exec(expression) ?? [];
  const answer = answers[id];
  if (answer === undefined) throw new Error(`nothing is known of ${expression}`);
  return answer.replaceAll("'", "''");
}
