// SPDX-License-Identifier: Apache-2.0
import { MODULE_SELECTION } from "./module-selection.js";
import { type ResourceType, refuseEmpty, requireOneOf, text } from "./resource-type.js";
import { STACK_SELECTION } from "./stack-selection.js";

const SELECTION = "{id,stackId,isModule,priority}";
const VERIFY_STACK = `query($id:ID!){stack(id: $id)${STACK_SELECTION}}`;
const VERIFY_MODULE = `query($id:ID!){module(id: $id)${MODULE_SELECTION}}`;
const ATTACH = `mutation($id:ID!$priority:Int!$stack:ID!){contextAttach(id: $id, stack: $stack, priority: $priority)${SELECTION}}`;
const FETCH = `query($context:ID!$project:ID!){context(id: $context){attachedStack(id: $project)${SELECTION}}}`;
const DETACH = `mutation($id:ID!){contextDetach(id: $id)${SELECTION}}`;

/**
 * `spacelift_context_attachment`: StackVerifyExistence or ModuleVerifyExistence, ContextAttachmentCreate;
 * ContextAttachmentFetch; ContextAttachmentDelete. The provider has no update, and does not notice that an attachment
 * was made anew.
 */
export const contextAttachmentResource: ResourceType = {
  defaults: { priority: 0 },

  check(attributes) {
    requireOneOf(attributes, ["stack_id", "module_id"]);
    refuseEmpty(attributes, ["context_id"]);
    const { priority } = attributes;
    if (typeof priority === "number" && !Number.isInteger(priority))
      throw new Error("attribute priority must be whole");
  },

  async create(clients, attributes) {
    const client = await clients.spacelift();
    const id = text(attributes, "context_id");
    const stack = projectOf(attributes);
    const [kind, operation, query] =
      attributes.module_id == null
        ? (["stack", "StackVerifyExistence", VERIFY_STACK] as const)
        : (["module", "ModuleVerifyExistence", VERIFY_MODULE] as const);
    const found = await client.query<Record<string, object | null>>(operation, query, { id: stack });
    if (found?.[kind] == null) throw new Error(`${kind} ${stack} not found`);
    const variables = { id, priority: attributes.priority, stack };
    const { contextAttach } = await client.mutate<{ contextAttach: { id: string } }>(
      "ContextAttachmentCreate",
      ATTACH,
      variables,
    );
    return { ...attributes, id: `${id}/${contextAttach.id}` };
  },

  async read(clients, state) {
    const variables = { context: text(state, "context_id"), project: projectOf(state) };
    const answer = await (await clients.spacelift()).query<{
      context: { attachedStack: { priority: number } | null } | null;
    }>("ContextAttachmentFetch", FETCH, variables);
    const attachment = answer?.context?.attachedStack;
    return attachment == null ? null : { ...state, priority: attachment.priority };
  },

  async destroy(clients, { id }) {
    await (await clients.spacelift()).mutate("ContextAttachmentDelete", DETACH, { id: id.split("/")[1] });
  },
};

/** The id of the stack, or of the module. */
function projectOf(attributes: Parameters<typeof text>[0]): string {
  return text(attributes, attributes.module_id == null ? "stack_id" : "module_id");
}
