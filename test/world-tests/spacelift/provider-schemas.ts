// SPDX-License-Identifier: Apache-2.0
import type { ProviderSchemas } from "../../world/deploy/index.js";

const text = { type: "string", optional: true } as const;
const secret = { ...text, sensitive: true } as const;
const required = { type: "string", required: true } as const;
const computed = { type: "string", computed: true } as const;
const texts = { type: ["list", "string"], optional: true } as const;
const textSet = { type: ["set", "string"], optional: true } as const;

const flag = { type: "bool", optional: true } as const;
const hooks = {
  after_apply: texts,
  after_destroy: texts,
  after_init: texts,
  after_perform: texts,
  after_plan: texts,
  after_run: texts,
  before_apply: texts,
  before_destroy: texts,
  before_init: texts,
  before_perform: texts,
  before_plan: texts,
};

const owner = { context_id: text, stack_id: text, module_id: text };
/** The older provider framework gives every resource an `id` like this. */
const id = { ...text, computed: true } as const;

/**
 * The part of the two providers' schemas that the loader's tests need, as `terraform providers schema -json` has it.
 */
export const PROVIDER_SCHEMAS: ProviderSchemas = {
  provider_schemas: {
    "registry.terraform.io/spacelift-io/spacelift": {
      provider: {
        block: {
          attributes: { api_key_endpoint: text, api_key_id: text, api_key_secret: secret, api_token: secret },
        },
      },
      resource_schemas: {
        spacelift_context: {
          block: {
            attributes: {
              id,
              name: required,
              description: text,
              labels: textSet,
              space_id: { ...text, computed: true },
              ...hooks,
            },
          },
        },
        spacelift_environment_variable: {
          block: {
            attributes: {
              ...owner,
              id,
              name: required,
              value: secret,
              value_wo: { ...secret, write_only: true },
              value_wo_version: text,
              write_only: flag,
              description: text,
              checksum: computed,
            },
          },
        },
        spacelift_mounted_file: {
          block: {
            attributes: {
              ...owner,
              id,
              relative_path: required,
              content: secret,
              content_wo: { ...secret, write_only: true },
              content_wo_version: text,
              write_only: flag,
              description: text,
              checksum: computed,
            },
          },
        },
        spacelift_plugin_template: {
          block: {
            attributes: {
              id: computed,
              name: required,
              manifest: required,
              description: text,
              labels: textSet,
              is_global: { type: "bool", computed: true },
              parameters: { type: ["list", ["object", { id: "string", required: "bool" }]], computed: true },
              created_at: { type: "number", computed: true },
              updated_at: { type: "number", computed: true },
            },
          },
        },
        spacelift_plugin: {
          block: {
            attributes: {
              id: computed,
              name: required,
              plugin_template_id: required,
              stack_label: required,
              parameters: { type: ["map", "string"], optional: true, sensitive: true },
              labels: textSet,
              space_id: { ...text, computed: true },
            },
          },
        },
        spacelift_context_attachment: {
          block: {
            attributes: {
              id,
              context_id: required,
              stack_id: text,
              module_id: text,
              priority: { type: "number", optional: true },
            },
          },
        },
        spacelift_space: {
          block: {
            attributes: {
              id,
              name: required,
              description: text,
              inherit_entities: flag,
              labels: textSet,
              parent_space_id: text,
            },
          },
        },
        spacelift_role: {
          block: {
            attributes: {
              id: computed,
              name: required,
              description: text,
              actions: { type: ["set", "string"], required: true },
              slug: computed,
            },
          },
        },
        spacelift_role_attachment: {
          block: {
            attributes: {
              id,
              api_key_id: text,
              idp_group_mapping_id: text,
              role_id: required,
              space_id: required,
              stack_id: text,
              user_id: text,
            },
          },
        },
        spacelift_stack: {
          block: {
            attributes: {
              ...hooks,
              id,
              name: required,
              additional_project_globs: textSet,
              administrative: flag,
              allow_run_promotion: flag,
              autodeploy: flag,
              autoretry: flag,
              aws_assume_role_policy_statement: computed,
              branch: required,
              description: text,
              enable_local_preview: flag,
              enable_sensitive_outputs_upload: flag,
              enable_well_known_secret_masking: flag,
              git_sparse_checkout_paths: textSet,
              github_action_deploy: flag,
              import_state: secret,
              import_state_file: text,
              labels: textSet,
              manage_state: flag,
              project_root: text,
              protect_from_deletion: flag,
              repository: required,
              runner_image: text,
              slug: { ...text, computed: true },
              space_id: { ...text, computed: true },
              terraform_external_state_access: flag,
              terraform_smart_sanitization: flag,
              terraform_version: { ...text, computed: true },
              terraform_workflow_tool: { ...text, computed: true },
              terraform_workspace: text,
              worker_pool_id: text,
            },
          },
        },
        spacelift_module: { block: { attributes: { id, name: text } } },
      },
      data_source_schemas: {
        spacelift_role: {
          block: {
            attributes: {
              id,
              role_id: { ...text, computed: true },
              slug: { ...text, computed: true },
              name: computed,
              description: computed,
              actions: { type: ["set", "string"], computed: true },
              is_system: { type: "bool", computed: true },
            },
          },
        },
      },
    },
    "registry.terraform.io/tailscale/tailscale": {
      provider: {
        block: {
          attributes: {
            api_key: secret,
            audience: text,
            base_url: text,
            identity_token: secret,
            identity_token_environment_variable_name: text,
            oauth_client_id: text,
            oauth_client_secret: secret,
            scopes: texts,
            tailnet: text,
            user_agent: text,
          },
        },
      },
      resource_schemas: {
        tailscale_federated_identity: {
          block: {
            attributes: {
              id: computed,
              description: { ...text, computed: true },
              scopes: { type: ["set", "string"], required: true },
              tags: { ...textSet, computed: true },
              audience: { ...text, computed: true },
              issuer: required,
              subject: required,
              custom_claim_rules: { type: ["map", "string"], optional: true, computed: true },
              created_at: computed,
              updated_at: computed,
              user_id: computed,
            },
          },
        },
        tailscale_oauth_client: {
          block: {
            attributes: {
              id: computed,
              key: { ...computed, sensitive: true },
              description: { ...text, computed: true },
              scopes: { type: ["set", "string"], required: true },
              tags: { ...textSet, computed: true },
              created_at: computed,
              updated_at: computed,
              user_id: computed,
            },
          },
        },
      },
    },
  },
};
