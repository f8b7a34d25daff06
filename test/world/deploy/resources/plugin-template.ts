// SPDX-License-Identifier: Apache-2.0
import type { Value } from "../template.js";
import {
  type Clients,
  isGiven,
  type ResourceState,
  type ResourceType,
  refuseEmpty,
  setOrNull,
  text,
  unlessEmpty,
} from "./resource-type.js";

/** Everything the provider selects of a template. */
export const PLUGIN_TEMPLATE_SELECTION =
  "{id,isGlobal,name,description,manifest,parameters{id,name,type,description,sensitive,required,default},labels," +
  "createdAt,updatedAt}";

const CREATE = `mutation($input:PluginTemplateCreateInput!){pluginTemplateCreate(input: $input)${PLUGIN_TEMPLATE_SELECTION}}`;
const READ = `query($id:ID!){pluginTemplate(id: $id)${PLUGIN_TEMPLATE_SELECTION}}`;
const DELETE = `mutation($id:ID!){pluginTemplateDelete(id: $id)${PLUGIN_TEMPLATE_SELECTION}}`;

/** A template as the API answers. */
export interface PluginTemplateData {
  readonly id: string;
  readonly isGlobal: boolean;
  readonly name: string;
  readonly description: string | null;
  readonly manifest: string;
  readonly parameters: readonly { readonly id: string; readonly required: boolean; readonly default: string | null }[];
  readonly labels: readonly string[];
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** `spacelift_plugin_template`: PluginTemplateCreate, PluginTemplateRead; PluginTemplateDelete. There is no update. */
export const pluginTemplateResource: ResourceType = {
  defaults: {},

  check(attributes) {
    refuseEmpty(attributes, ["name", "manifest", "labels"]);
  },

  async create(clients, attributes) {
    const input = {
      name: text(attributes, "name"),
      manifest: text(attributes, "manifest"),
      labels: setOrNull(attributes, "labels"),
      ...(isGiven(attributes, "description") ? { description: text(attributes, "description") } : {}),
    };
    const client = await clients.spacelift();
    const { pluginTemplateCreate } = await client.mutate<{ pluginTemplateCreate: PluginTemplateData }>(
      "PluginTemplateCreate",
      CREATE,
      { input },
    );
    const created = await read(clients, { ...attributes, id: pluginTemplateCreate.id });
    if (created === null) throw new Error("the plugin template was created, but is gone on reading");
    return created;
  },

  read,

  async destroy(clients, { id }) {
    await (await clients.spacelift()).mutate("PluginTemplateDelete", DELETE, { id });
  },
};

async function read(clients: Clients, state: ResourceState): Promise<ResourceState | null> {
  const client = await clients.spacelift();
  const answer = await client.query<{ pluginTemplate: PluginTemplateData | null }>("PluginTemplateRead", READ, {
    id: state.id,
  });
  const template = answer?.pluginTemplate;
  if (template == null) return null;
  return {
    ...state,
    name: template.name,
    description: template.description,
    manifest: template.manifest,
    labels: unlessEmpty(state.labels, [...template.labels].sort()),
    is_global: template.isGlobal,
    parameters: template.parameters as unknown as Value,
    created_at: template.createdAt,
    updated_at: template.updatedAt,
  };
}
