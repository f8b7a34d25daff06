// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import type { ApiModule, Call } from "../api/api-module.js";
import { authorize } from "../api/caller.js";
import type { Announce } from "./account.js";
import type { Context } from "./contexts.js";
import type { Stack } from "./stacks.js";

/** How the API calls the two kinds of configuration element. */
export type ConfigType = "ENVIRONMENT_VARIABLE" | "FILE_MOUNT";

/** A configuration element as a client sends it. */
export interface ConfigInput {
  /** The variable's name, or the file's path below `/mnt/workspace/`. */
  readonly id: string;
  readonly type: ConfigType;
  /** The variable's value, or the file's content in Base64. */
  readonly value: string;
  /** Whether the value is secret: never returned by the API, masked in logs. */
  readonly writeOnly: boolean;
  readonly description?: string | null;
}

/** A stored configuration element; `value` is there for secrets too, only the API withholds it. */
export interface ConfigElement extends ConfigInput {
  readonly description: string | null;
  /** SHA-256 of `value`, hexadecimal; of a file that is the Base64 text, not the bytes. */
  readonly checksum: string;
}

/** The largest mounted file in bytes. Source: Spacelift documentation, "Environment", Mounted files. */
const LARGEST_FILE = 2 * 1024 * 1024;

/** The environment variables and mounted files of one context or stack. */
export class ConfigElements {
  readonly #owner: string;
  readonly #announce: Announce;
  readonly #byId = new Map<string, ConfigElement>();

  constructor(owner: string, announce: Announce) {
    this.#owner = owner;
    this.#announce = announce;
  }

  /** The element of that id, if there is one. */
  get(id: string): ConfigElement | undefined {
    return this.#byId.get(id);
  }

  /** Every element of that type, in the order they were added. */
  list(type: ConfigType): readonly ConfigElement[] {
    return [...this.#byId.values()].filter((element) => element.type === type);
  }

  /**
   * Adds an element, or replaces the one of that id.
   *
   * @throws when a variable's name is not one of a shell, its value holds a newline, or a file's path or content is not
   * valid.
   */
  add(input: ConfigInput): ConfigElement {
    if (input.type === "ENVIRONMENT_VARIABLE") checkVariable(input);
    else checkFile(input);
    const element: ConfigElement = {
      ...input,
      description: input.description ?? null,
      checksum: createHash("sha256").update(input.value).digest("hex"),
    };
    const replaced = this.#byId.has(input.id);
    this.#byId.set(input.id, element);
    this.#tell(replaced ? "updated" : "created", element);
    return element;
  }

  /** @throws when there is no element of that id. */
  delete(id: string): ConfigElement {
    const element = this.#byId.get(id);
    if (element === undefined) throw new Error(`config element ${id} not found`);
    this.#byId.delete(id);
    this.#tell("deleted", element);
    return element;
  }

  #tell(action: "created" | "updated" | "deleted", { id, type }: ConfigElement): void {
    const kind = type === "ENVIRONMENT_VARIABLE" ? "environment variable" : "mounted file";
    this.#announce(action, kind, `${this.#owner}/${id}`);
  }
}

function checkVariable({ id, value }: ConfigInput): void {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(id)) {
    throw new Error(`environment variable name ${JSON.stringify(id)} must be letters, digits and underscores`);
  }
  if (/[\r\n]/.test(value)) throw new Error(`environment variable ${id}: newlines are not supported`);
  if (value.includes("\0")) throw new Error(`environment variable ${id}: a zero byte is not supported`);
}

function checkFile({ id, value }: ConfigInput): void {
  const parts = id.split("/");
  if (parts.some((part) => part === "" || part === "." || part === "..")) {
    throw new Error(`mounted file path ${JSON.stringify(id)} must be relative to /mnt/workspace/ and stay below it`);
  }
  const bytes = Buffer.from(value, "base64");
  if (value === "" || bytes.toString("base64") !== value) {
    throw new Error(`mounted file ${id}: content must be Base64 and not empty`);
  }
  if (bytes.length > LARGEST_FILE) {
    throw new Error(`mounted file ${id}: ${bytes.length} bytes, but at most ${LARGEST_FILE} are allowed`);
  }
}

/**
 * Configuration elements of contexts and stacks: `configElement`, `contextConfigAdd`, `stackConfigDelete` and so on.
 */
export const configElementApi: ApiModule = {
  sdl: /* GraphQL */ `
    enum ConfigType {
      ENVIRONMENT_VARIABLE
      FILE_MOUNT
    }

    type ConfigElement {
      id: ID!
      checksum: String!
      type: ConfigType!
      value: String
      writeOnly: Boolean!
      description: String
    }

    input ConfigInput {
      id: ID!
      type: ConfigType!
      value: String!
      writeOnly: Boolean!
      description: String
    }

    extend type Context {
      configElement(id: ID!): ConfigElement
    }

    extend type Stack {
      configElement(id: ID!): ConfigElement
    }

    extend type Mutation {
      contextConfigAdd(context: ID!, config: ConfigInput!): ConfigElement!
      contextConfigDelete(context: ID!, id: ID!): ConfigElement
      stackConfigAdd(stack: ID!, config: ConfigInput!): ConfigElement!
      stackConfigDelete(stack: ID!, id: ID!): ConfigElement
    }
  `,
  resolvers: {
    ConfigElement: {
      value: ({ value, writeOnly }: ConfigElement) => (writeOnly ? null : value),
    },
    Context: {
      configElement: (context: Context, { id }: { id: string }) => context.elements.get(id),
    },
    Stack: {
      configElement: (stack: Stack, { id }: { id: string }) => stack.elements.get(id),
    },
    Mutation: {
      contextConfigAdd: (_: unknown, args: { context: string; config: ConfigInput }, call: Call) =>
        ofContext(call, args.context).add(args.config),
      contextConfigDelete: (_: unknown, args: { context: string; id: string }, call: Call) =>
        ofContext(call, args.context).delete(args.id),
      stackConfigAdd: (_: unknown, args: { stack: string; config: ConfigInput }, call: Call) =>
        ofStack(call, args.stack).add(args.config),
      stackConfigDelete: (_: unknown, args: { stack: string; id: string }, call: Call) =>
        ofStack(call, args.stack).delete(args.id),
    },
  },
};

function ofContext({ account, caller }: Call, id: string): ConfigElements {
  const { space, elements } = account.contexts.requireUnlocked(id);
  authorize(caller, space, "CONTEXT_UPDATE");
  return elements;
}

function ofStack({ account, caller }: Call, id: string): ConfigElements {
  const { space, elements } = account.stacks.require(id);
  authorize(caller, space, "STACK_MANAGE", "SPACE_WRITE");
  return elements;
}
