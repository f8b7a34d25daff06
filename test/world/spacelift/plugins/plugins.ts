// SPDX-License-Identifier: Apache-2.0
import type { Account, Announce } from "../account/account.js";
import { labelSet, ulid } from "../ids.js";
import type { PluginContext, PluginManifest } from "./manifest.js";

/** An installed plugin. */
export interface Plugin {
  readonly id: string;
  readonly name: string;
  readonly templateId: string;
  readonly space: string;
  readonly labels: readonly string[];
  /** The label of the stacks that get its contexts, or `*` for all. */
  readonly labelIdentifier: string;
  /** Seconds since 1970. */
  readonly createdAt: number;
  readonly updatedAt: number;
  /** The ids of its contexts. */
  readonly contexts: readonly string[];
}

/** An installation as a client sends it. */
export interface PluginInput {
  readonly name: string;
  readonly pluginTemplateID: string;
  readonly space: string;
  readonly labelIdentifier: string;
  readonly parameters?: readonly { readonly id: string; readonly value: string }[] | null;
  readonly labels?: readonly string[] | null;
}

/** The installed plugins of an account. */
export class Plugins {
  readonly #account: Account;
  readonly #announce: Announce;
  readonly #byId = new Map<string, Plugin>();

  constructor(account: Account, announce: Announce) {
    this.#account = account;
    this.#announce = announce;
  }

  /** The plugin of that id, if there is one. */
  get(id: string): Plugin | undefined {
    return this.#byId.get(id);
  }

  /** Every plugin, in the order they were installed. */
  list(): readonly Plugin[] {
    return [...this.#byId.values()];
  }

  /** @throws when there is no plugin of that id. */
  require(id: string): Plugin {
    const plugin = this.#byId.get(id);
    if (plugin === undefined) throw new Error(`plugin ${id} not found`);
    return plugin;
  }

  /**
   * Installs a template: makes its contexts, in the space given, for all stacks that carry the label given.
   *
   * @throws when there is no such template or space, a name or label is empty, a parameter is missing, unknown or given
   * twice, or the account refuses what the manifest asks for. Then nothing is installed.
   */
  install(input: PluginInput): Plugin {
    const { name, labelIdentifier, pluginTemplateID: templateId } = input;
    const { contexts, pluginTemplates, spaces } = this.#account;
    if (name === "") throw new Error("plugin: name must not be empty");
    if (labelIdentifier === "") throw new Error(`plugin ${name}: labelIdentifier must not be empty`);
    const manifest = pluginTemplates.manifestOf(templateId);
    const values = parametersOf(manifest, input.parameters ?? []);
    const now = Math.floor(Date.now() / 1000);
    const id = ulid();
    const made: string[] = [];
    const plugin: Plugin = {
      id,
      name,
      templateId,
      space: spaces.require(input.space).id,
      labels: labelSet(`plugin ${name}`, input.labels ?? []),
      labelIdentifier,
      createdAt: now,
      updatedAt: now,
      contexts: made,
    };
    try {
      for (const context of manifest.contexts) this.#make(plugin, context, values, made);
    } catch (error) {
      for (const context of made) contexts.delete(context);
      throw error;
    }
    this.#byId.set(id, plugin);
    this.#announce("created", "plugin", name);
    return plugin;
  }

  /** Removes a plugin with its contexts. @throws when there is no plugin of that id. */
  delete(id: string): Plugin {
    const plugin = this.require(id);
    for (const context of plugin.contexts) this.#account.contexts.delete(context);
    this.#byId.delete(id);
    this.#announce("deleted", "plugin", plugin.name);
    return plugin;
  }

  /** Makes one context. Its id is noted as soon as it exists. */
  #make(plugin: Plugin, context: PluginContext, values: ReadonlyMap<string, string>, made: string[]): void {
    const { namePrefix, description, hooks, labels, environment, files } = context;
    const { id, elements } = this.#account.contexts.create(
      {
        name: `${namePrefix}-${ulid()}`,
        description,
        hooks,
        labels: [...labels, `autoattach:${plugin.labelIdentifier}`],
        space: plugin.space,
      },
      plugin.id,
    );
    made.push(id);
    for (const { name, from, sensitive } of environment) {
      const value = "value" in from ? from.value : (values.get(from.parameter) ?? "");
      elements.add({ id: name, type: "ENVIRONMENT_VARIABLE", value, writeOnly: sensitive });
    }
    for (const { path, content, sensitive } of files) {
      const value = Buffer.from(content).toString("base64");
      elements.add({ id: path, type: "FILE_MOUNT", value, writeOnly: sensitive });
    }
  }
}

/** A value for every parameter, by its id. */
function parametersOf(
  { parameters }: PluginManifest,
  given: NonNullable<PluginInput["parameters"]>,
): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const { id, value } of given) {
    if (!parameters.some((one) => one.id === id)) throw new Error(`unknown plugin parameter ${id}`);
    if (values.has(id)) throw new Error(`plugin parameter ${id} is given twice`);
    values.set(id, value);
  }
  for (const { id, required, default: standard } of parameters) {
    if (required && !values.get(id)) throw new Error(`required plugin parameter ${id} is missing`);
    if (!values.has(id)) values.set(id, standard ?? "");
  }
  return values;
}
