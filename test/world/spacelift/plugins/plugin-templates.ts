// SPDX-License-Identifier: Apache-2.0
import type { Announce } from "../account/account.js";
import { labelSet, ulid } from "../ids.js";
import { type PluginManifest, type PluginParameter, readManifest } from "./manifest.js";

/** What plugins can be installed from. */
export interface PluginTemplate {
  readonly id: string;
  /** Always false: Spacelift's own templates are not here. */
  readonly isGlobal: false;
  readonly name: string;
  readonly description: string | null;
  /** The YAML as it was given. */
  readonly manifest: string;
  readonly parameters: readonly PluginParameter[];
  readonly labels: readonly string[];
  /** Seconds since 1970. */
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** A template as a client sends it. */
export interface PluginTemplateInput {
  readonly name: string;
  readonly description?: string | null;
  readonly manifest: string;
  readonly labels?: readonly string[] | null;
}

/** The plugin templates of an account. */
export class PluginTemplates {
  readonly #announce: Announce;
  readonly #byId = new Map<string, PluginTemplate>();

  constructor(announce: Announce) {
    this.#announce = announce;
  }

  /** The template of that id, if there is one. */
  get(id: string): PluginTemplate | undefined {
    return this.#byId.get(id);
  }

  /** Every template, in the order they were added. */
  list(): readonly PluginTemplate[] {
    return [...this.#byId.values()];
  }

  /** @throws when there is no template of that id. */
  require(id: string): PluginTemplate {
    const template = this.#byId.get(id);
    if (template === undefined) throw new Error(`plugin template ${id} not found`);
    return template;
  }

  /** @throws when the name is empty, or the manifest is refused; see `readManifest`. */
  create({ name, description, manifest, labels }: PluginTemplateInput): PluginTemplate {
    if (name === "") throw new Error("plugin template: name must not be empty");
    const { parameters } = readManifest(manifest);
    const now = Math.floor(Date.now() / 1000);
    const template: PluginTemplate = {
      id: ulid(),
      isGlobal: false,
      name,
      description: description ?? null,
      manifest,
      parameters,
      labels: labelSet(`plugin template ${name}`, labels ?? []),
      createdAt: now,
      updatedAt: now,
    };
    this.#byId.set(template.id, template);
    this.#announce("created", "plugin template", name);
    return template;
  }

  /** What is installed from it stays. @throws when there is no template of that id. */
  delete(id: string): PluginTemplate {
    const template = this.require(id);
    this.#byId.delete(id);
    this.#announce("deleted", "plugin template", template.name);
    return template;
  }

  /** What the template of that id consists of. */
  manifestOf(id: string): PluginManifest {
    return readManifest(this.require(id).manifest);
  }
}
