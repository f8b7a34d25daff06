// SPDX-License-Identifier: Apache-2.0

import type { ApiModule, Call } from "../api/api-module.js";
import { authorize } from "../api/caller.js";
import { slug, ulid } from "../ids.js";
import type { Account, Announce } from "./account.js";

/**
 * What a role can allow, as far as the embedded account has something to allow. Spacelift's catalogue is longer and
 * grows. Source: Spacelift documentation, "Role-Based Access Control", Actions.
 */
export const ACTIONS = [
  "SPACE_ADMIN",
  "SPACE_WRITE",
  "SPACE_READ",
  "STACK_MANAGE",
  "STACK_DELETE",
  "CONTEXT_CREATE",
  "CONTEXT_UPDATE",
  "CONTEXT_DELETE",
  "RUN_TRIGGER",
  "RUN_CONFIRM",
] as const;

/** The name of one action. */
export type Action = (typeof ACTIONS)[number];

/** A role: a set of actions under a name. */
export interface Role {
  readonly id: string;
  /** Made from the first name; a later name does not change it. */
  readonly slug: string;
  /** Whether it is built in and can neither be changed nor deleted. */
  readonly isSystem: boolean;
  readonly name: string;
  readonly description: string;
  readonly actions: readonly Action[];
}

/** A role as a client sends it. */
export interface RoleInput {
  readonly name: string;
  readonly description?: string | null;
  readonly actions: readonly Action[];
}

/** What a client changes of a role. The provider spells the last one with a capital letter. */
interface RoleUpdateInput {
  readonly name?: string | null;
  readonly description?: string | null;
  readonly Actions?: readonly Action[] | null;
}

/** The roles of an account; those for administrators, writers and readers of a space are built in. */
export class Roles {
  readonly #account: Account;
  readonly #announce: Announce;
  readonly #byId = new Map<string, Role>();

  constructor(account: Account, announce: Announce) {
    this.#account = account;
    this.#announce = announce;
    const builtIn = [
      ["Space admin", "SPACE_ADMIN"],
      ["Space writer", "SPACE_WRITE"],
      ["Space reader", "SPACE_READ"],
    ] as const;
    for (const [name, action] of builtIn) {
      const id = ulid();
      this.#byId.set(id, { id, slug: slug("role", name), isSystem: true, name, description: "", actions: [action] });
    }
  }

  /** The role of that id, if there is one. */
  get(id: string): Role | undefined {
    return this.#byId.get(id);
  }

  /** The role of that slug, if there is one. */
  bySlug(wanted: string): Role | undefined {
    return this.list().find((role) => role.slug === wanted);
  }

  /** Every role, built-in ones first. */
  list(): readonly Role[] {
    return [...this.#byId.values()];
  }

  /** @throws when there is no role of that id. */
  require(id: string): Role {
    const role = this.#byId.get(id);
    if (role === undefined) throw new Error(`role ${id} not found`);
    return role;
  }

  /** @throws when the slug of the name is taken, or no action is given. */
  create({ name, description, actions }: RoleInput): Role {
    const made = slug("role", name);
    if (this.bySlug(made) !== undefined) throw new Error(`role ${made} already exists`);
    const id = ulid();
    const role: Role = {
      id,
      slug: made,
      isSystem: false,
      name,
      description: description ?? "",
      actions: actionSet(actions),
    };
    this.#byId.set(id, role);
    this.#announce("created", "role", made);
    return role;
  }

  /** Changes what is given. @throws when there is no such role, it is built in, or no action is left. */
  update(id: string, change: Partial<RoleInput>): Role {
    const before = this.#requireOwn(id);
    const role: Role = {
      ...before,
      name: change.name ?? before.name,
      description: change.description ?? before.description,
      actions: actionSet(change.actions ?? before.actions),
    };
    this.#byId.set(id, role);
    this.#announce("updated", "role", role.slug);
    return role;
  }

  /** @throws when there is no such role, it is built in, or attached to something. */
  delete(id: string): Role {
    const role = this.#requireOwn(id);
    if (this.#account.roleBindings.ofRole(id).length > 0) throw new Error(`role ${role.slug} is attached to stacks`);
    this.#byId.delete(id);
    this.#announce("deleted", "role", role.slug);
    return role;
  }

  #requireOwn(id: string): Role {
    const role = this.require(id);
    if (role.isSystem) throw new Error(`role ${role.slug} is a system role and cannot be changed`);
    return role;
  }
}

function actionSet(actions: readonly Action[]): readonly Action[] {
  if (actions.length === 0) throw new Error("a role must have at least one action");
  return [...new Set(actions)];
}

/** Roles: `roles`, `role`, `roleCreate`, `roleUpdate`, `roleDelete`. */
export const roleApi: ApiModule = {
  sdl: /* GraphQL */ `
    enum Action {
      ${ACTIONS.join("\n")}
    }

    type Role {
      id: ID!
      slug: String!
      isSystem: Boolean!
      name: String!
      description: String!
      actions: [Action!]!
      roleBindingsCount: Int!
    }

    input RoleInput {
      name: String!
      description: String
      actions: [Action!]!
    }

    input RoleUpdateInput {
      name: String
      description: String
      Actions: [Action!]
    }

    extend type Query {
      roles: [Role!]!
      role(id: ID!): Role
    }

    extend type Mutation {
      roleCreate(input: RoleInput!): Role!
      roleUpdate(id: ID!, input: RoleUpdateInput!): Role!
      roleDelete(id: ID!): Role
    }
  `,
  resolvers: {
    Role: {
      roleBindingsCount: ({ id }: Role, _: unknown, { account }: Call) => account.roleBindings.ofRole(id).length,
    },
    Query: {
      // Who administers nothing is told of no roles; the provider then asks for more access.
      roles: (_: unknown, __: unknown, { account, caller }: Call) =>
        caller.mayAnywhere("SPACE_ADMIN") ? account.roles.list() : [],
      role: (_: unknown, { id }: { id: string }, { account, caller }: Call) =>
        caller.mayAnywhere("SPACE_ADMIN") ? account.roles.get(id) : null,
    },
    Mutation: {
      roleCreate: (_: unknown, { input }: { input: RoleInput }, { account, caller }: Call) => {
        authorize(caller, "root", "SPACE_ADMIN");
        return account.roles.create(input);
      },
      roleUpdate: (_: unknown, { id, input }: { id: string; input: RoleUpdateInput }, { account, caller }: Call) => {
        authorize(caller, "root", "SPACE_ADMIN");
        return account.roles.update(id, {
          ...(input.name == null ? {} : { name: input.name }),
          ...(input.description == null ? {} : { description: input.description }),
          ...(input.Actions == null ? {} : { actions: input.Actions }),
        });
      },
      roleDelete: (_: unknown, { id }: { id: string }, { account, caller }: Call) => {
        authorize(caller, "root", "SPACE_ADMIN");
        return account.roles.delete(id);
      },
    },
  },
};
