// SPDX-License-Identifier: Apache-2.0
import {
  type Change,
  type DeployEvent,
  deploy,
  FailedDeployment,
  NO_STATE,
  parseState,
  planDeployment,
  type State,
} from "../../world/deploy/index.js";
import type { Here } from "./deploy-here.js";

/** Deployments of one test, each with the state that the one before has left. */
export interface Kept {
  readonly state: State;
  /** What the last {@link apply} told of, as `updated spacelift_context.c`. */
  readonly events: readonly string[];
  /** Applies, and keeps the state whatever happens. */
  readonly apply: (resource: object, more?: object) => Promise<void>;
  /** What a plan says, without what stays: `update spacelift_context.c: description`. */
  readonly plan: (resource: object) => Promise<readonly string[]>;
}

/** Keeps the state of every test of a file: call it at the top, use it in tests. */
export function useKept(here: Here): Kept {
  let state: State;
  let events: string[];
  beforeEach(() => {
    state = NO_STATE;
  });
  const options = (resource: object, more: object = {}) => {
    const onEvent = ({ kind, address }: DeployEvent) => events.push(`${kind} ${address}`);
    // As it is after it was kept somewhere.
    return here.options({ resource, ...more }, { state: parseState(JSON.stringify(state)), onEvent });
  };
  return {
    get state() {
      return state;
    },
    get events() {
      return events;
    },
    apply: async (resource, more) => {
      events = [];
      const deployment = await deploy(options(resource, more)).catch((error: unknown) => {
        if (error instanceof FailedDeployment) state = error.created.state;
        throw error;
      });
      state = deployment.state;
    },
    plan: async (resource) => {
      const changes = await planDeployment(options(resource));
      return changes.filter(({ action }) => action !== "no-op").map(told);
    },
  };
}

function told({ action, address, attributes, replacedBy }: Change): string {
  const because = action === "replace" ? replacedBy : attributes;
  return `${action} ${address}${because.length === 0 ? "" : `: ${because.join(", ")}`}`;
}
