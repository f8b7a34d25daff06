// SPDX-License-Identifier: Apache-2.0
import { crc32 } from "node:zlib";
import type { Value } from "../template.js";
import { type ResourceType, refuseEmpty, text, textOrNull, texts } from "./resource-type.js";

/** API name of every hook list, and its attribute in the provider. */
const HOOKS = [
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
const DELETE = `mutation($id:ID!){contextDelete(id: $id)${SELECTION}}`;

interface ContextData {
  readonly id: string;
  readonly description: string | null;
  readonly labels: readonly string[];
  readonly name: string;
  readonly space: string;
  readonly hooks: Readonly<Record<string, readonly string[]>>;
}

/** `spacelift_context`: ContextCreate, ContextRead; ContextDelete. */
export const contextResource: ResourceType = {
  defaults: {},

  check(attributes) {
    refuseEmpty(attributes, ["name", "labels", ...HOOKS.map(([, attribute]) => attribute)]);
  },

  async create(clients, attributes) {
    const client = await clients.spacelift();
    const labels = texts(attributes, "labels");
    const input = {
      name: text(attributes, "name"),
      // The provider cannot tell an empty text from none here.
      description: textOrNull(attributes, "description") || null,
      hooks: Object.fromEntries(HOOKS.map(([name, attribute]) => [name, texts(attributes, attribute)])),
      // The provider sends a set without elements as null.
      labels: labels.length === 0 ? null : inSetOrder(labels),
      space: textOrNull(attributes, "space_id") || null,
    };
    const { contextCreateV2 } = await client.mutate<{ contextCreateV2: ContextData }>("ContextCreate", CREATE, {
      input,
    });
    const read = await client.query<{ context: ContextData | null }>("ContextRead", READ, { id: contextCreateV2.id });
    const context = read?.context;
    if (context === null || context === undefined) throw new Error("the context was created, but is gone on reading");
    return {
      ...attributes,
      id: context.id,
      name: context.name,
      description: context.description ?? attributes.description ?? null,
      labels: unlessEmpty(attributes.labels, [...context.labels].sort()),
      space_id: context.space,
      ...Object.fromEntries(
        HOOKS.map(([name, attribute]) => [attribute, unlessEmpty(attributes[attribute], context.hooks[name] ?? [])]),
      ),
    };
  },

  async destroy(clients, { id }) {
    await (await clients.spacelift()).mutate("ContextDelete", DELETE, { id });
  },
};

/** A list as the state has it: an empty one is as it was given, which may be not at all. */
function unlessEmpty(given: Value | undefined, read: readonly string[]): Value {
  return read.length === 0 ? (given ?? null) : read;
}

/**
 * A set in the order the provider sends it: its framework sorts elements by the decimal text of the CRC-32 of each
 * element with a semicolon behind it. Nothing depends on the order but the comparison with what the provider sends.
 */
function inSetOrder(elements: readonly string[]): readonly string[] {
  const code = (element: string) => String(crc32(`${element};`));
  return [...elements].sort((a, b) => (code(a) < code(b) ? -1 : 1));
}
