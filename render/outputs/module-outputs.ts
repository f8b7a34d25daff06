// SPDX-License-Identifier: Apache-2.0
import { policyFragment } from "../../contract/login/policy.js";
import type { ContextModel, LoginModel } from "../context/model.js";
import { block, call, Expression, type Hcl } from "./hcl.js";

/** An output of the module. */
interface ModuleOutput {
  readonly name: string;
  readonly description: string;
  readonly value: Hcl;
}

/** The text of outputs.tf. */
export function moduleOutputs(model: ContextModel): string {
  return outputsOf(model)
    .map(({ name, description, value }) => block("output", [name], { description, value }))
    .join("\n");
}

/** The outputs of the module, in the order in which it has them. */
export function outputsOf(model: ContextModel): ModuleOutput[] {
  const { runnerImage, login } = model;
  return [
    {
      name: "context_id",
      description: "ID of the context.",
      value: new Expression("spacelift_context.tailnet.id"),
    },
    ...labelOutputs(model),
    ...(runnerImage === undefined
      ? []
      : [{ name: "runner_image", description: "The runner image that stacks should use.", value: runnerImage }]),
    ...(login === undefined ? [] : [policyOutput(login)]),
  ];
}

function labelOutputs(model: ContextModel): ModuleOutput[] {
  if (hasLabelVariable(model)) {
    const description = "The label that puts a stack on the tailnet.";
    return [{ name: "stack_label", description, value: new Expression("local.stack_label") }];
  }
  const { stackLabels = [] } = model;
  const description = "Labels, any of which puts a stack on the tailnet.";
  return stackLabels.length === 0 ? [] : [{ name: "stack_labels", description, value: stackLabels }];
}

/** True if one label attaches the context, which then is a variable of the module. */
export function hasLabelVariable({ isForAll, stackLabels }: ContextModel): boolean {
  return !isForAll && stackLabels === undefined;
}

function policyOutput({ tags, grants }: LoginModel): ModuleOutput {
  const policy = policyFragment(tags, ["autogroup:admin"], grants);
  return {
    name: "policy",
    description: "Tag owners and grants for the tailnet policy, as JSON.",
    value: call("jsonencode", {
      tagOwners: policy.tagOwners,
      grants: policy.grants.map((grant) => ({ ...grant })),
    }),
  };
}
