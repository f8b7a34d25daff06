// SPDX-License-Identifier: Apache-2.0
import type { ProviderSchemas } from "../world/deploy/index.js";

const text = { type: "string", optional: true } as const;
const secret = { ...text, sensitive: true } as const;
const required = { type: "string", required: true } as const;
const computed = { type: "string", computed: true } as const;
const texts = { type: ["list", "string"], optional: true } as const;
const textSet = { type: ["set", "string"], optional: true } as const;

const owner = { context_id: text, stack_id: text, module_id: text };
/** The older provider framework gives every resource an `id` like this. */
const id = { ...text, computed: true } as const;

/** The part of the two providers' schemas that the loader's tests need, as `terraform providers schema -json` has it. */
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
              write_only: { type: "bool", optional: true },
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
              write_only: { type: "bool", optional: true },
              description: text,
              checksum: computed,
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
        spacelift_stack: { block: { attributes: { id, name: required } } },
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
