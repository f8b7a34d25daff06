// SPDX-License-Identifier: Apache-2.0
import type { Attributes } from "../provider-schema.js";
import type { Value } from "../template.js";
import { PLUGIN_TEMPLATE_SELECTION, type PluginTemplateData } from "./plugin-template.js";
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

const SELECTION = "{id,name,spaceDetails{id},pluginTemplateDetails{id},labels,labelIdentifier,createdAt,updatedAt}";
const READ_TEMPLATE = `query($id:ID!){pluginTemplate(id: $id)${PLUGIN_TEMPLATE_SELECTION}}`;
const INSTALL = `mutation($input:PluginInstallInput!){pluginInstall(input: $input)${SELECTION}}`;
const READ = `query($id:ID!){plugin(id: $id)${SELECTION}}`;
const DELETE = `mutation($id:ID!){pluginDelete(id: $id)${SELECTION}}`;

interface PluginData {
  readonly id: string;
  readonly name: string;
  readonly spaceDetails: { readonly id: string };
  readonly pluginTemplateDetails: { readonly id: string } | null;
  readonly labels: readonly string[];
  readonly labelIdentifier: string;
}

/** `spacelift_plugin`: PluginTemplateReadForParams, PluginInstall, PluginRead; PluginDelete. There is no update. */
export const pluginResource: ResourceType = {
  defaults: {},

  check(attributes) {
    refuseEmpty(attributes, ["name", "plugin_template_id", "stack_label", "labels"]);
  },

  async create(clients, attributes) {
    const client = await clients.spacelift();
    const id = text(attributes, "plugin_template_id");
    const answer = await client.query<{ pluginTemplate: PluginTemplateData | null }>(
      "PluginTemplateReadForParams",
      READ_TEMPLATE,
      { id },
    );
    if (answer?.pluginTemplate == null) throw new Error("plugin template not found");
    const parameters = parametersFor(answer.pluginTemplate, attributes);
    const input = {
      name: text(attributes, "name"),
      pluginTemplateID: id,
      labelIdentifier: text(attributes, "stack_label"),
      ...(parameters.length === 0 ? {} : { parameters }),
      space: textOrNull(attributes, "space_id") || "root",
      labels: setOrNull(attributes, "labels"),
    };
    const { pluginInstall } = await client.mutate<{ pluginInstall: PluginData }>("PluginInstall", INSTALL, { input });
    const created = await read(clients, { ...attributes, id: pluginInstall.id });
    if (created === null) throw new Error("the plugin was installed, but is gone on reading");
    return created;
  },

  read,

  async destroy(clients, { id }) {
    await (await clients.spacelift()).mutate("PluginDelete", DELETE, { id });
  },
};

/** What is sent: in the order of the template, with its defaults. @throws on unknown and missing parameters. */
function parametersFor({ parameters }: PluginTemplateData, attributes: Attributes): { id: string; value: string }[] {
  const given = (attributes.parameters ?? {}) as Readonly<Record<string, Value>>;
  const unknown = Object.keys(given).find((name) => !parameters.some(({ id }) => id === name));
  if (unknown !== undefined) throw new Error(`unknown parameter '${unknown}': not defined in plugin template`);
  return parameters.flatMap(({ id, required, default: standard }) => {
    if (id in given) return [{ id, value: text(given, id) }];
    if (required) throw new Error(`required parameter '${id}' is missing`);
    return standard === null ? [] : [{ id, value: standard }];
  });
}

async function read(clients: Clients, state: ResourceState): Promise<ResourceState | null> {
  const client = await clients.spacelift();
  const answer = await client.query<{ plugin: PluginData | null }>("PluginRead", READ, { id: state.id });
  const plugin = answer?.plugin;
  if (plugin == null) return null;
  return {
    ...state,
    name: plugin.name,
    stack_label: plugin.labelIdentifier,
    labels: unlessEmpty(state.labels, [...plugin.labels].sort()),
    space_id: plugin.spaceDetails.id,
    plugin_template_id: plugin.pluginTemplateDetails?.id ?? state.plugin_template_id ?? null,
  };
}
