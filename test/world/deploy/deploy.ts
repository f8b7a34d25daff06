// SPDX-License-Identifier: Apache-2.0
import { type Credentials, configureClients } from "./clients.js";
import { readConfiguration } from "./configuration.js";
import { DeployError, reasonOf } from "./errors.js";
import { lookUpIn, type PlannedResource, plan, settle } from "./plan.js";
import { type Attributes, loadSchemas, type ProviderSchemas } from "./provider-schema.js";
import type { Clients } from "./resources/resource-type.js";
import { evaluate, type Value } from "./template.js";

/** What to deploy, and where. */
export interface DeployOptions extends Credentials {
  /** A synthesized `cdk.tf.json`: its text, or what it parses to. */
  readonly stackJson: string | object;
  /** The providers' schemas, or the file or folder they are in. */
  readonly schema: string | ProviderSchemas;
  /** Values for the configuration's variables. @default their defaults */
  readonly variables?: Readonly<Record<string, Value>>;
  /** Hears of every step as it begins and ends. @default nobody */
  readonly onEvent?: (event: DeployEvent) => void;
}

/** A step of a deployment or of its destruction. */
export interface DeployEvent {
  readonly kind: "creating" | "created" | "destroying" | "destroyed";
  readonly address: string;
  /** Null before the resource exists. */
  readonly id: string | null;
}

/** A resource that exists. */
export interface DeployedResource {
  readonly address: string;
  readonly type: string;
  readonly id: string;
  /** What Terraform's state would hold, secrets included. */
  readonly attributes: Attributes;
}

/** What a deployment created. */
export interface Deployment {
  /** By address, in the order of creation; destroyed ones are gone. */
  readonly resources: ReadonlyMap<string, DeployedResource>;
  readonly outputs: Readonly<Record<string, Value>>;
  /**
   * Destroys every resource, the last created first. After a failure it can be called again for what is left.
   *
   * @throws {@link DeployError} with the address that could not be destroyed.
   */
  destroy(): Promise<void>;
}

/** A deployment that failed on the way; `created` is what exists by then and can be destroyed. */
export class FailedDeployment extends DeployError {
  readonly created: Deployment;

  constructor(address: string, reason: string, created: Deployment, options: ErrorOptions) {
    super(address, reason, options);
    this.name = "FailedDeployment";
    this.created = created;
  }
}

/** What the creation of a resource returned, and how to undo it. */
interface Existing {
  readonly planned: PlannedResource;
  readonly state: Attributes & { readonly id: string };
}

/**
 * Applies a synthesized CDKTF stack with the API calls that the Terraform providers for Spacelift and Tailscale would
 * make. It stands in for `terraform apply` where the providers cannot be installed, knows only the resources this
 * project makes, and keeps no state: it creates, and destroys what it created.
 *
 * @throws {@link DeployError} before anything is created when the configuration is refused, {@link FailedDeployment}
 * when an API refuses something.
 */
export async function deploy(options: DeployOptions): Promise<Deployment> {
  const { onEvent = () => {} } = options;
  const configuration = readConfiguration(options.stackJson);
  const schemas = typeof options.schema === "string" ? loadSchemas(options.schema) : options.schema;
  const planned = plan(configuration, schemas, options.variables ?? {});
  const clients = configureClients(planned.providers, options);
  const existing: Existing[] = [];
  const states = new Map<string, Attributes>();
  const lookUp = lookUpIn(planned.variables, states);

  for (const resource of planned.resources) {
    const { address } = resource.block;
    try {
      onEvent({ kind: "creating", address, id: null });
      const state = await resource.type.create(clients, settle(resource, lookUp));
      existing.push({ planned: resource, state });
      states.set(address, state);
      onEvent({ kind: "created", address, id: state.id });
    } catch (error) {
      // A provider that cannot log in has an address of its own.
      const about = error instanceof DeployError ? error : new DeployError(address, reasonOf(error));
      const created = deployment(existing, {}, clients, onEvent);
      throw new FailedDeployment(about.address, about.reason, created, { cause: error });
    }
  }
  const outputs = [...configuration.outputs].map(([name, { value }]) => [name, evaluate(value, lookUp)]);
  return deployment(existing, Object.fromEntries(outputs), clients, onEvent);
}

function deployment(
  existing: Existing[],
  outputs: Readonly<Record<string, Value>>,
  clients: Clients,
  onEvent: (event: DeployEvent) => void,
): Deployment {
  return {
    outputs,
    get resources() {
      return new Map(
        existing.map(({ planned: { block }, state }) => [
          block.address,
          { address: block.address, type: block.type, id: state.id, attributes: state },
        ]),
      );
    },
    async destroy() {
      for (let last = existing.at(-1); last !== undefined; last = existing.at(-1)) {
        const { address } = last.planned.block;
        onEvent({ kind: "destroying", address, id: last.state.id });
        try {
          await last.planned.type.destroy(clients, last.state);
        } catch (error) {
          throw new DeployError(address, reasonOf(error), { cause: error });
        }
        existing.pop();
        onEvent({ kind: "destroyed", address, id: last.state.id });
      }
    },
  };
}
