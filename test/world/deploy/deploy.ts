// SPDX-License-Identifier: Apache-2.0
import { type Credentials, configureClients } from "./clients.js";
import type { Configuration } from "./configuration/blocks.js";
import { type Modules, readConfiguration } from "./configuration/configuration.js";
import { DeployError, reasonOf } from "./errors.js";
import { destructionOrder } from "./order.js";
import { type Plan, type PlannedResource, plan, settle } from "./plan.js";
import { type Attributes, loadSchemas, type ProviderSchemas } from "./provider-schema.js";
import { RESOURCE_TYPES } from "./resources/index.js";
import type { Clients, ResourceState, ResourceType } from "./resources/resource-type.js";
import { type Change, mergedWith, planChanges } from "./state/changes.js";
import { type DeployedResource, NO_STATE, type State } from "./state/state.js";
import { evaluate, type Value } from "./template.js";

/** What to deploy, and where. */
export interface DeployOptions extends Credentials {
  /** A configuration in Terraform's JSON syntax, as CDKTF synthesizes it: its text, or what it parses to. */
  readonly stackJson: string | object;
  /** The local modules that it calls, by their `source`. @default none */
  readonly modules?: Modules;
  /** The providers' schemas, or the file or folder they are in. */
  readonly schema: string | ProviderSchemas;
  /** What the last deployment left. @default nothing: everything is created */
  readonly state?: State;
  /** Values for the configuration's variables. @default their defaults */
  readonly variables?: Readonly<Record<string, Value>>;
  /** Hears of every step as it begins and ends. @default nobody */
  readonly onEvent?: (event: DeployEvent) => void;
}

/** A step of a deployment or of its destruction. */
export interface DeployEvent {
  readonly kind: "creating" | "created" | "updating" | "updated" | "destroying" | "destroyed";
  readonly address: string;
  /** Null before the resource exists. */
  readonly id: string | null;
}

/** What a deployment made of a configuration. */
export interface Deployment {
  /** By address, each after those it depends on; destroyed ones are gone. */
  readonly resources: ReadonlyMap<string, DeployedResource>;
  readonly outputs: Readonly<Record<string, Value>>;
  /** What the next deployment has to be told, as of now. */
  readonly state: State;
  /**
   * Destroys every resource, the last created first. After a failure it can be called again for what is left.
   *
   * @throws {@link DeployError} with the address that could not be destroyed.
   */
  destroy(): Promise<void>;
}

/** A deployment that failed on the way; `created` is what exists by then. It can be destroyed, or its state kept. */
export class FailedDeployment extends DeployError {
  readonly created: Deployment;

  constructor(address: string, reason: string, created: Deployment, options: ErrorOptions) {
    super(address, reason, options);
    this.name = "FailedDeployment";
    this.created = created;
  }
}

/** The resources of a deployment in progress, and what there was before. */
interface Work {
  readonly clients: Clients;
  readonly plan: Plan;
  readonly data: ReadonlyMap<string, Attributes>;
  readonly existing: Map<string, DeployedResource>;
  readonly changes: readonly Change[];
}

/**
 * Applies a configuration, of CDKTF or read from HCL by `readTerraformFolder`, with the API calls that the Terraform
 * providers for Spacelift and Tailscale would make. It stands in for `terraform apply` where the providers cannot be
 * installed, and knows only the resources this project makes.
 *
 * With the state of an earlier deployment it does what {@link planDeployment} says.
 *
 * @throws {@link DeployError} before anything is changed when the configuration is refused, {@link FailedDeployment}
 * when an API refuses something.
 */
export async function deploy(options: DeployOptions): Promise<Deployment> {
  const { onEvent = () => {}, state: prior = NO_STATE } = options;
  const configuration = readConfiguration(options.stackJson, options.modules);
  const work = await begin(configuration, options);
  const { clients, plan, existing, changes } = work;
  const actions = new Map(changes.map(({ address, action }) => [address, action]));
  const states = new Map<string, Attributes>(work.data);
  const lookUps = plan.lookUpIn(states);
  const deploymentOf = (outputs: State["outputs"]) => deployment(existing, outputs, prior, clients, onEvent);
  let address = "";
  try {
    const doomed = [...existing.values()].filter((one) => /delete|replace/.test(actions.get(one.address) ?? ""));
    for (const resource of destructionOrder(doomed)) {
      address = resource.address;
      await destroy(existing, resource, clients, onEvent);
    }
    for (const resource of plan.resources) {
      address = resource.block.address;
      const action = actions.get(address) ?? "no-op";
      if (action !== "no-op") await make(resource, action, existing, settle(resource, lookUps), clients, onEvent);
      states.set(address, existing.get(address)?.attributes ?? {});
    }
  } catch (error) {
    // A provider that cannot log in has an address of its own.
    const about = error instanceof DeployError ? error : new DeployError(address, reasonOf(error));
    throw new FailedDeployment(about.address, about.reason, deploymentOf(prior.outputs), { cause: error });
  }
  const outputs = [...configuration.outputs].map(([name, { value, sensitive }]) => {
    return [name, { value: evaluate(value, lookUps("")), sensitive }] as const;
  });
  return deploymentOf(Object.fromEntries(outputs));
}

