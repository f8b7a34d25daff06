// SPDX-License-Identifier: Apache-2.0

import type { ApiModule, Call } from "../api/api-module.js";
import { authorize } from "../api/caller.js";
import { ulid } from "../ids.js";
import type { Account, Announce } from "./account.js";

/** A role attached to a stack: its runs may do in a space, and in all spaces below it, what the role allows. */
export interface RoleBinding {
  readonly id: string;
  readonly roleId: string;
  readonly stackId: string;
  readonly spaceId: string;
}

/** A role attachment as a client sends it. */
export interface RoleBindingInput {
  readonly roleID: string;
  readonly stackID: string;
  readonly spaceID: string;
}

/** The role attachments of an account's stacks. */
export class RoleBindings {
  readonly #account: Account;
  readonly #announce: Announce;
  readonly #byId = new Map<string, RoleBinding>();

  constructor(account: Account, announce: Announce) {
    this.#account = account;
    this.#announce = announce;
  }

  /** The role attachment of that id, if there is one. */
  get(id: string): RoleBinding | undefined {
    return this.#byId.get(id);
  }

  /** Those of a stack. */
  ofStack(stackId: string): readonly RoleBinding[] {
    return [...this.#byId.values()].filter((binding) => binding.stackId === stackId);
  }

  /** Those of a role. */
  ofRole(roleId: string): readonly RoleBinding[] {
    return [...this.#byId.values()].filter((binding) => binding.roleId === roleId);
  }

  /**
   * Attaches a role to a stack.
   *
   * @throws when one of the three does not exist, the stack has the role there already, or the space is `root` and the
   * stack lives elsewhere. Source: Spacelift documentation, "Stack role bindings", Root space restriction.
   */
  create({ roleID, stackID, spaceID }: RoleBindingInput): RoleBinding {
    const role = this.#account.roles.require(roleID);
    const stack = this.#account.stacks.require(stackID);
    const space = this.#account.spaces.require(spaceID);
    if (space.id === "root" && stack.space !== "root") {
      throw new Error(`role ${role.slug} can be attached in the root space only to stacks of that space`);
    }
    if (this.ofStack(stackID).some(({ roleId, spaceId }) => roleId === roleID && spaceId === spaceID)) {
      throw new Error(`role ${role.slug} is already attached to stack ${stackID} in space ${spaceID}`);
    }
    const binding: RoleBinding = { id: ulid(), roleId: role.id, stackId: stack.id, spaceId: space.id };
    this.#byId.set(binding.id, binding);
    this.#announce("created", "role attachment", `${stackID}/${role.slug}`);
    return binding;
  }

  /** @throws when there is no role attachment of that id. */
  delete(id: string): RoleBinding {
    const binding = this.#byId.get(id);
    if (binding === undefined) throw new Error(`role binding ${id} not found`);
    this.#byId.delete(id);
    this.#announce(
      "deleted",
      "role attachment",
      `${binding.stackId}/${this.#account.roles.require(binding.roleId).slug}`,
    );
    return binding;
  }

  /** Deletes those that a space which is about to go was the space of. */
  forgetSpace(spaceId: string): void {
    for (const binding of this.#byId.values()) if (binding.spaceId === spaceId) this.delete(binding.id);
  }
}

function answer(account: Account, { id, roleId, stackId, spaceId }: RoleBinding): object {
  return { id, stackID: stackId, role: account.roles.require(roleId), space: account.spaces.require(spaceId) };
}

/** Role attachments of stacks: `stackRoleBinding`, `stackRoleBindingCreate`, `stackRoleBindingDelete`. */
export const roleBindingApi: ApiModule = {
  sdl: /* GraphQL */ `
    type StackRoleBinding {
      id: ID!
      role: Role!
      space: Space!
      stackID: ID!
    }

    input StackRoleBindingInput {
      roleID: ID!
      stackID: ID!
      spaceID: ID!
    }

    extend type Query {
      stackRoleBinding(id: ID!): StackRoleBinding
    }

    extend type Mutation {
      stackRoleBindingCreate(input: StackRoleBindingInput!): StackRoleBinding!
      stackRoleBindingDelete(id: ID!): StackRoleBinding
    }
  `,
  resolvers: {
    Query: {
      stackRoleBinding: (_: unknown, { id }: { id: string }, { account, caller }: Call) => {
        const binding = account.roleBindings.get(id);
        const visible = binding !== undefined && caller.sees(account.stacks.require(binding.stackId).space);
        return visible ? answer(account, binding) : null;
      },
    },
    Mutation: {
      stackRoleBindingCreate: (_: unknown, { input }: { input: RoleBindingInput }, call: Call) => {
        authorizeBinding(call, input.stackID, input.spaceID);
        return answer(call.account, call.account.roleBindings.create(input));
      },
      stackRoleBindingDelete: (_: unknown, { id }: { id: string }, call: Call) => {
        const binding = call.account.roleBindings.get(id);
        if (binding !== undefined) authorizeBinding(call, binding.stackId, binding.spaceId);
        return answer(call.account, call.account.roleBindings.delete(id));
      },
    },
  },
};

/** Nobody gives a stack more than he has: it takes rights over the stack and over the space. */
function authorizeBinding({ account, caller }: Call, stackId: string, spaceId: string): void {
  authorize(caller, account.stacks.require(stackId).space, "STACK_MANAGE");
  authorize(caller, account.spaces.require(spaceId).id, "SPACE_ADMIN");
}
