// SPDX-License-Identifier: Apache-2.0

import type { ApiModule } from "../api/api-module.js";
import type { Announce } from "./account.js";
import { labelSet, slug, ulid } from "./ids.js";

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

/** The space that contexts and stacks get when none is named. */
export const DEFAULT_SPACE = "legacy";

/** The spaces of an account; `root` and `legacy` are built in, `legacy` below `root` without inheritance. */
export class Spaces {
  readonly #announce: Announce;
  readonly #byId = new Map<string, Space>();

  constructor(announce: Announce) {
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
}

/** The space type; its operations come when something manages spaces through the API. */
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
  `,
  resolvers: {},
};
