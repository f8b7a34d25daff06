// SPDX-License-Identifier: Apache-2.0

import type { ApiModule, Call } from "../api/api-module.js";
import { authorize } from "../api/caller.js";
import { labelSet, slug, ulid } from "../ids.js";
import type { Account, Announce } from "./account.js";

/** A space: a node in the tree that decides which stacks can use which contexts. */
export interface Space {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** Null only for `root`. */
  readonly parentSpace: string | null;
  /** Whether stacks of this space can use what the parent space can use. */
  readonly inheritEntities: boolean;
  readonly labels: readonly string[];
}

/** A space to add. */
export interface SpaceDefinition {
  readonly name: string;
  /** @default `<slug of the name>-<ULID>`, as Spacelift's are */
  readonly id?: string;
  /** @default "root" */
  readonly parentSpace?: string;
  /** @default false, as in the provider */
  readonly inheritEntities?: boolean;
  /** @default "" */
  readonly description?: string;
  /** @default none */
  readonly labels?: readonly string[];
}

/** A space as a client sends it. */
export interface SpaceInput {
  readonly name: string;
  readonly description: string;
  readonly inheritEntities: boolean;
  readonly parentSpace: string;
  /** The provider sends a set without elements as null. */
  readonly labels?: readonly string[] | null;
}

/** The space that contexts and stacks get when none is named. */
export const DEFAULT_SPACE = "legacy";

/** The spaces of an account; `root` and `legacy` are built in, `legacy` below `root` without inheritance. */
export class Spaces {
  readonly #account: Account;
  readonly #announce: Announce;
  readonly #byId = new Map<string, Space>();

  constructor(account: Account, announce: Announce) {
    this.#account = account;
    this.#announce = announce;
    const builtIn = { description: "", inheritEntities: false, labels: [] };
    this.#byId.set("root", { ...builtIn, id: "root", name: "root", parentSpace: null });
    this.#byId.set(DEFAULT_SPACE, { ...builtIn, id: DEFAULT_SPACE, name: DEFAULT_SPACE, parentSpace: "root" });
  }

  /** The space of that id, if there is one. */
  get(id: string): Space | undefined {
    return this.#byId.get(id);
  }

