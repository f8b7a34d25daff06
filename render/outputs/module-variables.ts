// SPDX-License-Identifier: Apache-2.0

import { inputsOf } from "../context/inputs.js";
import type { ContextModel } from "../context/model.js";
import type { Input } from "../context/texts.js";
import { block, Expression, type Hcl } from "./hcl.js";
import { hasLabelVariable } from "./module-outputs.js";
import { type Condition, inputConditions } from "./module-secrets.js";

/** A variable of the module. */
interface ModuleVariable {
  readonly name: string;
  /** In Terraform's words. */
  readonly type: string;
  readonly description: string;
  /** Undefined for a variable that must be given. */
  readonly fallback: Hcl | undefined;
  readonly isSecret: boolean;
  readonly isEphemeral: boolean;
  /** What must be true of it; of a secret, its resource says that. */
  readonly rules: readonly Condition[];
}

const NULL = new Expression("null");

/** The text of variables.tf. Conditions say what the contract's rules say of the same values. */
export function moduleVariables(model: ContextModel): string {
  return variablesOf(model)
    .map(({ name, type, description, fallback, isSecret, isEphemeral, rules }) =>
      block(
        "variable",
        [name],
        {
          type: new Expression(type),
          description,
          default: fallback,
          sensitive: isSecret ? true : undefined,
          ephemeral: isEphemeral ? true : undefined,
          nullable: fallback === NULL ? undefined : false,
        },
        rules.map(([condition, error_message]) =>
          block("validation", [], { condition: new Expression(condition), error_message }),
        ),
      ),
    )
    .join("\n");
}

/** The variables of the module, in the order in which it has them. */
export function variablesOf(model: ContextModel): ModuleVariable[] {
  const { name, stackLabel, spaceId, labels, writeOnlyVersion } = model;
  const isLabel = (label: string) =>
    `can(regex("^[^*]+$", ${label})) && trimspace(${label}) == ${label} && !startswith(${label}, "autoattach:")`;
  const plain = { type: "string", isSecret: false, isEphemeral: false };
  const all: ModuleVariable[] = [
    {
      ...plain,
      name: "name",
      description: "Name of the context, unique in the account.",
      fallback: name,
      rules: [['trimspace(var.name) != ""', "name must not be empty."]],
    },
  ];
  if (hasLabelVariable(model)) {
    all.push({
      ...plain,
      name: "stack_label",
      description: `The label that a stack carries to get the context${stackLabel === undefined ? "; null for the one that is derived from the name" : ""}.`,
      fallback: stackLabel ?? NULL,
      rules: [
        [
          `var.stack_label == null ? true : ${isLabel("var.stack_label")}`,
          "stack_label must be a plain label, without * and the autoattach: prefix.",
        ],
      ],
    });
  }
  all.push(
    {
      ...plain,
      name: "space_id",
      description: "ID of the space that the context is in; null for the space of the provider's credentials.",
      fallback: spaceId ?? NULL,
      rules: [['var.space_id == null ? true : trimspace(var.space_id) != ""', "space_id must not be empty."]],
    },
    {
      ...plain,
      name: "labels",
      type: "list(string)",
      description: "More labels of the context.",
      fallback: labels,
      rules: [
        [
          `alltrue([for label in var.labels : ${isLabel("label")}])`,
          "labels must be plain labels, without * and the autoattach: prefix.",
        ],
      ],
    },
  );
  if (writeOnlyVersion !== undefined) {
    all.push({
      ...plain,
      name: "write_only_version",
      description: "Version of the secrets: when it changes, they are sent again.",
      fallback: writeOnlyVersion,
      rules: [['trimspace(var.write_only_version) != ""', "write_only_version must not be empty."]],
    });
  }
  return [...all, ...inputsOf(model).map((input) => inputVariable(input, writeOnlyVersion !== undefined))];
}

function inputVariable(input: Input, isWriteOnly: boolean): ModuleVariable {
  const { id, secret, doc } = input;
  return {
    name: id,
    type: "string",
    description: `${doc}.`,
    fallback: undefined,
    isSecret: secret,
    isEphemeral: secret && isWriteOnly,
    rules: secret ? [] : inputConditions(input),
  };
}
