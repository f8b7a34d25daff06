// SPDX-License-Identifier: Apache-2.0
import {
  type Clients,
  type ResourceState,
  type ResourceType,
  refuseAttribute,
  refuseEmpty,
  requireOneOf,
  text,
} from "./resource-type.js";
import { ROLE_SELECTION } from "./role.js";

const SELECTION = `{id,role${ROLE_SELECTION},space{id,description,name,inheritEntities,parentSpace,labels},stackID}`;
const CREATE = `mutation($input:StackRoleBindingInput!){stackRoleBindingCreate(input: $input)${SELECTION}}`;
const READ = `query($id:ID!){stackRoleBinding(id: $id)${SELECTION}}`;
const DELETE = `mutation($id:ID!){stackRoleBindingDelete(id: $id)${SELECTION}}`;

/** Who else can have a role. */
const OTHERS = ["api_key_id", "idp_group_mapping_id", "user_id"];

/** What the provider puts before the ids of attachments to stacks. */
const PREFIX = "STACK/";

interface BindingData {
  readonly id: string;
  readonly role: { readonly id: string };
  readonly space: { readonly id: string };
  readonly stackID: string;
}

/** `spacelift_role_attachment` to a stack: StackRoleBindingCreate, ...Read; ...Delete. The provider has no update. */
export const roleAttachmentResource: ResourceType = {
  defaults: {},

  check(attributes) {
    requireOneOf(attributes, ["stack_id", ...OTHERS]);
    for (const name of OTHERS) refuseAttribute(attributes, name);
    refuseEmpty(attributes, ["role_id", "space_id"]);
  },

  async create(clients, attributes) {
    const input = {
      roleID: text(attributes, "role_id"),
      stackID: text(attributes, "stack_id"),
      spaceID: text(attributes, "space_id"),
    };
    const { stackRoleBindingCreate } = await (await clients.spacelift()).mutate<{
      stackRoleBindingCreate: BindingData;
    }>("StackRoleBindingCreate", CREATE, { input });
    const created = await readBinding(clients, { ...attributes, id: PREFIX + stackRoleBindingCreate.id });
    if (created === null) throw new Error("the role attachment was created, but is gone on reading");
    return created;
  },

  read: readBinding,

  async destroy(clients, { id }) {
    await (await clients.spacelift()).mutate("StackRoleBindingDelete", DELETE, { id: id.slice(PREFIX.length) });
  },
};

async function readBinding(clients: Clients, state: ResourceState): Promise<ResourceState | null> {
  const read = await (await clients.spacelift()).query<{ stackRoleBinding: BindingData | null }>(
    "StackRoleBindingRead",
    READ,
    { id: state.id.slice(PREFIX.length) },
  );
  if (read?.stackRoleBinding == null) return null;
  const { role, space, stackID } = read.stackRoleBinding;
  return { ...state, role_id: role.id, space_id: space.id, stack_id: stackID };
}