/**
 * What {@link deploy} with the same options would do to each resource, without changing anything. It reads what the
 * state names, as Terraform does before it plans.
 *
 * @throws {@link DeployError} when the configuration or a reading is refused.
 */
export async function planDeployment(options: DeployOptions): Promise<readonly Change[]> {
  return (await begin(readConfiguration(options.stackJson, options.modules), options)).changes;
}

/** Checks everything, reads what there is, and plans. */
async function begin(configuration: Configuration, options: DeployOptions): Promise<Work> {
  const schemas = typeof options.schema === "string" ? loadSchemas(options.schema) : options.schema;
  const planned = plan(configuration, schemas, options.variables ?? {});
  const clients = configureClients(planned.providers, options);
  const data = new Map<string, Attributes>();
  for (const { address, type, attributes } of planned.data) {
    data.set(address, await reading(address, type.read(clients, attributes)));
  }
  const existing = new Map<string, DeployedResource>();
  for (const resource of options.state?.resources ?? []) {
    const { address, attributes } = resource;
    const type = typeOfDeployed(resource);
    const read = type.read === undefined ? attributes : await reading(address, type.read(clients, attributes));
    if (read !== null) existing.set(address, { ...resource, id: read.id, attributes: read });
  }
  return { clients, plan: planned, data, existing, changes: planChanges(planned, { data, resources: existing }) };
}

async function reading<T>(address: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw error instanceof DeployError ? error : new DeployError(address, reasonOf(error), { cause: error });
  }
}

/** Creates a resource, or changes it in place. */
async function make(
  { block, type, ...others }: PlannedResource,
  action: "create" | "update" | "replace" | "delete",
  existing: Map<string, DeployedResource>,
  desired: Attributes,
  clients: Clients,
  onEvent: (event: DeployEvent) => void,
): Promise<void> {
  const { address, dependencies } = block;
  const prior = existing.get(address)?.attributes;
  let state: ResourceState;
  if (action === "update" && prior !== undefined && type.update !== undefined) {
    onEvent({ kind: "updating", address, id: prior.id });
    state = await type.update(clients, mergedWith(prior, { block, type, ...others }, desired), prior);
    onEvent({ kind: "updated", address, id: state.id });
  } else {
    onEvent({ kind: "creating", address, id: null });
    state = await type.create(clients, desired);
    onEvent({ kind: "created", address, id: state.id });
  }
  const resources = [...dependencies].filter((needed) => !needed.startsWith("data."));
  existing.set(address, { address, type: block.type, id: state.id, attributes: state, dependencies: resources });
}

async function destroy(
  existing: Map<string, DeployedResource>,
  resource: DeployedResource,
  clients: Clients,
  onEvent: (event: DeployEvent) => void,
): Promise<void> {
  const { address, id, attributes } = resource;
  onEvent({ kind: "destroying", address, id });
  await reading(address, typeOfDeployed(resource).destroy(clients, attributes));
  existing.delete(address);
  onEvent({ kind: "destroyed", address, id });
}

function typeOfDeployed({ address, type }: DeployedResource): ResourceType {
  const known = RESOURCE_TYPES[type];
  if (known === undefined) throw new DeployError(address, `resource type ${type} is not known here`);
  return known;
}

function deployment(
  existing: Map<string, DeployedResource>,
  outputs: State["outputs"],
  prior: State,
  clients: Clients,
  onEvent: (event: DeployEvent) => void,
): Deployment {
  const inOrder = () => [...destructionOrder([...existing.values()])].reverse();
  return {
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value])),
    get resources() {
      return new Map(inOrder().map((resource) => [resource.address, resource]));
    },
    get state() {
      const resources = inOrder();
      return {
        version: 1 as const,
        serial: prior.serial + 1,
        resources,
        outputs: resources.length === 0 ? {} : outputs,
      };
    },
    async destroy() {
      for (const resource of destructionOrder([...existing.values()])) {
        await destroy(existing, resource, clients, onEvent);
      }
    },
  };
}
