// SPDX-License-Identifier: Apache-2.0

import type { ContextVariable } from "../../contract/context/variables.js";
import { WORKSPACE } from "../../contract/options/files.js";
import { VERSION } from "../../contract/wire/version.js";
import { inputsOf } from "../context/inputs.js";
import type { ContextModel, FileModel } from "../context/model.js";
import { Input, type Text } from "../context/texts.js";
import { type Yaml, yamlDocument } from "./yaml.js";

const ABOUT =
  "Puts runs on a Tailscale tailnet, phase by phase. Stacks need the label that the plugin is installed with";

const NEEDS_IMAGE = ", and a runner image that includes spacetail";

/**
 * The manifest of a Spacelift plugin that creates the context. Values that are not known are parameters of the plugin.
 * Source: Spacelift's plugin SDK, schema of manifests.
 */
export function pluginManifest(model: ContextModel): string {
  const { name, namePrefix, description, author, labels, hooks, variables, files } = model;
  const parameters = inputsOf(model).map(({ id, variable, secret, doc }) => ({
    name: variable === "" ? id : variable,
    id,
    description: doc,
    sensitive: secret,
    required: true,
  }));
  return yamlDocument({
    name,
    version: VERSION,
    description: `${ABOUT}${model.needsImage ? NEEDS_IMAGE : ""}.`,
    author,
    parameters: someOf(parameters),
    contexts: [
      {
        name_prefix: `${namePrefix}${name}`,
        description,
        labels: someOf(labels),
        env: someOf(variables.map(env)),
        mounted_files: someOf(files.map(mountedFile)),
        hooks,
      },
    ],
  });
}

function env({ name, value, secret }: ContextVariable<Text>): Yaml {
  const from = value instanceof Input ? { value_from_parameter: value.id } : { value: String(value) };
  return { key: name, ...from, sensitive: secret };
}

function mountedFile({ path, content, secret }: FileModel): Yaml {
  return { path: `${WORKSPACE}${path}`, content: String(content), sensitive: secret };
}

function someOf(list: readonly Yaml[]): readonly Yaml[] | undefined {
  return list.length === 0 ? undefined : list;
}
