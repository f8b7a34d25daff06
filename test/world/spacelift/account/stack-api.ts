// SPDX-License-Identifier: Apache-2.0

import type { ApiModule, Call } from "../api/api-module.js";
import { authorize } from "../api/caller.js";
import { HOOK_LISTS, type HookList } from "../hooks.js";
import type { Account } from "./account.js";
import { DEFAULT_SPACE } from "./spaces.js";
import { type StackSettings, type VendorConfigInput, vendorConfigOf } from "./stack-settings.js";
import type { Stack, StackDefinition } from "./stacks.js";

/** A stack as a client sends it. */
interface StackInput
  extends Omit<StackSettings, "managesStateFile" | "namespace" | "vendorConfig" | "workerPool">,
    Partial<Record<HookList, readonly string[] | null>> {
  readonly name: string;
  /** Ignored: since June 2026 only role attachments give rights. */
  readonly administrative: boolean;
  readonly autodeploy: boolean;
  readonly branch: string;
  readonly description?: string | null;
  readonly labels?: readonly string[] | null;
  readonly namespace?: string | null;
  readonly projectRoot?: string | null;
  readonly repository: string;
  readonly runnerImage?: string | null;
  readonly space?: string | null;
  readonly vendorConfig?: VendorConfigInput | null;
  readonly workerPool?: string | null;
}

/** Arguments of `stackCreate`. */
interface StackCreation {
  readonly input: StackInput;
  readonly manageState: boolean;
  readonly slug?: string | null;
  readonly stackObjectID?: string | null;
}

/**
 * What the API says of every stack. The provider fails without `integrations`. Spacelift answers false for
 * `administrative` whatever was sent. Source: Spacelift documentation, "Stack role bindings", Migration.
 */
const CONSTANT_FIELDS = {
  administrative: false,
  deleting: false,
  isDisabled: false,
  integrations: { aws: {}, driftDetection: null, gcp: { tokenScopes: [] }, webhooks: [] },
  terraformVersion: null,
  vcsIntegration: null,
};

/** A stack as the API answers it. */
export function stackAnswer(account: Account, stack: Stack): object {
  const { settings, hooks, space } = stack;
  return { ...CONSTANT_FIELDS, ...settings, ...stack, ...hooks, spaceDetails: account.spaces.require(space) };
}

function definitionOf(input: StackInput): StackDefinition {
  const { name, autodeploy, branch, description, labels, projectRoot, repository, runnerImage, space } = input;
  const { namespace, vendorConfig, workerPool, ...others } = input;
  return {
    name,
    autodeploy,
    branch,
    repository,
    description: description ?? null,
    labels: labels ?? [],
    projectRoot: projectRoot ?? null,
    runnerImage: runnerImage ?? null,
    ...(space == null ? {} : { space }),
    hooks: Object.fromEntries(HOOK_LISTS.map((list) => [list, input[list] ?? []])),
    settings: {
      autoretry: others.autoretry,
      githubActionDeploy: others.githubActionDeploy,
      localPreviewEnabled: others.localPreviewEnabled,
      enableWellKnownSecretMasking: others.enableWellKnownSecretMasking,
      enableSensitiveOutputUpload: others.enableSensitiveOutputUpload,
      additionalProjectGlobs: others.additionalProjectGlobs,
      gitSparseCheckoutPaths: others.gitSparseCheckoutPaths,
      protectFromDeletion: others.protectFromDeletion,
      provider: others.provider,
      repositoryURL: others.repositoryURL,
      namespace: namespace ?? "",
      vendorConfig: vendorConfigOf(vendorConfig),
      workerPool: workerPool == null ? null : { id: workerPool },
    },
  };
}

