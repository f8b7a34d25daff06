// SPDX-License-Identifier: Apache-2.0
// The shapes of documents that Spacelift reads, as far as they are documented.

/** What a value must be: a type, one of some texts, a list of such values, a map of them, or an object with members. */
export type Shape =
  | "text"
  | "boolean"
  | "whole number"
  | { readonly anyOf: readonly string[] }
  | { readonly listOf: Shape }
  | { readonly mapOf: Shape }
  | { readonly members: Readonly<Record<string, Shape>>; readonly required: readonly string[] };

const HOOKS = ["init", "plan", "apply", "perform", "destroy"]
  .flatMap((phase) => [`before_${phase}`, `after_${phase}`])
  .concat("after_run");
const HOOK_LISTS = Object.fromEntries(HOOKS.map((name) => [name, { listOf: "text" } as const]));

const SETTINGS: Shape = {
  members: {
    ...HOOK_LISTS,
    environment: { mapOf: "text" },
    project_root: "text",
    runner_image: "text",
    terraform_version: "text",
  },
  required: [],
};

/** A `.spacelift/config.yml`. Source: Spacelift's documentation, "Runtime configuration" and its "YAML reference". */
export const CONFIG_YML: Shape = {
  members: { version: { anyOf: ["2"] }, stack_defaults: SETTINGS, stacks: { mapOf: SETTINGS } },
  required: ["version"],
};

const TEXTS: Shape = { listOf: "text" };

/**
 * The manifest of a plugin. Source: spaceforge/schema.json of Spacelift's plugin SDK, spacelift-io/plugins, at a912dd7.
 */
export const MANIFEST: Shape = {
  members: {
    name: "text",
    version: "text",
    description: "text",
    author: "text",
    labels: TEXTS,
    parameters: {
      listOf: {
        members: {
          name: "text",
          id: "text",
          description: "text",
          sensitive: "boolean",
          required: "boolean",
          default: "text",
        },
        required: ["name", "description"],
      },
    },
    contexts: {
      listOf: {
        members: {
          name_prefix: "text",
          description: "text",
          labels: TEXTS,
          env: {
            listOf: {
              members: { key: "text", value: "text", value_from_parameter: "text", sensitive: "boolean" },
              required: ["key"],
            },
          },
          mounted_files: {
            listOf: {
              members: { path: "text", content: "text", sensitive: "boolean" },
              required: ["path", "content"],
            },
          },
          hooks: { members: HOOK_LISTS, required: [] },
          priority: "whole number",
        },
        required: ["name_prefix", "description"],
      },
    },
    webhooks: {
      listOf: {
        members: { name_prefix: "text", endpoint: "text", secretFromParameter: "text", labels: TEXTS },
        required: ["name_prefix", "endpoint"],
      },
    },
    policies: {
      listOf: {
        members: {
          name_prefix: "text",
          type: { anyOf: ["PUSH", "PLAN", "TRIGGER", "APPROVAL", "NOTIFICATION"] },
          body: "text",
          labels: TEXTS,
        },
        required: ["name_prefix", "type", "body"],
      },
    },
  },
  required: ["name", "version", "description", "author"],
};

const VALIDATIONS: Shape = {
  members: {
    required: "boolean",
    min_length: "whole number",
    max_length: "whole number",
    length_equal: "whole number",
    pattern: "text",
  },
  required: [],
};

const PHASE_HOOKS: Shape = { members: { before: TEXTS, after: TEXTS }, required: [] };

/**
 * A blueprint, as far as blueprints of ours go. Source: the schema in Spacelift's documentation, "Blueprint", at
 * 6e9746f of spacelift-io/user-documentation.
 */
export const BLUEPRINT: Shape = {
  members: {
    inputs: {
      listOf: {
        members: {
          id: "text",
          name: "text",
          description: "text",
          default: "text",
          type: { anyOf: ["short_text", "long_text", "secret"] },
          validations: VALIDATIONS,
        },
        required: ["id", "name"],
      },
    },
    stack: {
      members: {
        name: "text",
        description: "text",
        labels: TEXTS,
        space: "text",
        runner_image: "text",
        attachments: {
          members: {
            contexts: { listOf: { members: { id: "text", priority: "whole number" }, required: ["id"] } },
          },
          required: [],
        },
        environment: {
          members: {
            variables: {
              listOf: {
                members: { name: "text", value: "text", description: "text", secret: "boolean" },
                required: ["name", "value"],
              },
            },
            mounted_files: {
              listOf: {
                members: { path: "text", content: "text", description: "text", secret: "boolean" },
                required: ["path", "content"],
              },
            },
          },
          required: [],
        },
        hooks: {
          members: { init: PHASE_HOOKS, plan: PHASE_HOOKS, apply: PHASE_HOOKS },
          required: [],
        },
        vcs: {
          members: {
            provider: {
              anyOf: [
                "GITHUB",
                "GITLAB",
                "BITBUCKET_DATACENTER",
                "BITBUCKET_CLOUD",
                "GITHUB_ENTERPRISE",
                "AZURE_DEVOPS",
              ],
            },
            namespace: "text",
            repository: "text",
            branch: "text",
            project_root: "text",
          },
          required: ["branch", "provider", "repository"],
        },
        vendor: {
          members: {
            terraform: {
              members: {
                manage_state: "boolean",
                version: "text",
                workspace: "text",
                workflow_tool: { anyOf: ["TERRAFORM_FOSS", "CUSTOM", "OPEN_TOFU"] },
              },
              required: ["manage_state"],
            },
          },
          required: [],
        },
      },
      required: ["name", "space", "vcs", "vendor"],
    },
  },
  required: ["stack"],
};

/** Everything in which a value does not have a shape, by its place. */
export function misfits(value: unknown, shape: Shape, place = "it"): string[] {
  if (shape === "text") return typeof value === "string" ? [] : [`${place} is not a string`];
  if (shape === "boolean") return typeof value === "boolean" ? [] : [`${place} is not true or false`];
  if (shape === "whole number") return Number.isInteger(value) ? [] : [`${place} is not a whole number`];
  if ("anyOf" in shape)
    return shape.anyOf.some((one) => one === value) ? [] : [`${place} is not one of ${shape.anyOf}`];
  if ("listOf" in shape) {
    if (!Array.isArray(value)) return [`${place} is not a list`];
    return value.flatMap((one, i) => misfits(one, shape.listOf, `${place}[${i}]`));
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [`${place} is not a mapping`];
  const members = Object.entries(value);
  if ("mapOf" in shape) return members.flatMap(([name, one]) => misfits(one, shape.mapOf, `${place}.${name}`));
  return [
    ...shape.required.filter((name) => !(name in value)).map((name) => `${place}.${name} is missing`),
    ...members.flatMap(([name, one]) => {
      const inner = Object.hasOwn(shape.members, name) ? shape.members[name] : undefined;
      return inner === undefined ? [`${place}.${name} is unknown`] : misfits(one, inner, `${place}.${name}`);
    }),
  ];
}
