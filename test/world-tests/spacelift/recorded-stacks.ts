// SPDX-License-Identifier: Apache-2.0
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are Terraform's templates, not JavaScript's.
// The stacks that the real providers applied while they were recorded, each at first and after its change.
import { REQUIRED_PROVIDERS } from "./stack-json.js";

/** What the providers applied in the first recording, as far as the loader knows it. */
export const contextStack = (step: 1 | 2) => ({
  ...REQUIRED_PROVIDERS,
  provider: { tailscale: [{ scopes: ["all"] }] },
  resource: {
    tailscale_oauth_client: {
      c: {
        scopes: ["auth_keys"],
        tags: ["tag:spacelift"],
        description: step === 1 ? "Spacelift runs" : "Spacelift runs two",
      },
    },
    spacelift_context: {
      t: {
        name: "tailnet",
        description: step === 1 ? "one" : "two",
        labels: ["autoattach:tailnet"],
        before_plan: ["spacetail up", "trap 'spacetail down' EXIT", "export A=$${HOME:-x} %%{b}"],
        after_plan: ["unset A"],
      },
    },
    spacelift_environment_variable: {
      id: {
        context_id: "${spacelift_context.t.id}",
        name: "TS_OAUTH_CLIENT_ID",
        value: "${tailscale_oauth_client.c.id}",
        write_only: false,
      },
      secret: {
        context_id: "${spacelift_context.t.id}",
        name: "TS_OAUTH_CLIENT_SECRET",
        value: "${tailscale_oauth_client.c.key}",
        write_only: true,
        description: "minted",
      },
    },
    spacelift_mounted_file: {
      m: {
        context_id: "${spacelift_context.t.id}",
        relative_path: "spacetail/boot.sh",
        content: "ZWNobyBoaQ==",
        write_only: false,
      },
    },
    spacelift_context_attachment: { a: { context_id: "${spacelift_context.t.id}", stack_id: "web", priority: 3 } },
  },
});

/** What the providers applied in the second recording. */
export const adminStack = (step: 1 | 2) => ({
  ...REQUIRED_PROVIDERS,
  data: { spacelift_role: { admin: { slug: "space-admin" } } },
  resource: {
    spacelift_space: { platform: { name: "platform", parent_space_id: "root", inherit_entities: true } },
    spacelift_stack: {
      admin: {
        name: "admin",
        space_id: "${spacelift_space.platform.id}",
        repository: "infra",
        branch: "main",
        labels: ["tailnet"],
        runner_image: "registry.example/spacetail:1",
        description: step === 1 ? "one" : "two",
        before_init: ["npm ci", "npx cdktf synth"],
      },
    },
    spacelift_role_attachment: {
      admin: {
        role_id: "${data.spacelift_role.admin.id}",
        stack_id: "${spacelift_stack.admin.id}",
        space_id: "${spacelift_space.platform.id}",
      },
    },
    spacelift_context: {
      t: { name: "tailnet", space_id: "${spacelift_space.platform.id}", labels: ["autoattach:tailnet"] },
    },
    spacelift_environment_variable: {
      wo: {
        context_id: "${spacelift_context.t.id}",
        name: "TS_OAUTH_CLIENT_SECRET",
        value_wo: `s3cret-${step}`,
        value_wo_version: `${step}`,
      },
      on_stack: { stack_id: "${spacelift_stack.admin.id}", name: "TS_HOSTNAME", value: "admin", write_only: false },
    },
  },
});

/** What the providers applied in the third recording. */
export const roleStack = (step: 1 | 2) => ({
  ...REQUIRED_PROVIDERS,
  resource: {
    spacelift_space: {
      platform: {
        name: "platform",
        ...(step === 1 ? {} : { description: "two", labels: ["a"], inherit_entities: true }),
      },
    },
    spacelift_role: {
      maker: {
        name: "Maker",
        description: step === 1 ? "one" : "two",
        actions: step === 1 ? ["CONTEXT_CREATE", "SPACE_READ"] : ["CONTEXT_DELETE"],
      },
    },
    spacelift_stack: {
      admin: {
        name: "admin",
        slug: "admin-stack",
        space_id: "${spacelift_space.platform.id}",
        repository: "infra",
        branch: "main",
        ...(step === 1 ? {} : { autodeploy: true, runner_image: "registry.example/runner:1", labels: ["x", "y"] }),
      },
    },
    spacelift_role_attachment: {
      maker: {
        role_id: "${spacelift_role.maker.id}",
        stack_id: "${spacelift_stack.admin.id}",
        space_id: "${spacelift_space.platform.id}",
      },
    },
    spacelift_context: { t: { name: "tailnet", space_id: "${spacelift_space.platform.id}" } },
    spacelift_context_attachment: {
      a: { context_id: "${spacelift_context.t.id}", stack_id: "${spacelift_stack.admin.id}", priority: step },
    },
    spacelift_mounted_file: {
      f: {
        stack_id: "${spacelift_stack.admin.id}",
        relative_path: "x/y",
        content: step === 1 ? "YQ==" : "Yg==",
        write_only: false,
      },
    },
    spacelift_environment_variable: {
      v: { stack_id: "${spacelift_stack.admin.id}", name: "V", value: `secret${step}`, description: "d" },
    },
  },
});

export const STACKS = [contextStack, adminStack, roleStack];

/** The identity of the first recording, which its second step left as it was. */
export const identityStack = (_: 1 | 2) => ({
  ...REQUIRED_PROVIDERS,
  provider: { tailscale: [{ scopes: ["all"] }] },
  resource: {
    tailscale_federated_identity: {
      f: {
        scopes: ["auth_keys"],
        tags: ["tag:spacelift"],
        issuer: "https://acct.app.spacelift.io",
        audience: "acct.app.spacelift.io",
        subject: "space:root-*:stack:*:run_type:*:scope:read",
        custom_claim_rules: { callerType: "stack" },
      },
    },
  },
});
