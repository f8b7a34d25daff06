// SPDX-License-Identifier: Apache-2.0

import type { ApiModule, Call } from "../api/api-module.js";
import { authorize } from "../api/caller.js";
import type { Account } from "./account.js";
import type { Module, ModuleDefinition, ModuleSettings } from "./modules.js";
import { DEFAULT_SPACE } from "./spaces.js";

/** What a client sends of a module when it creates or updates one; what is null is not given. */
interface ModuleUpdateInput {
  readonly branch: string;
  readonly description?: string | null;
  readonly labels?: readonly string[] | null;
  readonly localPreviewEnabled: boolean;
  readonly projectRoot?: string | null;
  readonly gitSparseCheckoutPaths?: readonly string[] | null;
  readonly protectFromDeletion: boolean;
  readonly runnerImage?: string | null;
  readonly sharedAccounts?: readonly string[] | null;
  readonly space?: string | null;
  readonly workerPool?: string | null;
}

/** Where its code is. */
interface ModuleSourceInput {
  readonly namespace?: string | null;
  readonly provider?: string | null;
  readonly repository: string;
  readonly repositoryURL?: string | null;
  readonly workflowTool?: string | null;
}

interface ModuleCreateInput extends ModuleSourceInput {
  readonly updateInput: ModuleUpdateInput;
  readonly name?: string | null;
  readonly space?: string | null;
  readonly terraformProvider?: string | null;
}

/** What the API says of every module. The provider fails without `integrations`. */
const CONSTANT_FIELDS = {
  administrative: false,
  integrations: { aws: {}, driftDetection: null, gcp: { tokenScopes: [] }, webhooks: [] },
  moduleShares: [],
  public: false,
  vcsIntegration: null,
};

function moduleAnswer(account: Account, module: Module): object {
  const { settings, space } = module;
  return { ...CONSTANT_FIELDS, ...settings, ...module, spaceDetails: account.spaces.require(space) };
}

function definitionOf(input: ModuleUpdateInput, source: ModuleSourceInput): ModuleDefinition {
  const { branch, labels, space, workerPool } = input;
  const settings: Partial<ModuleSettings> = {
    description: input.description ?? null,
    gitSparseCheckoutPaths: input.gitSparseCheckoutPaths ?? [],
    localPreviewEnabled: input.localPreviewEnabled,
    namespace: source.namespace ?? "",
    projectRoot: input.projectRoot ?? null,
    protectFromDeletion: input.protectFromDeletion,
    repositoryURL: source.repositoryURL ?? null,
    runnerImage: input.runnerImage ?? null,
    sharedAccounts: input.sharedAccounts ?? [],
    workerPool: workerPool == null ? null : { id: workerPool },
    ...(source.provider == null ? {} : { provider: source.provider }),
    ...(source.workflowTool == null ? {} : { workflowTool: source.workflowTool }),
  };
  const given = space == null ? {} : { space };
  return { repository: source.repository, branch, labels: labels ?? [], settings, ...given };
}

const UPDATE_FIELDS = /* GraphQL */ `
  administrative: Boolean!
  branch: String!
  description: String
  labels: [String!]
  localPreviewEnabled: Boolean!
  projectRoot: String
  gitSparseCheckoutPaths: [String!]
  protectFromDeletion: Boolean!
  runnerImage: String
  sharedAccounts: [String!]
  workerPool: ID
  space: String
`;

const SOURCE_FIELDS = /* GraphQL */ `
  namespace: String
  provider: String
  repository: String!
  repositoryURL: String
  vcsIntegrationId: ID
  workflowTool: String
`;

/** Modules: `module`, `moduleCreate`, `moduleUpdateV2`, `moduleDelete`. None is public or shared with spaces. */
export const moduleApi: ApiModule = {
  sdl: /* GraphQL */ `
    type ModuleShareSpace {
      id: ID!
    }

    type ModuleShareAccount {
      subdomain: String!
    }

    type ModuleShareScope {
      account: ModuleShareAccount!
      space: ModuleShareSpace
    }

    type ModuleShareModule {
      name: String!
      description: String
      labels: [String!]!
    }

    type ModuleShare {
      id: ID!
      from: ModuleShareScope!
      to: ModuleShareScope!
      module: ModuleShareModule!
    }

    type Module {
      id: ID!
      administrative: Boolean!
      branch: String!
      description: String
      integrations: StackIntegrations!
      labels: [String!]!
      localPreviewEnabled: Boolean!
      moduleShares: [ModuleShare!]!
      name: String!
      namespace: String!
      projectRoot: String
      gitSparseCheckoutPaths: [String!]!
      protectFromDeletion: Boolean!
      provider: String!
      public: Boolean!
      repository: String!
      repositoryURL: String
      runnerImage: String
      "What older providers read instead of moduleShares."
      sharedAccounts: [String!]!
      space: ID!
      spaceDetails: Space!
      terraformProvider: String!
      vcsIntegration: VCSIntegration
      workerPool: WorkerPool
      workflowTool: String
    }

    input ModuleUpdateInput {
      ${UPDATE_FIELDS}
    }

    input ModuleCreateInput {
      updateInput: ModuleUpdateInput!
      name: String
      space: String
      terraformProvider: String
      ${SOURCE_FIELDS}
    }

    input ModuleUpdateV2Input {
      ${UPDATE_FIELDS}
      ${SOURCE_FIELDS}
    }

    extend type Query {
      module(id: ID!): Module
    }

    extend type Mutation {
      moduleCreate(input: ModuleCreateInput!): Module!
      moduleUpdateV2(id: ID!, input: ModuleUpdateV2Input!): Module!
      moduleDelete(id: ID!): Module
    }
  `,
  resolvers: {
    Query: {
      module: (_: unknown, { id }: { id: string }, { account, caller }: Call) => {
        const module = account.modules.get(id);
        return module === undefined || !caller.sees(module.space) ? null : moduleAnswer(account, module);
      },
    },
    Mutation: {
      moduleCreate: (_: unknown, { input }: { input: ModuleCreateInput }, { account, caller }: Call) => {
        const { updateInput, name = null, terraformProvider = null } = input;
        const space = input.space ?? updateInput.space ?? DEFAULT_SPACE;
        authorize(caller, space, "STACK_MANAGE");
        const definition = definitionOf({ ...updateInput, space }, input);
        return moduleAnswer(account, account.modules.add({ ...definition, name, terraformProvider }));
      },
      moduleUpdateV2: (
        _: unknown,
        { id, input }: { id: string; input: ModuleUpdateInput & ModuleSourceInput },
        { account, caller }: Call,
      ) => {
        const { space } = account.modules.require(id);
        authorize(caller, space, "STACK_MANAGE");
        if ((input.space ?? space) !== space) authorize(caller, input.space ?? space, "STACK_MANAGE");
        return moduleAnswer(account, account.modules.update(id, definitionOf(input, input)));
      },
      moduleDelete: (_: unknown, { id }: { id: string }, { account, caller }: Call) => {
        authorize(caller, account.modules.require(id).space, "STACK_DELETE");
        return moduleAnswer(account, account.modules.delete(id));
      },
    },
  },
};
