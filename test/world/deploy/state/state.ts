// SPDX-License-Identifier: Apache-2.0
import { DeployError } from "../errors.js";
import type { ResourceState } from "../resources/resource-type.js";
import type { Value } from "../template.js";

/** A resource that was deployed. */
export interface DeployedResource {
  /** `<type>.<name>` */
  readonly address: string;
  readonly type: string;
  readonly id: string;
  /** What Terraform's state would hold, secrets included. */
  readonly attributes: ResourceState;
  /** Addresses of the resources it was made of. */
  readonly dependencies: readonly string[];
}

/** What a deployment leaves behind for the next one. It is JSON, and holds secrets as Terraform's does. */
export interface State {
  readonly version: 1;
  /** Counts the deployments that changed the state. */
  readonly serial: number;
  /** In the order of creation. */
  readonly resources: readonly DeployedResource[];
  readonly outputs: Readonly<Record<string, Value>>;
}

/** The state before the first deployment. */
export const NO_STATE: State = { version: 1, serial: 0, resources: [], outputs: {} };

/** Reads the text of a state. @throws {@link DeployError} when it is none of this loader's. */
export function parseState(text: string): State {
  const state = JSON.parse(text) as State;
  if (state.version !== 1 || !Array.isArray(state.resources)) {
    throw new DeployError("state", "was not written by this loader");
  }
  return state;
}
