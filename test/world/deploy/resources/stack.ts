// SPDX-License-Identifier: Apache-2.0
import type { Attributes } from "../provider-schema.js";
import { HOOKS } from "./context.js";
import {
  type Clients,
  isGiven,
  type ResourceState,
  type ResourceType,
  refuseAttribute,
  refuseEmpty,
  setOrNull,
  text,
  textOrNull,
  texts,
  unlessEmpty,
} from "./resource-type.js";
import { STACK_SELECTION } from "./stack-selection.js";

const CREATE =
  "mutation($input:StackInput!$manageState:Boolean!$slug:String$stackObjectID:String){stackCreate(input: $input, " +
  `manageState: $manageState, stackObjectID: $stackObjectID, slug: $slug)${STACK_SELECTION}}`;
const READ = `query($id:ID!){stack(id: $id)${STACK_SELECTION}}`;
const UPDATE = `mutation($id:ID!$input:StackInput!){stackUpdate(id: $id, input: $input)${STACK_SELECTION}}`;
const DELETE = `mutation($id:ID!){stackDelete(id: $id)${STACK_SELECTION}}`;

/** Attributes that are one field in the API, by the field. */
const FLAGS = [
  ["administrative", "administrative", false],
  ["autodeploy", "autodeploy", false],
  ["autoretry", "autoretry", false],
  ["localPreviewEnabled", "enable_local_preview", false],
  ["enableWellKnownSecretMasking", "enable_well_known_secret_masking", false],
  ["enableSensitiveOutputUpload", "enable_sensitive_outputs_upload", true],
  ["protectFromDeletion", "protect_from_deletion", false],
] as const;

const SETS = [
  ["labels", "labels"],
  ["additionalProjectGlobs", "additional_project_globs"],
  ["gitSparseCheckoutPaths", "git_sparse_checkout_paths"],
] as const;

interface StackData {
  readonly id: string;
  readonly name: string;
  readonly branch: string;
  readonly repository: string;
  readonly description: string | null;
  readonly projectRoot: string | null;
  readonly runnerImage: string | null;
  readonly space: string;
  readonly githubActionDeploy: boolean;
  readonly managesStateFile: boolean;
  readonly workerPool: { readonly id: string } | null;
  readonly vendorConfig: { readonly __typename: string; readonly [setting: string]: string | boolean | null };
  readonly [field: string]: unknown;
}

/** `spacelift_stack` of Terraform: StackCreate, StackRead; StackUpdate, StackRead; StackDelete. */
export const stackResource: ResourceType = {
  defaults: {
    ...Object.fromEntries(FLAGS.map(([, attribute, standard]) => [attribute, standard])),
    allow_run_promotion: true,
    manage_state: true,
    terraform_external_state_access: false,
    terraform_smart_sanitization: false,
  },
  replacedBy: ["manage_state", "slug"],

  check(attributes) {
    refuseEmpty(attributes, ["name", ...HOOKS.map(([, attribute]) => attribute)]);
    // Deprecated, and another name for allow_run_promotion.
    refuseAttribute(attributes, "github_action_deploy");
    refuseAttribute(attributes, "import_state");
    refuseAttribute(attributes, "import_state_file");
  },

  async create(clients, attributes) {
    const variables = {
      input: inputOf(attributes),
      manageState: attributes.manage_state === true,
      slug: textOrNull(attributes, "slug"),
      stackObjectID: null,
    };
    const client = await clients.spacelift();
    const { stackCreate } = await client.mutate<{ stackCreate: StackData }>("StackCreate", CREATE, variables);
    return present(await readStack(clients, { ...attributes, id: stackCreate.id }));
  },

  read: readStack,

  async update(clients, attributes, { id }) {
    await (await clients.spacelift()).mutate("StackUpdate", UPDATE, { id, input: inputOf(attributes) });
    return present(await readStack(clients, { ...attributes, id }));
  },

  async destroy(clients, { id }) {
    await (await clients.spacelift()).mutate("StackDelete", DELETE, { id });
  },
};

function inputOf(attributes: Attributes): object {
  const orNull = (name: string) => textOrNull(attributes, name) || null;
  return {
    ...Object.fromEntries(HOOKS.map(([name, attribute]) => [name, texts(attributes, attribute)])),
    ...Object.fromEntries(FLAGS.map(([field, attribute]) => [field, attributes[attribute] === true])),
    ...Object.fromEntries(SETS.map(([field, attribute]) => [field, setOrNull(attributes, attribute)])),
    githubActionDeploy: attributes.allow_run_promotion === true,
    branch: text(attributes, "branch"),
    description: orNull("description"),
    name: text(attributes, "name"),
    namespace: null,
    projectRoot: orNull("project_root"),
    provider: "GITHUB",
    repository: text(attributes, "repository"),
    repositoryURL: null,
    runnerImage: orNull("runner_image"),
    space: orNull("space_id"),
    vcsIntegrationId: null,
    vendorConfig: {
      ansible: null,
      cloudFormation: null,
      kubernetes: null,
      opentofu: null,
      pulumi: null,
      terraform: {
        useSmartSanitization: attributes.terraform_smart_sanitization === true,
        version: orNull("terraform_version"),
        workflowTool: orNull("terraform_workflow_tool"),
        workspace: orNull("terraform_workspace"),
        externalStateAccessEnabled: attributes.terraform_external_state_access === true,
      },
      terragrunt: null,
    },
    workerPool: orNull("worker_pool_id"),
  };
}

async function readStack(clients: Clients, state: ResourceState): Promise<ResourceState | null> {
  const read = await (await clients.spacelift()).query<{ stack: StackData | null }>("StackRead", READ, {
    id: state.id,
  });
  const stack = read?.stack;
  if (stack == null) return null;
  const { vendorConfig } = stack;
  if (vendorConfig.__typename !== "StackConfigVendorTerraform") {
    throw new Error(`stack ${state.id} is of a workflow tool that is not known to this loader`);
  }
  const lists = [...HOOKS, ...SETS].map(([field, attribute]) => {
    const elements = stack[field] as readonly string[];
    const isSet = SETS.some(([name]) => name === field);
    return [attribute, unlessEmpty(state[attribute], isSet ? [...elements].sort() : elements)];
  });
  return {
    ...state,
    ...Object.fromEntries(lists),
    ...Object.fromEntries(FLAGS.map(([field, attribute]) => [attribute, stack[field] === true])),
    name: stack.name,
    slug: stack.id,
    branch: stack.branch,
    repository: stack.repository,
    description: stack.description,
    project_root: stack.projectRoot,
    runner_image: stack.runnerImage,
    space_id: stack.space,
    allow_run_promotion: stack.githubActionDeploy,
    manage_state: stack.managesStateFile,
    worker_pool_id: stack.workerPool?.id ?? null,
    terraform_smart_sanitization: vendorConfig.useSmartSanitization ?? null,
    terraform_version: vendorConfig.version ?? null,
    terraform_workflow_tool: vendorConfig.workflowTool ?? null,
    terraform_workspace: vendorConfig.workspace ?? null,
    terraform_external_state_access: vendorConfig.externalStateAccessEnabled ?? null,
    ...(isGiven(state, "aws_assume_role_policy_statement") ? {} : { aws_assume_role_policy_statement: null }),
  };
}

function present(stack: ResourceState | null): ResourceState {
  if (stack === null) throw new Error("the stack is gone on reading");
  return stack;
}
