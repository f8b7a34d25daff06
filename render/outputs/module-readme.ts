// SPDX-License-Identifier: Apache-2.0

import { inputsOf } from "../context/inputs.js";
import type { ContextModel } from "../context/model.js";
import { block, Expression, type Hcl, hclText } from "./hcl.js";
import { codeBlock, codeCell, plainText } from "./markdown.js";
import { variablesOf } from "./module-variables.js";

/** What the module is, how it is called, and what to do with stacks, in Markdown. */
export function moduleReadme(model: ContextModel): string {
  const providers = model.login === undefined ? "the Spacelift provider" : "the Spacelift and Tailscale providers";
  return [
    "# Tailnet",
    "",
    "A Spacelift context that puts the runs of stacks on a Tailscale tailnet, phase by phase.",
    "",
    codeBlock("hcl", call(model)),
    "",
    `It uses ${providers} of the configuration that calls it.`,
    "",
    "| variable | needed | type | default | meaning |",
    "| --- | --- | --- | --- | --- |",
    ...variablesOf(model).map(({ name, type, description, fallback, isSecret }) => {
      const needed = fallback === undefined ? "yes" : "no";
      return `| \`${name}\` | ${needed} | ${type} | ${cell(fallback)} | ${plainText(description)}${isSecret ? " A secret." : ""} |`;
    }),
    "",
    "| output | meaning |",
    "| --- | --- |",
    "| `context_id` | Id of the context. |",
    ...(model.isForAll ? [] : ["| `stack_label` | The label that a stack must carry to be on the tailnet. |"]),
    ...(model.runnerImage === undefined ? [] : ["| `runner_image` | The runner image that stacks are to use. |"]),
    ...(model.login === undefined
      ? []
      : ["| `policy` | What the tailnet's policy must say about the tags, as JSON. |"]),
    "",
    ...stackAdvice(model),
    "",
  ].join("\n");
}

/** How the module is called, with the variables of the caller for what has to be given. */
function call(model: ContextModel): string {
  const inputs = inputsOf(model);
  const declared = inputs.map(({ id, secret }) =>
    block("variable", [id], {
      type: new Expression("string"),
      sensitive: secret ? true : undefined,
      ephemeral: secret && model.writeOnlyVersion !== undefined ? true : undefined,
    }),
  );
  const module = block("module", ["tailnet"], {
    source: "./tailnet",
    ...Object.fromEntries(inputs.map(({ id }) => [id, new Expression(`var.${id}`)])),
  });
  return [...declared, module].join("\n").trimEnd();
}

/** A value in a table. */
function cell(value: Hcl | undefined): string {
  return value === undefined ? "" : codeCell(hclText(value));
}

function stackAdvice({ isForAll, runnerImage }: ContextModel): string[] {
  const label = isForAll ? "Every stack that the context reaches gets it." : "Give stacks the label of `stack_label`.";
  const image = runnerImage === undefined ? "a runner image that has spacetail" : "the runner image of `runner_image`";
  return [`${label} They need ${image}: Spacelift takes it from the stack.`];
}
