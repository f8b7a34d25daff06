// SPDX-License-Identifier: Apache-2.0

import { outermostName } from "../../contract/context/context-name.js";
import { contextProblems } from "../../contract/context/context-problems.js";
import { runnerImageIn } from "../../contract/context/runner-image.js";
import { contextVariables } from "../../contract/context/variables.js";
import { hookLists, type OwnHook } from "../../contract/hooks/hooks.js";
import { DEFAULT_PHASES } from "../../contract/hooks/phases.js";
import type { OutputFormat } from "../../contract/options/options.js";
import { DEFAULT_HTTP_PROXY } from "../../contract/wire/addresses.js";
import { labelFromName } from "../../contract/wire/labels.js";
import type { Tree } from "../arguments.js";
import {
  attachmentsProblems,
  fileProblems,
  loginProblems,
  nameProblems,
  ownProblems,
  placeProblems,
  refuse,
  secretProblems,
} from "./checks.js";
import { existingLogin, type Login, madeLogin } from "./login.js";
import type { AttachmentModel, ContextModel, FileModel } from "./model.js";
import type { AttachmentOptions, FileOptions, HookOptions, RenderOptions } from "./options.js";
import { Input, TEXTS } from "./texts.js";

/**
 * The context that the options describe.
 *
 * @throws Failure with the first thing that is wrong with them
 */
export function contextModel(format: OutputFormat, tree: Tree): ContextModel {
  refuse(placeProblems(format, tree));
  const options: RenderOptions = tree;
  const { name = "tailnet", attachments = [], secretEnvironment = [], files = [] } = options;
  refuse(loginProblems(options));
  refuse(ownProblems(options));
  const login = loginOf(format, options);
  refuse(fileProblems(files));
  refuse(attachmentsProblems(attachments, options.spaceId));
  const values = {
    ...options,
    name,
    // Elsewhere no label is made of the name.
    autoattachAll: options.autoattachAll ?? format !== "hcl",
    auth: login.auth,
    secretEnvironment: Object.fromEntries(secretEnvironment.map((one) => [one, variableInput(one)])),
    files: files.map(fileModel),
    beforeHooks: (options.beforeHooks ?? []).map(hookValues),
    afterHooks: (options.afterHooks ?? []).map(hookValues),
  };
  refuse(contextProblems(values));
  refuse(nameProblems("secretEnvironment", secretEnvironment, (one) => variableInput(one).id));
  refuse(nameProblems("files.path", secretPaths(files), (path) => fileInput(path).id));
  refuse(secretProblems(tree));
  const { phases = DEFAULT_PHASES, httpProxy = DEFAULT_HTTP_PROXY, exitTrap = true } = options;
  const own = [...ownHooks(true, options.beforeHooks), ...ownHooks(false, options.afterHooks)];
  const { runnerImage, runnerRegistry } = options;
  return {
    name,
    namePrefix: options.outermost === true ? outermostName(name).slice(0, -name.length) : "",
    description: options.description,
    spaceId: options.spaceId,
    isForAll: options.autoattachAll === true,
    stackLabel: options.autoattach,
    labels: options.labels ?? [],
    hooks: hookLists({ phases, httpProxy, exitTrap }, own),
    variables: contextVariables(TEXTS, values),
    files: values.files,
    attachments: attachments.map(attachmentModel),
    runnerImage: runnerRegistry === undefined ? runnerImage : runnerImageIn(runnerRegistry),
    writeOnlyVersion: options.writeOnlyVersion,
    login: login.made,
    author: options.author ?? "spacetail",
  };
}

/** Terraform makes a login unless one is given. Nothing else can, and then an OAuth client's secret is to be given. */
function loginOf(format: OutputFormat, options: RenderOptions): Login {
  if (options.auth !== undefined) return existingLogin(options.auth);
  return format === "hcl" ? madeLogin(options) : existingLogin({ oauthSecret: true });
}

function variableInput(name: string): Input {
  return new Input(`secret_${name.toLowerCase()}`, name, true, `Value of the secret variable ${name}`);
}

function fileInput(path: string): Input {
  const id = labelFromName(path).replaceAll("-", "_");
  return new Input(`file_${id}`, "", true, `Content of the file ${path}`);
}

function fileModel({ path = "", content, secret = true }: FileOptions): FileModel {
  return { path, content: content ?? fileInput(path), secret };
}

function hookValues({ phase = "", command = "" }: HookOptions) {
  return { phase, command };
}

function ownHooks(before: boolean, hooks: readonly HookOptions[] = []): OwnHook[] {
  return hooks.map(({ phase = "", command = "", outsideTunnel = false }) => ({
    phase,
    command,
    before,
    outside: outsideTunnel,
  }));
}

function secretPaths(files: readonly FileOptions[]): string[] {
  return files.filter(({ secret = true }) => secret).map(({ path = "" }) => path);
}

function attachmentModel({ stackId, moduleId, priority, id }: AttachmentOptions): AttachmentModel {
  return { stackId, moduleId, priority, id: id ?? stackId ?? moduleId ?? "" };
}
