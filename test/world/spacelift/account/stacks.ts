// SPDX-License-Identifier: Apache-2.0

import type { ApiModule, Call } from "../api/api-module.js";
import type { Announce } from "./account.js";
import { ConfigElements } from "./config-elements.js";
import { completeHooks, HOOK_LISTS, type HookList, type Hooks } from "./hooks.js";
import { labelSet, slug } from "./ids.js";
import { DEFAULT_SPACE, type Spaces } from "./spaces.js";

/** A stack that a test or the run simulator puts into the account. */
export interface StackDefinition {
  readonly name: string;
  /** @default the slug of the name */
  readonly id?: string;
  /** @default none */
  readonly labels?: readonly string[];
  /** The id of its space. @default "legacy" */
  readonly space?: string;
  /** @default none */
  readonly hooks?: Partial<Record<HookList, readonly string[]>>;
  /** @default null: the account's or the worker pool's default image */
  readonly runnerImage?: string | null;
  /** Whether a tracked run applies without confirmation. @default false */
  readonly autodeploy?: boolean;
  /** @default null */
  readonly description?: string | null;
  /** @default "infra" */
  readonly repository?: string;
  /** @default "main" */
  readonly branch?: string;
  /** Below the repository's root. @default null */
  readonly projectRoot?: string | null;
}

/** A stack of the account. Its own environment variables and mounted files are in `elements`. */
export interface Stack extends Required<Omit<StackDefinition, "hooks">> {
  readonly hooks: Hooks;
  readonly elements: ConfigElements;
}

/** The stacks of an account. */
export class Stacks {
  readonly #spaces: Spaces;
  readonly #announce: Announce;
  readonly #byId = new Map<string, Stack>();

  constructor(spaces: Spaces, announce: Announce) {
    this.#spaces = spaces;
    this.#announce = announce;
  }

  /** The stack of that id, if there is one. */
  get(id: string): Stack | undefined {
    return this.#byId.get(id);
  }

  /** Every stack, in the order they were added. */
  list(): readonly Stack[] {
    return [...this.#byId.values()];
  }

  /** @throws when there is no stack of that id. */
  require(id: string): Stack {
    const stack = this.#byId.get(id);
    if (stack === undefined) throw new Error(`stack ${id} not found`);
    return stack;
  }

  /** @throws when the id is taken, the space does not exist, or a field is not valid. */
  add(definition: StackDefinition): Stack {
    const id = definition.id ?? slug("stack", definition.name);
    if (this.#byId.has(id)) throw new Error(`stack ${id} already exists`);
    const owner = `stack ${id}`;
    const stack: Stack = {
      id,
      name: definition.name,
      labels: labelSet(owner, definition.labels ?? []),
      space: this.#spaces.require(definition.space ?? DEFAULT_SPACE).id,
      hooks: completeHooks(owner, definition.hooks ?? {}),
      runnerImage: definition.runnerImage ?? null,
      autodeploy: definition.autodeploy ?? false,
      description: definition.description ?? null,
      repository: definition.repository ?? "infra",
      branch: definition.branch ?? "main",
      projectRoot: definition.projectRoot ?? null,
      elements: new ConfigElements(id, this.#announce),
    };
    this.#byId.set(id, stack);
    this.#announce("created", "stack", id);
    return stack;
  }
}

/** What the API says of every stack, whatever its definition. The provider fails without `integrations`. */
const CONSTANT_FIELDS = {
  administrative: false,
  autoretry: false,
  deleting: false,
  isDisabled: false,
  githubActionDeploy: true,
  integrations: { aws: {}, driftDetection: null, gcp: { tokenScopes: [] }, webhooks: [] },
  localPreviewEnabled: false,
  enableWellKnownSecretMasking: false,
  enableSensitiveOutputUpload: true,
  managesStateFile: true,
  namespace: "",
  additionalProjectGlobs: [],
  gitSparseCheckoutPaths: [],
  protectFromDeletion: false,
  provider: "GITHUB",
  repositoryURL: null,
  terraformVersion: null,
  vcsIntegration: null,
  vendorConfig: {
    __typename: "StackConfigVendorTerraform",
    useSmartSanitization: false,
    version: null,
    workflowTool: "TERRAFORM_FOSS",
    workspace: null,
    externalStateAccessEnabled: false,
  },
  workerPool: null,
};

/** Stacks: `stack`. */
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

    extend type Query {
      stack(id: ID!): Stack
    }
  `,
  resolvers: {
    Query: {
      stack: (_: unknown, { id }: { id: string }, { account }: Call) => {
        const stack = account.stacks.get(id);
        if (stack === undefined) return null;
        return { ...CONSTANT_FIELDS, ...stack, ...stack.hooks, spaceDetails: account.spaces.require(stack.space) };
      },
    },
  },
};
