// SPDX-License-Identifier: Apache-2.0
import type { Attributes } from "../provider-schema.js";
import {
  type Clients,
  type ResourceState,
  type ResourceType,
  refuseEmpty,
  setOrNull,
  text,
  textOrNull,
  texts,
  unlessEmpty,
} from "./resource-type.js";

/** API name of every hook list, and its attribute in the provider. */
export const HOOKS = [
  ["afterApply", "after_apply"],
  ["afterDestroy", "after_destroy"],
  ["afterInit", "after_init"],
  ["afterPerform", "after_perform"],
  ["afterPlan", "after_plan"],
  ["afterRun", "after_run"],
  ["beforeApply", "before_apply"],
  ["beforeDestroy", "before_destroy"],
  ["beforeInit", "before_init"],
  ["beforePerform", "before_perform"],
  ["beforePlan", "before_plan"],
] as const;

const SELECTION = `{id,description,labels,name,space,hooks{${HOOKS.map(([name]) => name).join(",")}}}`;
const CREATE = `mutation($input:ContextInput!){contextCreateV2(input: $input)${SELECTION}}`;
const READ = `query($id:ID!){context(id: $id)${SELECTION}}`;
const UPDATE = `mutation($id:ID!$input:ContextInput!){contextUpdateV2(id: $id, input: $input)${SELECTION}}`;
const DELETE = `mutation($id:ID!){contextDelete(id: $id)${SELECTION}}`;

interface ContextData {
  readonly id: string;
  readonly description: string | null;
  readonly labels: readonly string[];
  readonly name: string;
  readonly space: string;
  readonly hooks: Readonly<Record<string, readonly string[]>>;
}

/** `spacelift_context`: ContextCreate, ContextRead; ContextUpdate, ContextRead; ContextDelete. */
export const contextResource: ResourceType = {
  defaults: {},

  check(attributes) {
    refuseEmpty(attributes, ["name", "labels", ...HOOKS.map(([, attribute]) => attribute)]);
  },

  async create(clients, attributes) {
    const client = await clients.spacelift();
    const { contextCreateV2 } = await client.mutate<{ contextCreateV2: ContextData }>("ContextCreate", CREATE, {
      input: inputOf(attributes),
    });
    const created = await readContext(clients, { ...attributes, id: contextCreateV2.id });
    if (created === null) throw new Error("the context was created, but is gone on reading");
    return created;
  },

  read: readContext,

  async update(clients, attributes, { id }) {
    await (await clients.spacelift()).mutate("ContextUpdate", UPDATE, { id, input: inputOf(attributes) });
    const updated = await readContext(clients, { ...attributes, id });
    if (updated === null) throw new Error("the context was updated, but is gone on reading");
    return updated;
  },

  async destroy(clients, { id }) {
    await (await clients.spacelift()).mutate("ContextDelete", DELETE, { id });
  },
};

function inputOf(attributes: Attributes): object {
  return {
    name: text(attributes, "name"),
    // The provider cannot tell an empty text from none here.
    description: textOrNull(attributes, "description") || null,
    hooks: Object.fromEntries(HOOKS.map(([name, attribute]) => [name, texts(attributes, attribute)])),
    labels: setOrNull(attributes, "labels"),
    space: textOrNull(attributes, "space_id") || null,
  };
}

async function readContext(clients: Clients, state: ResourceState): Promise<ResourceState | null> {
  const client = await clients.spacelift();
  const read = await client.query<{ context: ContextData | null }>("ContextRead", READ, { id: state.id });
  const context = read?.context;
  if (context == null) return null;
  return {
    ...state,
    name: context.name,
    // A description that is gone is not noticed.
    description: context.description ?? state.description ?? null,
    labels: unlessEmpty(state.labels, [...context.labels].sort()),
    space_id: context.space,
    ...Object.fromEntries(
      HOOKS.map(([name, attribute]) => [attribute, unlessEmpty(state[attribute], context.hooks[name] ?? [])]),
    ),
  };
}
