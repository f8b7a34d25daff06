// SPDX-License-Identifier: Apache-2.0
import { HOOK_NAMES, type Hooks, hooksIn } from "../hooks.js";
import { Yaml } from "../yaml.js";

/** What somebody who installs a plugin is asked for. */
export interface PluginParameter {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly description: string;
  readonly sensitive: boolean;
  readonly required: boolean;
  /** Null only where the parameter is required. */
  readonly default: string | null;
}

/** A context that an installation makes. */
export interface PluginContext {
  /** The name begins with it and ends in something unique. */
  readonly namePrefix: string;
  readonly description: string;
  readonly labels: readonly string[];
  readonly hooks: Partial<Hooks>;
  readonly environment: readonly PluginVariable[];
  readonly files: readonly PluginFile[];
}

/** A variable of such a context: it has a value, or takes that of a parameter. */
export interface PluginVariable {
  readonly name: string;
  readonly from: { readonly value: string } | { readonly parameter: string };
  readonly sensitive: boolean;
}

/** A file of such a context. */
export interface PluginFile {
  /** Below `/mnt/workspace/`. */
  readonly path: string;
  /** The text as it is, not Base64 as elsewhere. */
  readonly content: string;
  readonly sensitive: boolean;
}

/** What a plugin consists of. */
export interface PluginManifest {
  readonly name: string;
  readonly labels: readonly string[];
  readonly parameters: readonly PluginParameter[];
  readonly contexts: readonly PluginContext[];
}

const WORKSPACE = "/mnt/workspace/";

/**
 * Reads the manifest of a plugin. Source: spacelift-io/plugins, `spaceforge/schema.json` and the rules of its `cls.py`.
 *
 * @throws on everything that the schema does not have, and on policies, webhooks and priorities, which the embedded
 * account does not have.
 */
export function readManifest(text: string): PluginManifest {
  const { name, version, description, author, labels, parameters, contexts, policies, webhooks } = Yaml.parse(
    "plugin manifest",
    text,
  ).members(["name", "version", "description", "author", "labels", "parameters", "contexts", "policies", "webhooks"]);
  for (const required of [version, description, author]) required.someText();
  for (const list of [policies, webhooks]) if (list.elements().length > 0) throw list.problem("is not known here");
  const asked = parameters.elements().map(readParameter);
  parameters.elements().forEach((parameter, index) => {
    if (asked.findIndex(({ id }) => id === asked[index]?.id) < index) throw parameter.problem("has the id of another");
  });
  return {
    name: name.someText(),
    labels: labels.elements().map((label) => label.someText()),
    parameters: asked,
    contexts: contexts.elements().map((context) => readContext(context, asked)),
  };
}

function readParameter(entry: Yaml): PluginParameter {
  const parts = entry.members(["id", "name", "type", "description", "sensitive", "required", "default"]);
  const required = parts.required.flag();
  const standard = parts.default.textOrNull();
  if (!required && standard === null) throw entry.problem("must be required, or have a default");
  return {
    // The schema does not ask for an id, but nothing could refer to a parameter without one.
    id: parts.id.someText(),
    name: parts.name.someText(),
    type: parts.type.textOrNull() ?? "string",
    description: parts.description.text(),
    sensitive: parts.sensitive.flag(),
    required,
    default: standard,
  };
}

function readContext(entry: Yaml, parameters: readonly PluginParameter[]): PluginContext {
  const keys = ["name_prefix", "description", "labels", "hooks", "env", "mounted_files", "priority"] as const;
  const parts = entry.members(keys);
  if (!parts.priority.isMissing && !parts.priority.isNumber(0)) throw parts.priority.problem("is not known here");
  return {
    namePrefix: parts.name_prefix.someText(),
    description: parts.description.text(),
    labels: parts.labels.elements().map(readLabel),
    hooks: hooksIn(parts.hooks.members([...HOOK_NAMES.keys()])),
    environment: parts.env.elements().map((variable) => readVariable(variable, parameters)),
    files: parts.mounted_files.elements().map(readFile),
  };
}

function readLabel(label: Yaml): string {
  const text = label.someText();
  // Source: Spacelift documentation, "Plugins", Using a plugin.
  if (text.startsWith("autoattach:")) throw label.problem("must not attach: the installation names the label for that");
  return text;
}

function readVariable(entry: Yaml, parameters: readonly PluginParameter[]): PluginVariable {
  const { key, value, value_from_parameter, sensitive } = entry.members([
    "key",
    "value",
    "value_from_parameter",
    "sensitive",
  ]);
  if (value.isMissing === value_from_parameter.isMissing) {
    throw entry.problem("must have either value or value_from_parameter");
  }
  const parameter = value_from_parameter.textOrNull();
  if (parameter !== null && !parameters.some(({ id }) => id === parameter)) {
    throw value_from_parameter.problem(`names ${parameter}, which is no parameter's id`);
  }
  return {
    name: key.someText(),
    from: parameter === null ? { value: value.text() } : { parameter },
    sensitive: sensitive.flag(),
  };
}

function readFile(entry: Yaml): PluginFile {
  const { path, content, sensitive } = entry.members(["path", "content", "sensitive"]);
  // All plugins that Spacelift publishes write whole paths.
  if (!path.text().startsWith(WORKSPACE)) throw path.problem(`must begin with ${WORKSPACE}`);
  return {
    path: path.text().slice(WORKSPACE.length),
    content: content.someText(),
    sensitive: sensitive.flag(),
  };
}
