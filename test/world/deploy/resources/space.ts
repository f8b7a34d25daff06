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
  unlessEmpty,
} from "./resource-type.js";

const SELECTION = "{id,description,name,inheritEntities,parentSpace,labels}";
const CREATE = `mutation($input:SpaceInput!){spaceCreate(input: $input)${SELECTION}}`;
const READ = `query($id:ID!){space(id: $id)${SELECTION}}`;
const UPDATE = `mutation($input:SpaceInput!$space:ID!){spaceUpdate(space: $space, input: $input)${SELECTION}}`;
const DELETE = `mutation($id:ID!){spaceDelete(space: $id)${SELECTION}}`;

interface SpaceData {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly inheritEntities: boolean;
  readonly parentSpace: string | null;
  readonly labels: readonly string[];
}

/** `spacelift_space`: CreateSpace, SpaceRead; SpaceUpdate, SpaceRead; DeleteSpace. Its names are this way round. */
export const spaceResource: ResourceType = {
  defaults: { parent_space_id: "root", inherit_entities: false },

  check(attributes) {
    refuseEmpty(attributes, ["name", "labels"]);
  },

  async create(clients, attributes) {
    const client = await clients.spacelift();
    const { spaceCreate } = await client.mutate<{ spaceCreate: SpaceData }>("CreateSpace", CREATE, {
      input: inputOf(attributes),
    });
    return readSpace(clients, { ...attributes, id: spaceCreate.id });
  },

  read: readSpace,

  async update(clients, attributes, { id }) {
    await (await clients.spacelift()).mutate("SpaceUpdate", UPDATE, { input: inputOf(attributes), space: id });
    return readSpace(clients, { ...attributes, id });
  },

  async destroy(clients, { id }) {
    await (await clients.spacelift()).mutate("DeleteSpace", DELETE, { id });
  },
};

function inputOf(attributes: Attributes): object {
  return {
    description: textOrNull(attributes, "description") ?? "",
    name: text(attributes, "name"),
    inheritEntities: attributes.inherit_entities === true,
    parentSpace: text(attributes, "parent_space_id"),
    labels: setOrNull(attributes, "labels"),
  };
}

/** @throws when the space is gone: to the provider that is an error. */
async function readSpace(clients: Clients, state: ResourceState): Promise<ResourceState> {
  const read = await (await clients.spacelift()).query<{ space: SpaceData | null }>("SpaceRead", READ, {
    id: state.id,
  });
  const space = read?.space;
  if (space == null) throw new Error(`could not find space ${state.id}`);
  return {
    ...state,
    name: space.name,
    description: space.description,
    inherit_entities: space.inheritEntities,
    parent_space_id: space.parentSpace ?? state.parent_space_id ?? null,
    labels: unlessEmpty(state.labels, [...space.labels].sort()),
  };
}
