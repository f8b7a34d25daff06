// SPDX-License-Identifier: Apache-2.0
import { inputsOf } from "../context/inputs.js";
import type { ContextModel } from "../context/model.js";
import { sharedHooks } from "./shared-hooks.js";
import { Anchor, type Yaml, yamlDocument } from "./yaml.js";

/**
 * A `.spacelift/config.yml` that gives the context's hooks and variables to the stacks that it is attached to, or to
 * all stacks of the repository. Source: Spacelift's documentation, "Runtime configuration".
 */
export function configYml(model: ContextModel): string {
  const stacks = model.attachments.flatMap(({ stackId }) => (stackId === undefined ? [] : [stackId]));
  const settings = settingsOf(model);
  const body =
    stacks.length === 0
      ? { stack_defaults: settings }
      : { stacks: Object.fromEntries(stacks.map((stack) => [stack, settings])) };
  return head(model) + yamlDocument({ version: "2", ...body });
}

/** The hook lists. One that several phases have is written once, with an anchor. */
function hookLists(hooks: ContextModel["hooks"]): Record<string, Yaml> {
  const shared = sharedHooks(hooks).map(({ name, commands, lists }) => ({ lists, anchor: new Anchor(name, commands) }));
  return Object.fromEntries(
    Object.entries(hooks).map(([list, commands]) => [
      list,
      shared.find(({ lists }) => lists.includes(list))?.anchor ?? commands,
    ]),
  );
}

function settingsOf({ hooks, variables, runnerImage }: ContextModel): { readonly [name: string]: Yaml | undefined } {
  const readable = variables.flatMap(({ name, value }) => (typeof value === "string" ? [[name, value] as const] : []));
  return {
    runner_image: runnerImage,
    environment: readable.length === 0 ? undefined : Object.fromEntries(readable),
    ...hookLists(hooks),
  };
}

function head(model: ContextModel): string {
  const secrets = inputsOf(model).map(({ variable }) => variable);
  const needs = [
    ...(secrets.length === 0 ? [] : [`these secret variables: ${secrets.join(", ")}`]),
    ...(model.isExternal ? ["a login: TS_CLIENT_ID, or one of the secrets TS_OAUTH_CLIENT_SECRET and TS_AUTHKEY"] : []),
  ];
  return needs.map((one) => `# Each stack also needs ${one}.\n\n`).join("");
}
