// SPDX-License-Identifier: Apache-2.0

import type { ApiModule, Call } from "../api/api-module.js";
import { authorize } from "../api/caller.js";
import { completeHooks, HOOK_LISTS, type HookList, type Hooks } from "../hooks.js";
import { labelSet, slug } from "../ids.js";
import type { Account, Announce } from "./account.js";
import { ConfigElements } from "./config-elements.js";
import { DEFAULT_SPACE } from "./spaces.js";

/** A context: hooks, environment variables and mounted files that stacks get by attachment or by label. */
export interface Context {
  /** The slug of the first name; a later name does not change it. */
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly labels: readonly string[];
  /** The id of the space it lives in. */
  readonly space: string;
  readonly hooks: Hooks;
  readonly elements: ConfigElements;
  /** The id of the plugin it belongs to, if it does: nobody else changes it then. */
  readonly plugin: string | null;
}

/** A context as a client sends it. The provider sends null for what its user left out. */
export interface ContextInput {
  readonly name: string;
  readonly description?: string | null;
  readonly hooks?: Partial<Record<HookList, readonly string[] | null>> | null;
  readonly labels?: readonly string[] | null;
  readonly space?: string | null;
}

/** The contexts of an account. */
export class Contexts {
  readonly #account: Account;
  readonly #announce: Announce;
  readonly #byId = new Map<string, Context>();

  constructor(account: Account, announce: Announce) {
    this.#account = account;
    this.#announce = announce;
  }

  /** The context of that id, if there is one. */
  get(id: string): Context | undefined {
    return this.#byId.get(id);
  }

  /** Every context, in the order they were added. */
  list(): readonly Context[] {
    return [...this.#byId.values()];
  }

  /** @throws when there is no context of that id. */
  require(id: string): Context {
    const context = this.#byId.get(id);
    if (context === undefined) throw new Error(`context ${id} not found`);
    return context;
  }

  /**
   * @throws when there is no such context, or it belongs to a plugin, as everything of a plugin is locked.
   * Source: Spacelift documentation, "Plugins", Changing the plugin template.
   */
  requireUnlocked(id: string): Context {
    const context = this.require(id);
    const plugin = context.plugin === null ? undefined : this.#account.plugins.get(context.plugin);
    if (plugin !== undefined) throw new Error(`context ${id} belongs to the plugin ${plugin.name} and is locked`);
    return context;
  }

  /**
   * @param plugin the id of the plugin that it is to belong to, if any
   * @throws when the slug of the name is taken, or a field is not valid.
   */
  create(input: ContextInput, plugin: string | null = null): Context {
    const id = slug("context", input.name);
    if (this.#byId.has(id)) {
      throw new Error("could not persist context: context with this slug already exists for this account");
    }
    const rest = { space: DEFAULT_SPACE, elements: new ConfigElements(id, this.#announce), plugin };
    const context = this.#build(id, input, rest);
    this.#byId.set(id, context);
    this.#announce("created", "context", id);
    return context;
  }

  /**
   * Replaces everything but the id, the configuration elements, and the space when none is given.
   *
   * @throws when there is no such context, or a field is not valid.
   */
  update(id: string, input: ContextInput): Context {
    const context = this.#build(id, input, this.require(id));
    this.#byId.set(id, context);
    this.#announce("updated", "context", id);
    return context;
  }

  /** Deletes a context and detaches it everywhere. @throws when there is no context of that id. */
  delete(id: string): Context {
    const context = this.require(id);
    for (const { id: attachment } of this.#account.attachments.ofContext(id)) {
      this.#account.attachments.detach(attachment);
    }
    this.#byId.delete(id);
    this.#announce("deleted", "context", id);
    return context;
  }

  #build(
    id: string,
    input: ContextInput,
    { space, elements, plugin }: Pick<Context, "space" | "elements" | "plugin">,
  ): Context {
    const owner = `context ${id}`;
    if (input.name === "") throw new Error(`${owner}: name must not be empty`);
    return {
      id,
      name: input.name,
      description: input.description ?? null,
      labels: labelSet(owner, input.labels ?? []),
      space: this.#account.spaces.require(input.space ?? space).id,
      hooks: completeHooks(owner, input.hooks ?? {}),
      elements,
      plugin,
    };
  }
}

/** Contexts: `context`, `contextCreateV2`, `contextUpdateV2`, `contextDelete`. */
export const contextApi: ApiModule = {
  sdl: /* GraphQL */ `
    type Hooks {
      ${HOOK_LISTS.map((name) => `${name}: [String!]!`).join("\n")}
    }

    type Context {
      id: ID!
      description: String
      labels: [String!]!
      name: String!
      space: ID!
      hooks: Hooks!
    }

    input HooksInput {
      ${HOOK_LISTS.map((name) => `${name}: [String!]`).join("\n")}
    }

    input ContextInput {
      name: String!
      description: String
      hooks: HooksInput
      labels: [String!]
      space: ID
    }

    extend type Query {
      context(id: ID!): Context
    }

    extend type Mutation {
      contextCreateV2(input: ContextInput!): Context!
      contextUpdateV2(id: ID!, input: ContextInput!): Context!
      contextDelete(id: ID!): Context
    }
  `,
  resolvers: {
    Query: {
      context: (_: unknown, { id }: { id: string }, { account, caller }: Call) => {
        const context = account.contexts.get(id);
        return context !== undefined && caller.sees(context.space) ? context : null;
      },
    },
    Mutation: {
      contextCreateV2: (_: unknown, { input }: { input: ContextInput }, { account, caller }: Call) => {
        authorize(caller, input.space ?? DEFAULT_SPACE, "CONTEXT_CREATE");
        return account.contexts.create(input);
      },
      contextUpdateV2: (_: unknown, { id, input }: { id: string; input: ContextInput }, { account, caller }: Call) => {
        const { space } = account.contexts.requireUnlocked(id);
        authorize(caller, space, "CONTEXT_UPDATE");
        if ((input.space ?? space) !== space) authorize(caller, input.space ?? space, "CONTEXT_CREATE");
        return account.contexts.update(id, input);
      },
      contextDelete: (_: unknown, { id }: { id: string }, { account, caller }: Call) => {
        authorize(caller, account.contexts.requireUnlocked(id).space, "CONTEXT_DELETE");
        return account.contexts.delete(id);
      },
    },
  },
};
