// SPDX-License-Identifier: Apache-2.0

import type { ApiModule, Call } from "../api/api-module.js";
import { authorize } from "../api/caller.js";
import { ulid } from "../ids.js";
import type { Account, Announce } from "./account.js";
import type { Context } from "./contexts.js";

/** An explicit attachment of a context to a stack or a module; auto-attachment by label makes none. */
export interface ContextAttachment {
  readonly id: string;
  readonly contextId: string;
  /** The id of the stack, or of the module. */
  readonly stackId: string;
  readonly isModule: boolean;
  /** The lowest comes first. */
  readonly priority: number;
}

/** The explicit attachments of an account. */
export class ContextAttachments {
  readonly #account: Account;
  readonly #announce: Announce;
  readonly #byId = new Map<string, ContextAttachment>();

  constructor(account: Account, announce: Announce) {
    this.#account = account;
    this.#announce = announce;
  }

  /** The attachment of that id, if there is one. */
  get(id: string): ContextAttachment | undefined {
    return this.#byId.get(id);
  }

  /** The attachments of that context. */
  ofContext(contextId: string): readonly ContextAttachment[] {
    return [...this.#byId.values()].filter((attachment) => attachment.contextId === contextId);
  }

  /** The attachments to that stack or module. */
  ofProject(stackId: string): readonly ContextAttachment[] {
    return [...this.#byId.values()].filter((attachment) => attachment.stackId === stackId);
  }

  /**
   * Attaches a context to a stack or a module.
   *
   * @throws when either does not exist, the context is attached to it already, or its space cannot see the context's
   * space.
   */
  attach(contextId: string, stackId: string, priority: number): ContextAttachment {
    const context = this.#account.contexts.require(contextId);
    const { space, isModule } = projectOf(this.#account, stackId);
    const project = `${isModule ? "module" : "stack"} ${stackId}`;
    if (!this.#account.spaces.reaches(context.space, space)) {
      throw new Error(`cannot attach context, ${project} space has no access to context space`);
    }
    if (this.ofProject(stackId).some((attachment) => attachment.contextId === contextId)) {
      throw new Error(`cannot attach context, context ${contextId} is already attached to ${project}`);
    }
    const attachment: ContextAttachment = { id: ulid(), contextId, stackId, isModule, priority };
    this.#byId.set(attachment.id, attachment);
    this.#announce("created", "context attachment", `${contextId}/${stackId}`);
    return attachment;
  }

  /** @throws when there is no attachment of that id. */
  detach(id: string): ContextAttachment {
    const attachment = this.#byId.get(id);
    if (attachment === undefined) throw new Error(`context attachment ${id} not found`);
    this.#byId.delete(id);
    this.#announce("deleted", "context attachment", `${attachment.contextId}/${attachment.stackId}`);
    return attachment;
  }
}

/** The stack or the module of that id. @throws when there is neither. */
function projectOf(account: Account, id: string): { readonly space: string; readonly isModule: boolean } {
  const module = account.modules.get(id);
  return module === undefined
    ? { space: account.stacks.require(id).space, isModule: false }
    : { space: module.space, isModule: true };
}

/** Attachments: `contextAttach`, `attachedStack`, `contextDetach`. */
export const contextAttachmentApi: ApiModule = {
  sdl: /* GraphQL */ `
    type ContextAttachment {
      id: ID!
      stackId: ID!
      isModule: Boolean!
      priority: Int!
    }

    extend type Context {
      attachedStack(id: ID!): ContextAttachment
    }

    extend type Mutation {
      contextAttach(id: ID!, stack: ID!, priority: Int!): ContextAttachment!
      contextDetach(id: ID!): ContextAttachment
    }
  `,
  resolvers: {
    Context: {
      attachedStack: (context: Context, { id }: { id: string }, { account }: Call) =>
        account.attachments.ofContext(context.id).find((attachment) => attachment.stackId === id),
    },
    Mutation: {
      contextAttach: (_: unknown, args: { id: string; stack: string; priority: number }, call: Call) => {
        const { account, caller } = call;
        account.contexts.requireUnlocked(args.id);
        authorize(caller, projectOf(account, args.stack).space, "STACK_MANAGE");
        return account.attachments.attach(args.id, args.stack, args.priority);
      },
      contextDetach: (_: unknown, { id }: { id: string }, { account, caller }: Call) => {
        const stackId = account.attachments.get(id)?.stackId;
        if (stackId !== undefined) authorize(caller, projectOf(account, stackId).space, "STACK_MANAGE");
        return account.attachments.detach(id);
      },
    },
  },
};
