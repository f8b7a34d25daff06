// SPDX-License-Identifier: Apache-2.0
import type { ApiModule, Call } from "../api/api-module.js";
import { authorize } from "../api/caller.js";
import type { PluginTemplateInput } from "./plugin-templates.js";
import type { Plugin, PluginInput } from "./plugins.js";

/**
 * Plugins: `pluginTemplate`, `pluginTemplateCreate`, `pluginTemplateDelete`, `plugin`, `pluginInstall`, `pluginDelete`.
 *
 * Who may do that is not documented. Here it takes an administrator: of the root space for templates, which the whole
 * account shares, and of the plugin's space for plugins.
 */
export const pluginApi: ApiModule = {
  sdl: /* GraphQL */ `
    type PluginTemplateParameter {
      id: ID!
      name: String!
      type: String!
      description: String
      sensitive: Boolean!
      required: Boolean!
      default: String
    }

    type PluginTemplate {
      id: ID!
      isGlobal: Boolean!
      name: String!
      description: String
      manifest: String!
      parameters: [PluginTemplateParameter!]!
      labels: [String!]!
      createdAt: Int!
      updatedAt: Int!
    }

    type Plugin {
      id: ID!
      name: String!
      spaceDetails: Space!
      pluginTemplateDetails: PluginTemplate
      labels: [String!]!
      labelIdentifier: String!
      createdAt: Int!
      updatedAt: Int!
    }

    input PluginTemplateCreateInput {
      name: String!
      description: String
      manifest: String!
      labels: [String!]
    }

    input PluginInstallParameterInput {
      id: String!
      value: String!
    }

    input PluginInstallInput {
      name: String!
      parameters: [PluginInstallParameterInput!]
      pluginTemplateID: ID!
      labels: [String!]
      space: ID!
      labelIdentifier: String!
    }

    extend type Query {
      pluginTemplate(id: ID!): PluginTemplate
      plugin(id: ID!): Plugin
    }

    extend type Mutation {
      pluginTemplateCreate(input: PluginTemplateCreateInput!): PluginTemplate!
      pluginTemplateDelete(id: ID!): PluginTemplate
      pluginInstall(input: PluginInstallInput!): Plugin!
      pluginDelete(id: ID!): Plugin
    }
  `,
  resolvers: {
    Plugin: {
      spaceDetails: ({ space }: Plugin, _: unknown, { account }: Call) => account.spaces.require(space),
      pluginTemplateDetails: ({ templateId }: Plugin, _: unknown, { account }: Call) =>
        account.pluginTemplates.get(templateId),
    },
    Query: {
      pluginTemplate: (_: unknown, { id }: { id: string }, { account }: Call) => account.pluginTemplates.get(id),
      plugin: (_: unknown, { id }: { id: string }, { account, caller }: Call) => {
        const plugin = account.plugins.get(id);
        return plugin !== undefined && caller.sees(plugin.space) ? plugin : null;
      },
    },
    Mutation: {
      pluginTemplateCreate: (_: unknown, { input }: { input: PluginTemplateInput }, { account, caller }: Call) => {
        authorize(caller, "root", "SPACE_ADMIN");
        return account.pluginTemplates.create(input);
      },
      pluginTemplateDelete: (_: unknown, { id }: { id: string }, { account, caller }: Call) => {
        authorize(caller, "root", "SPACE_ADMIN");
        return account.pluginTemplates.delete(id);
      },
      pluginInstall: (_: unknown, { input }: { input: PluginInput }, { account, caller }: Call) => {
        authorize(caller, input.space, "SPACE_ADMIN");
        return account.plugins.install(input);
      },
      pluginDelete: (_: unknown, { id }: { id: string }, { account, caller }: Call) => {
        authorize(caller, account.plugins.require(id).space, "SPACE_ADMIN");
        return account.plugins.delete(id);
      },
    },
  },
};
