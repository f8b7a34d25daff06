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
} from "./resource-type.js";

/** Everything the provider selects of a role. */
export const ROLE_SELECTION = "{id,slug,isSystem,name,description,actions,roleBindingsCount}";

const ACTIONS =
  "query($includeDeprecated:Boolean!){__schema{types{name,kind,description," +
  "enumValues(includeDeprecated: $includeDeprecated){name,description}}}}";
const CREATE = `mutation($input:RoleInput!){roleCreate(input: $input)${ROLE_SELECTION}}`;
const READ = `query($id:ID!){role(id: $id)${ROLE_SELECTION}}`;
const UPDATE = `mutation($id:ID!$input:RoleUpdateInput!){roleUpdate(id: $id, input: $input)${ROLE_SELECTION}}`;
const DELETE = `mutation($id:ID!){roleDelete(id: $id)${ROLE_SELECTION}}`;

/** A role as the API answers it. */
export interface RoleData {
  readonly id: string;
  readonly slug: string;
  readonly isSystem: boolean;
  readonly name: string;
  readonly description: string;
  readonly actions: readonly string[];
}

interface Introspection {
  readonly __schema: {
    readonly types: readonly { readonly name: string; readonly enumValues: readonly { name: string }[] | null }[];
  };
}

/** `spacelift_role`: Introspection, RoleCreate, RoleRead; RoleUpdate, RoleRead; RoleDelete. */
export const roleResource: ResourceType = {
  defaults: {},

  check(attributes) {
    refuseEmpty(attributes, ["name", "actions"]);
    if (Array.isArray(attributes.actions) && attributes.actions.length === 0) {
      throw new Error("attribute actions must have at least one element");
    }
  },

  async create(clients, attributes) {
    await checkActions(clients, attributes);
    const input = {
      name: text(attributes, "name"),
      description: textOrNull(attributes, "description") || null,
      actions: setOrNull(attributes, "actions"),
    };
    const client = await clients.spacelift();
    const { roleCreate } = await client.mutate<{ roleCreate: RoleData }>("RoleCreate", CREATE, { input });
    return present(await readRole(clients, { ...attributes, id: roleCreate.id }));
  },

  read: readRole,

  async update(clients, attributes, state) {
    const changed = (name: string) => JSON.stringify(attributes[name]) !== JSON.stringify(state[name]);
    if (changed("actions")) await checkActions(clients, attributes);
    const input = {
      name: changed("name") ? text(attributes, "name") : null,
      description: changed("description") ? (textOrNull(attributes, "description") ?? "") : null,
      // The provider spells this one with a capital letter.
      Actions: changed("actions") ? setOrNull(attributes, "actions") : null,
    };
    const { id } = state;
    await (await clients.spacelift()).mutate("RoleUpdate", UPDATE, { id, input });
    return present(await readRole(clients, { ...attributes, id }));
  },

  async destroy(clients, { id }) {
    await (await clients.spacelift()).mutate("RoleDelete", DELETE, { id });
  },
};

/** The provider asks the API's schema which actions there are. @throws when one is not among them. */
async function checkActions(clients: Clients, attributes: Attributes): Promise<void> {
  const client = await clients.spacelift();
  const answer = await client.query<Introspection>("Introspection", ACTIONS, { includeDeprecated: true });
  const known = answer?.__schema.types.find(({ name }) => name === "Action")?.enumValues ?? [];
  for (const action of setOrNull(attributes, "actions") ?? []) {
    if (known.some(({ name }) => name === action)) continue;
    throw new Error(`action ${action} is not valid; valid are ${known.map(({ name }) => name).join(", ")}`);
  }
}

async function readRole(clients: Clients, state: ResourceState): Promise<ResourceState | null> {
  const read = await (await clients.spacelift()).query<{ role: RoleData | null }>("RoleRead", READ, { id: state.id });
  if (read?.role == null) return null;
  const { slug, name, description, actions } = read.role;
  return { ...state, slug, name, description, actions: [...actions].sort() };
}

function present(role: ResourceState | null): ResourceState {
  if (role === null) throw new Error("the role is gone on reading");
  return role;
}
