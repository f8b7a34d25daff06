// SPDX-License-Identifier: Apache-2.0
import { DeployError } from "../errors.js";
import { at, type Plan, type PlannedResource, settle, withUnknowns } from "../plan.js";
import type { Attributes } from "../provider-schema.js";
import { UNKNOWN, type Value } from "../template.js";
import type { DeployedResource } from "./state.js";

/** What is to happen to one resource. */
export interface Change {
  readonly address: string;
  readonly type: string;
  readonly action: "create" | "update" | "replace" | "delete" | "no-op";
  /** Names of the attributes that differ from the state; none unless something is updated or replaced. */
  readonly attributes: readonly string[];
  /** Of those, the ones that cannot be changed in place. */
  readonly replacedBy: readonly string[];
}

/** What exists of the things that references can name: data sources, and resources that were read again. */
export interface Known {
  readonly data: ReadonlyMap<string, Attributes>;
  readonly resources: ReadonlyMap<string, DeployedResource>;
}

/**
 * What Terraform would plan: a change for every resource of the configuration, in the order to make them, then one for
 * every resource that is no longer in it.
 *
 * What a resource will be is handed on to those that refer to it: a changed id makes them differ too.
 *
 * @throws {@link DeployError} when a resource would have to be replaced before it goes.
 */
export function planChanges(plan: Plan, known: Known): readonly Change[] {
  const states = new Map<string, Attributes>(known.data);
  const lookUps = plan.lookUpIn(states);
  const changes = plan.resources.map((resource): Change => {
    const { address, type, createBeforeDestroy } = resource.block;
    const desired = settle(resource, lookUps);
    const prior = known.resources.get(address)?.attributes;
    const change = prior === undefined ? CREATION : at(address, () => changeOf(resource, desired, prior));
    if (change.action === "replace" && createBeforeDestroy) {
      throw new DeployError(address, "replacing before destroying is not known here");
    }
    states.set(address, afterwards(resource, change, desired, prior));
    return { address, type, ...change };
  });
  const kept = new Set(plan.resources.map(({ block }) => block.address));
  const deleted = [...known.resources.values()].filter(({ address }) => !kept.has(address));
  return [...changes, ...deleted.map(({ address, type }): Change => ({ address, type, ...NOTHING, action: "delete" }))];
}

/** The attributes to change a resource to: what only the provider sets stays as it is in the state. */
export function mergedWith(prior: Attributes, { schema }: PlannedResource, desired: Attributes): Attributes {
  const kept = Object.entries(schema).flatMap(([name, { computed }]) =>
    computed === true && (desired[name] ?? null) === null ? [[name, prior[name] ?? null] as const] : [],
  );
  return { ...desired, ...Object.fromEntries(kept) };
}

type Judgement = Omit<Change, "address" | "type">;

const NOTHING = { attributes: [], replacedBy: [] };
const CREATION: Judgement = { action: "create", ...NOTHING };

function changeOf(resource: PlannedResource, desired: Attributes, prior: Attributes): Judgement {
  const { type, schema, block } = resource;
  const attributes = Object.entries(schema).flatMap(([name, attribute]) => {
    const { required, optional, computed, write_only: writeOnly } = attribute;
    const given = desired[name] ?? null;
    if (writeOnly === true || (required !== true && optional !== true)) return [];
    if (block.ignoreChanges === "all" || block.ignoreChanges.includes(name)) return [];
    if (given === null && computed === true) return [];
    if (isEqual(given, prior[name] ?? null) || type.isSame?.(name, given, prior) === true) return [];
    return [name];
  });
  const replacedBy = attributes.filter((name) => type.update === undefined || type.replacedBy?.includes(name));
  const action = replacedBy.length > 0 ? "replace" : attributes.length > 0 ? "update" : "no-op";
  return { action, attributes, replacedBy };
}

function afterwards(
  resource: PlannedResource,
  { action }: Judgement,
  desired: Attributes,
  prior: Attributes | undefined,
): Attributes {
  if (prior === undefined || action === "replace") return withUnknowns(resource.schema, desired);
  if (action === "no-op") return prior;
  const anew = resource.type.setByUpdate ?? [];
  return { ...mergedWith(prior, resource, desired), ...Object.fromEntries(anew.map((name) => [name, UNKNOWN])) };
}

/** Whether two values are the same to a provider: most cannot tell an empty text or list from none. */
function isEqual(given: Value, prior: Value): boolean {
  if (given === UNKNOWN) return false;
  const plain = (value: Value) => (value === "" || (Array.isArray(value) && value.length === 0) ? null : value);
  return JSON.stringify(plain(given)) === JSON.stringify(plain(prior));
}
