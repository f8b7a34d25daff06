// SPDX-License-Identifier: Apache-2.0
import type { ContextVariable } from "../../../contract/context/variables.js";
import { AUTOATTACH_ALL, autoattachLabel } from "../../../contract/labels.js";
import { policyFragment } from "../../../contract/policy.js";
import { block, call, Expression, type Hcl, type HclObject } from "./hcl.js";
import { inputsOf } from "./inputs.js";
import type { AttachmentModel, ContextModel, FileModel, LoginModel } from "./model.js";
import { sharedHooks } from "./shared-hooks.js";
import { Input, resourceName, type Text } from "./texts.js";

const CONTEXT_ID = new Expression("spacelift_context.tailnet.id");

/** The files of a Terraform module that makes the context, by name: what `terraform fmt` would leave alone. */
export function terraformFiles(model: ContextModel): Record<string, string> {
  return {
    "versions.tf": versions(model),
    "variables.tf": variables(model),
    "main.tf": main(model),
    "outputs.tf": outputs(model),
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

function variables(model: ContextModel): string {
  const string = new Expression("string");
  const notEmpty = (name: string) =>
    block("validation", [], {
      condition: new Expression(`trimspace(var.${name}) != ""`),
      error_message: `${name} must not be empty.`,
    });
  const own = [
    block(
      "variable",
      ["name"],
      {
        type: string,
        description: "Name of the context, unique in the account.",
        default: model.name,
        nullable: false,
      },
      [notEmpty("name")],
    ),
    ...(model.stackLabel === undefined
      ? []
      : [
          block(
            "variable",
            ["stack_label"],
            {
              type: string,
              description: "The label that a stack carries to get the context.",
              default: model.stackLabel,
              nullable: false,
            },
            [notEmpty("stack_label")],
          ),
        ]),
    block("variable", ["space_id"], {
      type: string,
      description: "Id of the space that the context lives in; null for the space of the provider's credentials.",
      default: model.spaceId ?? new Expression("null"),
    }),
    block("variable", ["labels"], {
      type: new Expression("list(string)"),
      description: "More labels of the context.",
      default: model.labels,
      nullable: false,
    }),
  ];
  const inputs = inputsOf(model).map(({ id, secret, doc }) =>
    block("variable", [id], {
      type: string,
      description: `${doc}.`,
      sensitive: secret ? true : undefined,
      ephemeral: secret && model.writeOnlyVersion !== undefined ? true : undefined,
      nullable: false,
    }),
  );
  return [...own, ...inputs].join("\n");
}

function main(model: ContextModel): string {
  return [
    ...hookLocals(model),
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

/** The hook lists that several phases have, once. */
function hookLocals({ hooks }: ContextModel): string[] {
  const shared = Object.fromEntries(sharedHooks(hooks).map(({ name, commands }) => [name, commands]));
  return Object.keys(shared).length === 0 ? [] : [block("locals", [], shared)];
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
  const { description, stackLabel } = model;
  const attach =
    stackLabel === undefined ? JSON.stringify(AUTOATTACH_ALL) : `"${autoattachLabel(`\${var.stack_label}`)}"`;
  return block("resource", ["spacelift_context", "tailnet"], {
    name: new Expression("var.name"),
    description,
    space_id: new Expression("var.space_id"),
    labels: new Expression(`concat([${attach}], var.labels)`),
    ...hookLists(model),
  });
}

function variableBlock({ name, value, secret }: ContextVariable<Text>, writeOnlyVersion: string | undefined): string {
  const isWriteOnly = secret && writeOnlyVersion !== undefined;
  return block("resource", ["spacelift_environment_variable", name], {
    context_id: CONTEXT_ID,
    name,
    value: isWriteOnly ? undefined : hclOf(value),
    value_wo: isWriteOnly ? hclOf(value) : undefined,
    value_wo_version: isWriteOnly ? writeOnlyVersion : undefined,
    write_only: secret,
  });
}

function fileBlock({ path, content, secret }: FileModel, writeOnlyVersion: string | undefined): string {
  const isWriteOnly = secret && writeOnlyVersion !== undefined;
  const encoded =
    content instanceof Input
      ? new Expression(`base64encode(var.${content.id})`)
      : Buffer.from(content, "utf8").toString("base64");
  return block("resource", ["spacelift_mounted_file", `file_${resourceName(path)}`], {
    context_id: CONTEXT_ID,
    relative_path: path,
    content: isWriteOnly ? undefined : encoded,
    content_wo: isWriteOnly ? encoded : undefined,
    content_wo_version: isWriteOnly ? writeOnlyVersion : undefined,
    write_only: secret,
  });
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

function outputs({ stackLabel, runnerImage, login }: ContextModel): string {
  const all = [block("output", ["context_id"], { description: "Id of the context.", value: CONTEXT_ID })];
  if (stackLabel !== undefined) {
    const description = "The label that a stack must carry to be on the tailnet.";
    all.push(block("output", ["stack_label"], { description, value: new Expression("var.stack_label") }));
  }
  if (runnerImage !== undefined) {
    all.push(
      block("output", ["runner_image"], {
        description: "The runner image that stacks are to use.",
        value: runnerImage,
      }),
    );
  }
  if (login !== undefined) {
    const policy = policyFragment(login.tags, ["autogroup:admin"], login.grants);
    const description = "What the tailnet's policy must say about the tags, as JSON.";
    const value = call("jsonencode", {
      tagOwners: policy.tagOwners,
      grants: policy.grants.map((grant) => ({ ...grant })),
    });
    all.push(block("output", ["policy"], { description, value }));
  }
  return all.join("\n");
}

function hclOf(text: Text): Hcl {
  if (typeof text === "string") return text;
  return new Expression(text instanceof Input ? `var.${text.id}` : text.expression);
}