/** Stacks: `stack`, `stackCreate`, `stackUpdate`, `stackDelete`. */
export const stackApi: ApiModule = {
  sdl: /* GraphQL */ `
    type AWSIntegration {
      assumedRoleArn: String
      assumeRolePolicyStatement: String
      externalID: String
      generateCredentialsInWorker: Boolean
      durationSeconds: Int
      region: String
    }

    type DriftDetectionIntegration {
      ignoreState: Boolean!
      reconcile: Boolean!
      schedule: [String!]!
      timezone: String!
    }

    type GCPIntegration {
      serviceAccountEmail: String
      tokenScopes: [String!]!
    }

    type WebhookIntegration {
      id: ID!
      enabled: Boolean!
      endpoint: String!
      secret: String!
      retryOnFailure: Boolean!
    }

    type StackIntegrations {
      aws: AWSIntegration!
      driftDetection: DriftDetectionIntegration
      gcp: GCPIntegration!
      webhooks: [WebhookIntegration!]!
    }

    type VCSIntegration {
      id: ID!
      isDefault: Boolean!
    }

    type WorkerPool {
      id: ID!
    }

    type StackConfigVendorAnsible {
      playbook: String!
    }

    type StackConfigVendorCloudFormation {
      entryTemplateFile: String!
      region: String!
      stackName: String!
      templateBucket: String!
    }

    type StackConfigVendorKubernetes {
      namespace: String!
      kubectlVersion: String
      kubernetesWorkflowTool: String
    }

    type StackConfigVendorOpenTofu {
      concise: Boolean!
      externalStateAccessEnabled: Boolean!
      useSmartSanitization: Boolean!
      version: String
      workflowTool: String
      workspace: String
    }

    type StackConfigVendorPulumi {
      loginURL: String!
      stackName: String!
    }

    type StackConfigVendorTerraform {
      useSmartSanitization: Boolean!
      version: String
      workflowTool: String
      workspace: String
      externalStateAccessEnabled: Boolean!
    }

    type StackConfigVendorTerragrunt {
      terraformVersion: String
      terragruntVersion: String
      useRunAll: Boolean!
      useSmartSanitization: Boolean!
      useStateManagement: Boolean!
      prefixResourceNamesWithModuleName: Boolean!
      skipReplanWhenRunAll: Boolean!
      skipReplan: Boolean!
      tool: String!
    }

    union StackConfigVendor =
      | StackConfigVendorAnsible
      | StackConfigVendorCloudFormation
      | StackConfigVendorKubernetes
      | StackConfigVendorOpenTofu
      | StackConfigVendorPulumi
      | StackConfigVendorTerraform
      | StackConfigVendorTerragrunt

    type Stack {
      id: ID!
      ${HOOK_LISTS.map((name) => `${name}: [String!]!`).join("\n")}
      administrative: Boolean!
      autodeploy: Boolean!
      autoretry: Boolean!
      branch: String!
      deleting: Boolean!
      description: String
      isDisabled: Boolean!
      githubActionDeploy: Boolean!
      integrations: StackIntegrations!
      labels: [String!]!
      localPreviewEnabled: Boolean!
      enableWellKnownSecretMasking: Boolean!
      enableSensitiveOutputUpload: Boolean!
      managesStateFile: Boolean!
      name: String!
      namespace: String!
      projectRoot: String
      additionalProjectGlobs: [String!]!
      gitSparseCheckoutPaths: [String!]!
      protectFromDeletion: Boolean!
      provider: String!
      repository: String!
      repositoryURL: String
      runnerImage: String
      space: ID!
      spaceDetails: Space!
      terraformVersion: String
      vcsIntegration: VCSIntegration
      vendorConfig: StackConfigVendor!
      workerPool: WorkerPool
    }

    input AnsibleInput {
      playbook: String!
    }

    input CloudFormationInput {
      entryTemplateFile: String!
      region: String!
      stackName: String!
      templateBucket: String!
    }

    input KubernetesInput {
      namespace: String!
      kubectlVersion: String
      kubernetesWorkflowTool: String
    }

    input OpenTofuInput {
      concise: Boolean
      externalStateAccessEnabled: Boolean
      useSmartSanitization: Boolean
      version: String
      workflowTool: String
      workspace: String
    }

    input PulumiInput {
      loginURL: String!
      stackName: String!
    }

    input TerraformInput {
      useSmartSanitization: Boolean
      version: String
      workflowTool: String
      workspace: String
      externalStateAccessEnabled: Boolean
    }

    input TerragruntInput {
      terraformVersion: String
      terragruntVersion: String
      useRunAll: Boolean!
      useSmartSanitization: Boolean!
      useStateManagement: Boolean
      skipReplanWhenRunAll: Boolean
      skipReplan: Boolean
      prefixResourceNamesWithModuleName: Boolean
      tool: String
    }

    input VendorConfigInput {
      ansible: AnsibleInput
      cloudFormation: CloudFormationInput
      kubernetes: KubernetesInput
      opentofu: OpenTofuInput
      pulumi: PulumiInput
      terraform: TerraformInput
      terragrunt: TerragruntInput
    }

    input StackInput {
      ${HOOK_LISTS.map((name) => `${name}: [String!]`).join("\n")}
      administrative: Boolean!
      autodeploy: Boolean!
      autoretry: Boolean!
      branch: String!
      description: String
      githubActionDeploy: Boolean!
      labels: [String!]
      localPreviewEnabled: Boolean!
      enableWellKnownSecretMasking: Boolean!
      enableSensitiveOutputUpload: Boolean!
      name: String!
      namespace: String
      projectRoot: String
      additionalProjectGlobs: [String!]
      gitSparseCheckoutPaths: [String!]
      protectFromDeletion: Boolean!
      provider: String
      repository: String!
      repositoryURL: String
      runnerImage: String
      space: String
      vcsIntegrationId: ID
      vendorConfig: VendorConfigInput
      workerPool: ID
    }

    extend type Query {
      stack(id: ID!): Stack
    }

    extend type Mutation {
      stackCreate(input: StackInput!, manageState: Boolean!, stackObjectID: String, slug: String): Stack!
      stackUpdate(id: ID!, input: StackInput!): Stack!
      stackDelete(id: ID!): Stack
    }
  `,
  resolvers: {
    Query: {
      stack: (_: unknown, { id }: { id: string }, { account, caller }: Call) => {
        const stack = account.stacks.get(id);
        return stack === undefined || !caller.sees(stack.space) ? null : stackAnswer(account, stack);
      },
    },
    Mutation: {
      stackCreate: (_: unknown, args: StackCreation, { account, caller }: Call) => {
        const { input, manageState, slug, stackObjectID } = args;
        if (stackObjectID != null) throw new Error("importing state is not supported by the embedded Spacelift");
        authorize(caller, input.space ?? DEFAULT_SPACE, "STACK_MANAGE");
        const { settings, ...definition } = definitionOf(input);
        const id = slug == null ? {} : { id: slug };
        const managed = { ...settings, managesStateFile: manageState };
        return stackAnswer(account, account.stacks.add({ ...definition, ...id, settings: managed }));
      },
      stackUpdate: (_: unknown, { id, input }: { id: string; input: StackInput }, { account, caller }: Call) => {
        const { space } = account.stacks.require(id);
        authorize(caller, space, "STACK_MANAGE");
        if ((input.space ?? space) !== space) authorize(caller, input.space ?? space, "STACK_MANAGE");
        return stackAnswer(account, account.stacks.update(id, definitionOf(input)));
      },
      stackDelete: (_: unknown, { id }: { id: string }, { account, caller }: Call) => {
        authorize(caller, account.stacks.require(id).space, "STACK_DELETE");
        return stackAnswer(account, account.stacks.delete(id));
      },
    },
  },
};
