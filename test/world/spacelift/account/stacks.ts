// SPDX-License-Identifier: Apache-2.0

import { completeHooks, type HookList, type Hooks } from "../hooks.js";
import { labelSet, slug } from "../ids.js";
import type { Account, Announce } from "./account.js";
import { ConfigElements } from "./config-elements.js";
import { DEFAULT_SPACE } from "./spaces.js";
import { completeSettings, type StackSettings } from "./stack-settings.js";

/** A stack to add, or what a stack is to be from now on. */
export interface StackDefinition {
  readonly name: string;
  /** @default the slug of the name */
  readonly id?: string;
  /** @default none */
  readonly labels?: readonly string[];
  /** The id of its space. @default "legacy" */
  readonly space?: string;
  /** @default none */
  readonly hooks?: Partial<Record<HookList, readonly string[] | null>>;
  /** @default null: the account's or the worker pool's default image */
  readonly runnerImage?: string | null;
  /** Whether a tracked run applies without confirmation. @default false */
  readonly autodeploy?: boolean;
  /** @default null */
  readonly description?: string | null;
  /** @default "infra" */
  readonly repository?: string;
  /** @default "main" */
  readonly branch?: string;
  /** Below the repository's root. @default null */
  readonly projectRoot?: string | null;
  /** What nothing here but the API knows of. @default the provider's defaults */
  readonly settings?: Partial<StackSettings>;
}

/** A stack of the account. Its own environment variables and mounted files are in `elements`. */
export interface Stack extends Required<Omit<StackDefinition, "hooks" | "settings">> {
  readonly hooks: Hooks;
  readonly settings: StackSettings;
  readonly elements: ConfigElements;
}

/** The stacks of an account. */
export class Stacks {
  readonly #account: Account;
  readonly #announce: Announce;
  readonly #byId = new Map<string, Stack>();

  constructor(account: Account, announce: Announce) {
    this.#account = account;
    this.#announce = announce;
  }

  /** The stack of that id, if there is one. */
  get(id: string): Stack | undefined {
    return this.#byId.get(id);
  }

  /** Every stack, in the order they were added. */
  list(): readonly Stack[] {
    return [...this.#byId.values()];
  }

  /** @throws when there is no stack of that id. */
  require(id: string): Stack {
    const stack = this.#byId.get(id);
    if (stack === undefined) throw new Error(`stack ${id} not found`);
    return stack;
  }

  /** @throws when the id is taken, the space does not exist, or a field is not valid. */
  add(definition: StackDefinition): Stack {
    const id = definition.id ?? slug("stack", definition.name);
    if (this.#byId.has(id) || this.#account.modules.get(id) !== undefined)
      throw new Error(`stack ${id} already exists`);
    const stack = this.#build(id, definition, DEFAULT_SPACE, new ConfigElements(id, this.#announce));
    this.#byId.set(id, stack);
    this.#announce("created", "stack", id);
    return stack;
  }

  /**
   * Replaces everything but the id, the configuration elements, who manages the state, and the space when none is
   * given. Attachments and role attachments stay.
   *
   * @throws when there is no such stack, or a field is not valid.
   */
  update(id: string, definition: Omit<StackDefinition, "id">): Stack {
    const { space, elements, settings } = this.require(id);
    const { managesStateFile } = settings;
    const given = { ...definition, settings: { ...definition.settings, managesStateFile } };
    const stack = this.#build(id, given, space, elements);
    this.#byId.set(id, stack);
    this.#announce("updated", "stack", id);
    return stack;
  }

  /**
   * Deletes a stack with its attachments, its role attachments and its state.
   *
   * @throws when there is no such stack, or it is protected from deletion.
   */
  delete(id: string): Stack {
    const stack = this.require(id);
    if (stack.settings.protectFromDeletion) throw new Error(`stack ${id} is protected from deletion`);
    const { attachments, roleBindings } = this.#account;
    for (const attachment of attachments.ofProject(id)) attachments.detach(attachment.id);
    for (const binding of roleBindings.ofStack(id)) roleBindings.delete(binding.id);
    this.#account.states.delete(id);
    this.#byId.delete(id);
    this.#announce("deleted", "stack", id);
    return stack;
  }

  #build(id: string, definition: Omit<StackDefinition, "id">, space: string, elements: ConfigElements): Stack {
    const owner = `stack ${id}`;
    if (definition.name === "") throw new Error(`${owner}: name must not be empty`);
    return {
      id,
      name: definition.name,
      labels: labelSet(owner, definition.labels ?? []),
      space: this.#account.spaces.require(definition.space ?? space).id,
      hooks: completeHooks(owner, definition.hooks ?? {}),
      runnerImage: definition.runnerImage ?? null,
      autodeploy: definition.autodeploy ?? false,
      description: definition.description ?? null,
      repository: definition.repository ?? "infra",
      branch: definition.branch ?? "main",
      projectRoot: definition.projectRoot ?? null,
      settings: completeSettings(definition.settings ?? {}),
      elements,
    };
  }
}
