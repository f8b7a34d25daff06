// SPDX-License-Identifier: Apache-2.0
import {
  isGiven,
  type ResourceType,
  refuseAttribute,
  refuseEmpty,
  requireOneOf,
  text,
  textOrNull,
} from "./resource-type.js";

const SELECTION = "{id,checksum,type,value,writeOnly,description}";
const ADD = `mutation($config:ConfigInput!$context:ID!){contextConfigAdd(context: $context, config: $config)${SELECTION}}`;
const READ = `query($context:ID!$id:ID!){context(id: $context){configElement(id: $id)${SELECTION}}}`;
const DELETE = `mutation($context:ID!$id:ID!){contextConfigDelete(context: $context, id: $id)${SELECTION}}`;

interface ConfigElementData {
  readonly checksum: string;
  readonly value: string | null;
  readonly writeOnly: boolean;
  readonly description: string | null;
}

/** In what the two kinds of configuration element differ. */
interface Kind {
  readonly type: "ENVIRONMENT_VARIABLE" | "FILE_MOUNT";
  /** The first part of the operations' names. */
  readonly operation: string;
  readonly idAttribute: string;
  readonly valueAttribute: string;
  readonly valueRequired: boolean;
}

/** `spacelift_environment_variable` of a context: EnvironmentVariableCreateContext, ...ReadContext; ...DeleteContext. */
export const environmentVariableResource = configElement({
  type: "ENVIRONMENT_VARIABLE",
  operation: "EnvironmentVariable",
  idAttribute: "name",
  valueAttribute: "value",
  valueRequired: false,
});

/** `spacelift_mounted_file` of a context: MountedFileCreateContext, MountedFileReadContext; MountedFileDeleteContext. */
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
      refuseAttribute(attributes, "stack_id");
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
      const context = text(attributes, "context_id");
      const id = text(attributes, idAttribute);
      const config = {
        id,
        type,
        value: textOrNull(attributes, writeOnlyAttribute) ?? textOrNull(attributes, valueAttribute) ?? "",
        writeOnly: attributes.write_only === true,
        description: textOrNull(attributes, "description") ?? "",
      };
      await client.mutate(`${operation}CreateContext`, ADD, { config, context });
      const read = await client.query<{ context: { configElement: ConfigElementData | null } | null }>(
        `${operation}ReadContext`,
        READ,
        { context, id },
      );
      const element = read?.context?.configElement;
      if (element === null || element === undefined) throw new Error("it was created, but is gone on reading");
      const isWriteOnly = isGiven(attributes, versionAttribute);
      return {
        ...attributes,
        id: `context/${context}/${id}`,
        checksum: element.checksum,
        write_only: element.writeOnly,
        description: element.description,
        // The state never has a write-only value; of a secret it has the checksum.
        [writeOnlyAttribute]: null,
        [valueAttribute]: isWriteOnly ? null : (element.value ?? element.checksum),
      };
    },

    async destroy(clients, state) {
      const client = await clients.spacelift();
      const variables = { context: text(state, "context_id"), id: text(state, idAttribute) };
      await client.mutate(`${operation}DeleteContext`, DELETE, variables);
    },
  };
}
