// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import type { Attributes } from "../provider-schema.js";
import {
  type Clients,
  isGiven,
  type ResourceState,
  type ResourceType,
  refuseAttribute,
  refuseEmpty,
  requireOneOf,
  text,
  textOrNull,
} from "./resource-type.js";
import { STACK_SELECTION } from "./stack-selection.js";

const SELECTION = "{id,checksum,type,value,writeOnly,description}";
const VERIFY = `query($id:ID!){stack(id: $id)${STACK_SELECTION}}`;

/** What an element can belong to: a context, or a stack, which the provider first looks for. */
const OWNERS = {
  context_id: {
    kind: "context",
    suffix: "Context",
    add: `mutation($config:ConfigInput!$context:ID!){contextConfigAdd(context: $context, config: $config)${SELECTION}}`,
    read: `query($context:ID!$id:ID!){context(id: $context){configElement(id: $id)${SELECTION}}}`,
    delete: `mutation($context:ID!$id:ID!){contextConfigDelete(context: $context, id: $id)${SELECTION}}`,
  },
  stack_id: {
    kind: "stack",
    suffix: "Stack",
    add: `mutation($config:ConfigInput!$stack:ID!){stackConfigAdd(stack: $stack, config: $config)${SELECTION}}`,
    read: `query($id:ID!$stack:ID!){stack(id: $stack){configElement(id: $id)${SELECTION}}}`,
    delete: `mutation($id:ID!$stack:ID!){stackConfigDelete(stack: $stack, id: $id)${SELECTION}}`,
  },
} as const;

interface ConfigElementData {
  readonly checksum: string;
  readonly value: string | null;
  readonly writeOnly: boolean;
  readonly description: string | null;
}

type ElementAnswer = Readonly<
  Partial<Record<"context" | "stack", { readonly configElement: ConfigElementData | null } | null>>
>;

/** In what the two kinds of configuration element differ. */
interface Kind {
  readonly type: "ENVIRONMENT_VARIABLE" | "FILE_MOUNT";
  /** The first part of the operations' names. */
  readonly operation: string;
  readonly idAttribute: string;
  readonly valueAttribute: string;
  readonly valueRequired: boolean;
}

/**
 * `spacelift_environment_variable` of a context: EnvironmentVariableCreateContext, ...ReadContext; ...DeleteContext.
 * Of a stack: StackVerifyExistence, EnvironmentVariableCreateStack, ...ReadStack; ...DeleteStack. The provider has no
 * update.
 */
export const environmentVariableResource = configElement({
  type: "ENVIRONMENT_VARIABLE",
  operation: "EnvironmentVariable",
  idAttribute: "name",
  valueAttribute: "value",
  valueRequired: false,
});

/** `spacelift_mounted_file`: the same with MountedFile for EnvironmentVariable. */
export const mountedFileResource = configElement({
  type: "FILE_MOUNT",
  operation: "MountedFile",
  idAttribute: "relative_path",
  valueAttribute: "content",
  valueRequired: true,
});

function configElement({ type, operation, idAttribute, valueAttribute, valueRequired }: Kind): ResourceType {
  // The write-only twin of the value: not kept in the state, replaced when its version changes.
  const writeOnlyAttribute = `${valueAttribute}_wo`;
  const versionAttribute = `${valueAttribute}_wo_version`;

  return {
    // An unset secret flag means secret. The value's own default "" is applied on sending: it must not count as given.
    defaults: { write_only: true },

    check(attributes) {
      requireOneOf(attributes, ["context_id", "stack_id", "module_id"]);
      refuseAttribute(attributes, "module_id");
      if (isGiven(attributes, writeOnlyAttribute) !== isGiven(attributes, versionAttribute)) {
        throw new Error(`${writeOnlyAttribute} and ${versionAttribute} must be given together`);
      }
      if (isGiven(attributes, valueAttribute) && isGiven(attributes, writeOnlyAttribute)) {
        throw new Error(`${valueAttribute} and ${writeOnlyAttribute} must not be given together`);
      }
      if (valueRequired) {
        requireOneOf(attributes, [valueAttribute, writeOnlyAttribute]);
        refuseEmpty(attributes, [valueAttribute, writeOnlyAttribute]);
      } else {
        refuseEmpty(attributes, [idAttribute]);
      }
    },

    async create(clients, attributes) {
      const client = await clients.spacelift();
      const owner = ownerOf(attributes);
      const id = text(attributes, idAttribute);
      const config = {
        id,
        type,
        value: textOrNull(attributes, writeOnlyAttribute) ?? textOrNull(attributes, valueAttribute) ?? "",
        writeOnly: attributes.write_only === true,
        description: textOrNull(attributes, "description") ?? "",
      };
      if (owner.kind === "stack") {
        const found = await client.query<{ stack: object | null }>("StackVerifyExistence", VERIFY, { id: owner.id });
        if (found?.stack == null) throw new Error(`stack ${owner.id} not found`);
      }
      await client.mutate(`${operation}Create${owner.suffix}`, owner.add, { config, [owner.kind]: owner.id });
      const created = await read(clients, { ...attributes, id: `${owner.kind}/${owner.id}/${id}` });
      if (created === null) throw new Error("it was created, but is gone on reading");
      return created;
    },

    read,

    isSame(name, given, state) {
      // Of a secret the state has the checksum only.
      return (
        name === valueAttribute &&
        createHash("sha256")
          .update(String(given ?? ""))
          .digest("hex") === state[name]
      );
    },

    async destroy(clients, state) {
      const owner = ownerOf(state);
      const variables = { [owner.kind]: owner.id, id: text(state, idAttribute) };
      await (await clients.spacelift()).mutate(`${operation}Delete${owner.suffix}`, owner.delete, variables);
    },
  };

  async function read(clients: Clients, state: ResourceState): Promise<ResourceState | null> {
    const owner = ownerOf(state);
    const answer = await (await clients.spacelift()).query<ElementAnswer>(
      `${operation}Read${owner.suffix}`,
      owner.read,
      { [owner.kind]: owner.id, id: text(state, idAttribute) },
    );
    const element = answer?.[owner.kind]?.configElement;
    if (element == null) return null;
    return {
      ...state,
      checksum: element.checksum,
      write_only: element.writeOnly,
      description: element.description,
      // The state never has a write-only value; of a secret it has the checksum.
      [writeOnlyAttribute]: null,
      [valueAttribute]: isGiven(state, versionAttribute) ? null : (element.value ?? element.checksum),
    };
  }
}

function ownerOf(attributes: Attributes) {
  const name = isGiven(attributes, "stack_id") ? "stack_id" : "context_id";
  return { ...OWNERS[name], id: text(attributes, name) };
}
