// SPDX-License-Identifier: Apache-2.0

import { inputsOf } from "../context/inputs.js";
import type { ContextModel } from "../context/model.js";
import { block, Expression, type Hcl, hclText } from "./hcl.js";
import { codeBlock, codeCell, plainText } from "./markdown.js";
import { outputsOf } from "./module-outputs.js";
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
    "| variable | required | type | default | meaning |",
    "| --- | --- | --- | --- | --- |",
    ...variablesOf(model).map(({ name, type, description, fallback, isSecret }) => {
      const needed = fallback === undefined ? "yes" : "no";
      return `| \`${name}\` | ${needed} | ${type} | ${cell(fallback)} | ${plainText(description)}${isSecret ? " A secret." : ""} |`;
    }),
    "",
    "| output | meaning |",
    "| --- | --- |",
    ...outputsOf(model).map(({ name, description }) => `| \`${name}\` | ${description} |`),
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

function stackAdvice(model: ContextModel): string[] {
  const { runnerImage, isExternal } = model;
  const image =
    runnerImage === undefined ? "a runner image that includes spacetail" : "the runner image of `runner_image`";
  const needed = `They also need ${image}; the runner image is a stack setting.`;
  const advice = [model.needsImage ? `${labelAdvice(model)} ${needed}` : labelAdvice(model)];
  if (!isExternal) return advice;
  return [
    ...advice,
    "",
    "The context sets no credentials. Set those of a login on each stack or in another context: `TS_CLIENT_ID` of a federated",
    "identity, the secret `TS_OAUTH_CLIENT_SECRET` of an OAuth client, or the secret `TS_AUTHKEY`.",
  ];
}

/** How stacks get the context. */
function labelAdvice({ isForAll, stackLabels, attachments }: ContextModel): string {
  if (isForAll) return "All stacks that the context reaches get it.";
  if (stackLabels === undefined) return "Give stacks the label of `stack_label`.";
  if (stackLabels.length > 0) return "Give stacks one of the labels of `stack_labels`.";
  return attachments.length > 0
    ? "Stacks get the context by `spacelift_context_attachment`."
    : "Attach the context to stacks by `context_id`.";
}
