// SPDX-License-Identifier: Apache-2.0
import { block, Expression } from "./hcl.js";
import { inputsOf } from "./inputs.js";
import type { ContextModel } from "./model.js";

/** What the module is, how it is called, and what to do with stacks, in Markdown. */
export function moduleReadme(model: ContextModel): string {
  const inputs = inputsOf(model);
  const call = block("module", ["tailnet"], {
    source: "./tailnet",
    ...Object.fromEntries(inputs.map(({ id }) => [id, new Expression(`var.${id}`)])),
  });
  const providers = model.login === undefined ? "the Spacelift provider" : "the Spacelift and Tailscale providers";
  return [
    "# Tailnet",
    "",
    "A Spacelift context that puts the runs of stacks on a Tailscale tailnet, phase by phase.",
    "",
    "```hcl",
    call.trimEnd(),
    "```",
    "",
    `It uses ${providers} of the configuration that calls it.`,
    "",
    "| variable | needed | meaning |",
    "| --- | --- | --- |",
    ...inputs.map(({ id, secret, doc }) => `| \`${id}\` | yes | ${doc}${secret ? "; a secret" : ""}. |`),
    "| `name` | no | Name of the context, unique in the account. |",
    ...(model.stackLabel === undefined
      ? []
      : ["| `stack_label` | no | The label that a stack carries to get the context. |"]),
    "| `space_id` | no | Id of the space that the context lives in. |",
    "| `labels` | no | More labels of the context. |",
    "",
    "| output | meaning |",
    "| --- | --- |",
    "| `context_id` | Id of the context. |",
    ...(model.stackLabel === undefined
      ? []
      : ["| `stack_label` | The label that a stack must carry to be on the tailnet. |"]),
    ...(model.runnerImage === undefined ? [] : ["| `runner_image` | The runner image that stacks are to use. |"]),
    ...(model.login === undefined
      ? []
      : ["| `policy` | What the tailnet's policy must say about the tags, as JSON. |"]),
    "",
    ...stackAdvice(model),
    "",
  ].join("\n");
}

function stackAdvice({ stackLabel, runnerImage }: ContextModel): string[] {
  const label =
    stackLabel === undefined
      ? "Every stack that the context reaches gets it."
      : "Give stacks the label of `stack_label`.";
  const image = runnerImage === undefined ? "a runner image that has spacetail" : "the runner image of `runner_image`";
  return [`${label} They need ${image}: Spacelift takes it from the stack.`];
}