  /** Every space, in the order they were added. */
  list(): readonly Space[] {
    return [...this.#byId.values()];
  }

  /** @throws when the id is taken or the parent space does not exist. */
  add(definition: SpaceDefinition): Space {
    const id = definition.id ?? `${slug("space", definition.name)}-${ulid()}`;
    if (this.#byId.has(id)) throw new Error(`space ${id} already exists`);
    const space: Space = {
      id,
      name: definition.name,
      description: definition.description ?? "",
      parentSpace: this.require(definition.parentSpace ?? "root").id,
      inheritEntities: definition.inheritEntities ?? false,
      labels: labelSet(`space ${id}`, definition.labels ?? []),
    };
    this.#byId.set(id, space);
    this.#announce("created", "space", id);
    return space;
  }

  /**
   * Replaces everything but the id.
   *
   * @throws when there is no such space, it is built in, a field is not valid, or it would come to be below itself.
   */
  update(id: string, input: SpaceInput): Space {
    this.#requireOwn(id);
    const parentSpace = this.require(input.parentSpace).id;
    if (this.#pathFrom(parentSpace).includes(id)) throw new Error(`space ${id} cannot be below itself`);
    const labels = labelSet(`space ${id}`, input.labels ?? []);
    const { description, inheritEntities } = input;
    if (input.name === "") throw new Error(`space ${id}: name must not be empty`);
    const space: Space = { id, name: input.name, description, parentSpace, inheritEntities, labels };
    this.#byId.set(id, space);
    this.#announce("updated", "space", id);
    return space;
  }

  /** @throws when there is no such space, it is built in, or something is in it. */
  delete(id: string): Space {
    const space = this.#requireOwn(id);
    const { stacks, contexts } = this.#account;
    const inside = [
      ...this.list().filter(({ parentSpace }) => parentSpace === id),
      ...stacks.list().filter((stack) => stack.space === id),
      ...contexts.list().filter((context) => context.space === id),
    ];
    if (inside.length > 0) {
      throw new Error(`cannot delete space ${id}: it holds ${inside.map(({ name }) => name).join(", ")}`);
    }
    this.#account.roleBindings.forgetSpace(id);
    this.#byId.delete(id);
    this.#announce("deleted", "space", id);
    return space;
  }

  /**
   * The space of that id.
   *
   * @throws `unauthorized` when there is none: Spacelift does not tell a space that is missing from one the caller may
   * not see, which is why the provider adds "ensure you provided a space ID, not a space name" to that message.
   */
  require(id: string): Space {
    const space = this.#byId.get(id);
    if (space === undefined) throw new Error("unauthorized");
    return space;
  }

  /** Whether a space is that space or below it, whatever it inherits. */
  contains(above: string, id: string): boolean {
    return this.#pathFrom(id).includes(above);
  }

  /**
   * Whether what lives in `owner` can be used from `user`: in the space itself, and in spaces below it as long as every
   * space on the way up inherits. Source: Spacelift documentation, "Spaces: access control", Inheritance.
   */
  reaches(owner: string, user: string): boolean {
    for (let space = this.require(user); ; space = this.require(space.parentSpace)) {
      if (space.id === owner) return true;
      if (!space.inheritEntities || space.parentSpace === null) return false;
    }
  }

  /** The ids of a space and of all above it, `root` last. */
  #pathFrom(id: string): readonly string[] {
    const { parentSpace } = this.require(id);
    return parentSpace === null ? [id] : [id, ...this.#pathFrom(parentSpace)];
  }

  #requireOwn(id: string): Space {
    if (id === "root" || id === DEFAULT_SPACE) throw new Error(`space ${id} cannot be changed`);
    return this.require(id);
  }
}

/** Spaces: `space`, `spaceCreate`, `spaceUpdate`, `spaceDelete`. */
export const spaceApi: ApiModule = {
  sdl: /* GraphQL */ `
    type Space {
      id: ID!
      description: String!
      name: String!
      inheritEntities: Boolean!
      parentSpace: ID
      labels: [String!]!
    }

    input SpaceInput {
      description: String!
      name: String!
      inheritEntities: Boolean!
      parentSpace: ID!
      labels: [String!]
    }

    extend type Query {
      space(id: ID!): Space
    }

    extend type Mutation {
      spaceCreate(input: SpaceInput!): Space!
      spaceUpdate(space: ID!, input: SpaceInput!): Space!
      spaceDelete(space: ID!): Space
    }
  `,
  resolvers: {
    Query: {
      space: (_: unknown, { id }: { id: string }, { account, caller }: Call) =>
        account.spaces.get(id) !== undefined && caller.sees(id) ? account.spaces.get(id) : null,
    },
    Mutation: {
      // Spaces come and go by administrators of the root space; others only change their own.
      spaceCreate: (_: unknown, { input }: { input: SpaceInput }, { account, caller }: Call) => {
        authorize(caller, "root", "SPACE_ADMIN");
        return account.spaces.add({ ...input, labels: input.labels ?? [] });
      },
      spaceUpdate: (_: unknown, args: { space: string; input: SpaceInput }, { account, caller }: Call) => {
        const { parentSpace } = account.spaces.require(args.space);
        authorize(caller, args.space, "SPACE_ADMIN");
        if (parentSpace !== args.input.parentSpace) authorize(caller, args.input.parentSpace, "SPACE_ADMIN");
        return account.spaces.update(args.space, args.input);
      },
      spaceDelete: (_: unknown, { space }: { space: string }, { account, caller }: Call) => {
        authorize(caller, "root", "SPACE_ADMIN");
        return account.spaces.delete(space);
      },
    },
  },
};
