// SPDX-License-Identifier: Apache-2.0
import type { ContextVariable } from "../../contract/context/variables.js";
import { AUTOATTACH_ALL, autoattachLabel } from "../../contract/wire/labels.js";
import type { AttachmentModel, ContextModel, FileModel, LoginModel } from "../context/model.js";
import { Input, Reference, resourceName, type Text } from "../context/texts.js";
import { block, Expression, type Hcl, type HclObject, quoted } from "./hcl.js";
import { hasLabelVariable, moduleOutputs } from "./module-outputs.js";
import { type Condition, inputConditions, preconditions } from "./module-secrets.js";
import { moduleVariables } from "./module-variables.js";
import { sharedHooks } from "./shared-hooks.js";

const WRITE_ONLY_VERSION = new Expression("var.write_only_version");

const CONTEXT_ID = new Expression("spacelift_context.tailnet.id");

/** The files of a Terraform module that makes the context, by name: what `terraform fmt` would leave alone. */
export function terraformFiles(model: ContextModel): Record<string, string> {
  return {
    "versions.tf": versions(model),
    "variables.tf": moduleVariables(model),
    "main.tf": main(model),
    "outputs.tf": moduleOutputs(model),
  };
}

function versions({ login, writeOnlyVersion }: ContextModel): string {
  const isWriteOnly = writeOnlyVersion !== undefined;
  const providers: HclObject = {
    spacelift: { source: "spacelift-io/spacelift", version: isWriteOnly ? ">= 1.44.0, < 2.0.0" : ">= 1.20.0, < 2.0.0" },
    tailscale: login === undefined ? undefined : { source: "tailscale/tailscale", version: ">= 0.29.0, < 1.0.0" },
  };
  const required = block("required_providers", [], providers);
  return block("terraform", [], { required_version: isWriteOnly ? ">= 1.11.0" : ">= 1.3.0" }, [required]);
}

function main(model: ContextModel): string {
  return [
    ...locals(model),
    ...(model.login === undefined ? [] : logins(model.login)),
    contextBlock(model),
    ...model.variables.map((variable) => variableBlock(variable, model.writeOnlyVersion)),
    ...model.files.map((file) => fileBlock(file, model.writeOnlyVersion)),
    ...model.attachments.map(attachmentBlock),
  ].join("\n");
}

function logins({ oauthClient, identities }: LoginModel): string[] {
  const client =
    oauthClient === undefined
      ? []
      : [block("resource", ["tailscale_oauth_client", "tailnet"], { ...oauthClient, scopes: ["auth_keys"] })];
  return [
    ...client,
    ...identities.map(({ name, customClaimRules, ...attributes }) =>
      block("resource", ["tailscale_federated_identity", name], {
        ...attributes,
        scopes: ["auth_keys"],
        custom_claim_rules: Object.keys(customClaimRules).length === 0 ? undefined : customClaimRules,
      }),
    ),
  ];
}

/** The label, and the hook lists that several phases have, once. */
function locals(model: ContextModel): string[] {
  // As labelFromName in contract/wire/labels.ts derives it.
  const ofName = 'trim(replace(lower(var.name), "/[^a-z0-9]+/", "-"), "-")';
  const orOfName = `var.stack_label == null ? ${ofName} : var.stack_label`;
  const all: HclObject = {
    stack_label: hasLabelVariable(model)
      ? new Expression(model.stackLabel === undefined ? orOfName : "var.stack_label")
      : undefined,
    ...Object.fromEntries(sharedHooks(model.hooks).map(({ name, commands }) => [name, commands])),
  };
  return Object.values(all).every((one) => one === undefined) ? [] : [block("locals", [], all)];
}

function hookLists({ hooks }: ContextModel): HclObject {
  const shared = sharedHooks(hooks);
  return Object.fromEntries(
    Object.entries(hooks).map(([list, commands]) => {
      const local = shared.find(({ lists }) => lists.includes(list));
      return [list, local === undefined ? commands : new Expression(`local.${local.name}`)];
    }),
  );
}

function contextBlock(model: ContextModel): string {
  const { description, namePrefix, stackLabel } = model;
  const attach = attachingLabels(model);
  const attributes = {
    name: new Expression(namePrefix === "" ? "var.name" : `"${namePrefix}\${var.name}"`),
    description,
    space_id: new Expression("var.space_id"),
    labels: new Expression(attach.length === 0 ? "var.labels" : `concat([${attach.join(", ")}], var.labels)`),
    ...hookLists(model),
  };
  // As labelRules in contract/context/context-rules.ts says it.
  const hasLabel: Condition = [
    'local.stack_label != ""',
    "name must contain a letter or digit, because the stack label is derived from it unless stack_label is given.",
  ];
  const derives = hasLabelVariable(model) && stackLabel === undefined;
  return block("resource", ["spacelift_context", "tailnet"], attributes, preconditions(derives ? [hasLabel] : []));
}

/** The labels that attach the context, as expressions. */
function attachingLabels(model: ContextModel): string[] {
  if (model.isForAll) return [quoted(AUTOATTACH_ALL)];
  if (model.stackLabels !== undefined) return model.stackLabels.map((label) => quoted(autoattachLabel(label)));
  return [`"${autoattachLabel(`\${local.stack_label}`)}"`];
}

function variableBlock({ name, value, secret }: ContextVariable<Text>, writeOnlyVersion: string | undefined): string {
  // The secret of a client that Terraform makes is in its state all the same, and with it what a change is seen by.
  const isWriteOnly = secret && writeOnlyVersion !== undefined && !(value instanceof Reference);
  const attributes = {
    context_id: CONTEXT_ID,
    name,
    value: isWriteOnly ? undefined : hclOf(value),
    value_wo: isWriteOnly ? hclOf(value) : undefined,
    value_wo_version: isWriteOnly ? WRITE_ONLY_VERSION : undefined,
    write_only: secret,
  };
  return block("resource", ["spacelift_environment_variable", name], attributes, conditionsOf(value));
}

function fileBlock({ path, content, secret }: FileModel, writeOnlyVersion: string | undefined): string {
  const isWriteOnly = secret && writeOnlyVersion !== undefined;
  const encoded =
    content instanceof Input
      ? new Expression(`base64encode(var.${content.id})`)
      : Buffer.from(content, "utf8").toString("base64");
  const attributes = {
    context_id: CONTEXT_ID,
    relative_path: path,
    content: isWriteOnly ? undefined : encoded,
    content_wo: isWriteOnly ? encoded : undefined,
    content_wo_version: isWriteOnly ? WRITE_ONLY_VERSION : undefined,
    write_only: secret,
  };
  return block("resource", ["spacelift_mounted_file", `file_${resourceName(path)}`], attributes, conditionsOf(content));
}

function conditionsOf(value: Text): string[] {
  return value instanceof Input && value.secret ? preconditions(inputConditions(value)) : [];
}

function attachmentBlock({ stackId, moduleId, priority, id }: AttachmentModel): string {
  const kind = stackId === undefined ? "module" : "stack";
  return block("resource", ["spacelift_context_attachment", `${kind}_${resourceName(id)}`], {
    context_id: CONTEXT_ID,
    stack_id: stackId,
    module_id: moduleId,
    priority,
  });
}

function hclOf(text: Text): Hcl {
  if (typeof text === "string") return text;
  return new Expression(text instanceof Input ? `var.${text.id}` : text.expression);
}
