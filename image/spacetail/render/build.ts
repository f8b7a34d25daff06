// SPDX-License-Identifier: Apache-2.0
import { DEFAULT_HTTP_PROXY } from "../../../contract/addresses.js";
import { attachmentProblems } from "../../../contract/context/attachment-problems.js";
import { contextProblems } from "../../../contract/context/context-problems.js";
import { broken } from "../../../contract/context/rules.js";
import { contextVariables } from "../../../contract/context/variables.js";
import { outermostName } from "../../../contract/context-name.js";
import { hookLists, type OwnHook } from "../../../contract/hooks.js";
import { labelFromName } from "../../../contract/labels.js";
import type { OutputFormat } from "../../../contract/options.js";
import { DEFAULT_PHASES, PHASES } from "../../../contract/phases.js";
import { runnerImageIn } from "../../../contract/runner-image.js";
import type { Tree } from "./arguments.js";
import { placeProblems, refuse } from "./checks.js";
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
  const login = loginOf(format, options);
  refuse(secretNameProblems(secretEnvironment));
  refuse(fileProblems(files));
  for (const attachment of attachments) refuse(targetProblems(attachment, options.spaceId));
  const values = {
    ...options,
    name,
    auth: login.auth,
    secretEnvironment: Object.fromEntries(secretEnvironment.map((one) => [one, variableInput(one)])),
    files: files.map(fileModel),
    beforeHooks: (options.beforeHooks ?? []).map(hookValues),
    afterHooks: (options.afterHooks ?? []).map(hookValues),
  };
  refuse(contextProblems(values));
  const { phases = DEFAULT_PHASES, httpProxy = DEFAULT_HTTP_PROXY, exitTrap = true } = options;
  const own = [...ownHooks(true, options.beforeHooks), ...ownHooks(false, options.afterHooks)];
  const inOrder = PHASES.filter((phase) => phases.includes(phase));
  const { runnerImage, runnerRegistry } = options;
  return {
    name: options.outermost === true ? outermostName(name) : name,
    description: options.description,
    spaceId: options.spaceId,
    stackLabel: options.autoattachAll === true ? undefined : (options.autoattach ?? labelFromName(name)),
    labels: options.labels ?? [],
    hooks: hookLists({ phases: inOrder, httpProxy, exitTrap }, own),
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

/** What is made along with the context has no meaning for a login that exists. */
function* loginProblems(options: RenderOptions): Generator<string | null> {
  if (options.auth === undefined) return;
  const isToken = options.auth.federated?.idToken?.startsWith("file:") === false;
  yield isToken ? "auth.federated.idToken must begin with file: no secret is in what is rendered" : null;
  for (const name of ["account", "trust", "tags", "applyTags", "grants"] as const) {
    yield options[name] === undefined
      ? null
      : `${name} must not be given together with auth: it is of a login that is made`;
  }
}

/** Every secret becomes an input, and inputs are called alike but for the case of their letters. */
function* secretNameProblems(names: readonly string[]): Generator<string | null> {
  yield* twiceProblems(
    "secretEnvironment",
    names,
    names.map((name) => variableInput(name).id),
  );
}

function* fileProblems(files: readonly FileOptions[]): Generator<string | null> {
  for (const { path = "", content, secret = true } of files) {
    const rule = secret && content !== undefined;
    yield rule
      ? `files.content of ${path} must not be given unless secret is false: no secret is in what is rendered`
      : null;
    yield !secret && content === undefined ? `files.content of ${path} must be given, because secret is false` : null;
  }
  const secrets = files.filter(({ secret }) => secret !== false).map(({ path = "" }) => path);
  yield* twiceProblems(
    "files.path",
    secrets,
    secrets.map((path) => fileInput(path).id),
  );
}

function* twiceProblems(property: string, names: readonly string[], ids: readonly string[]): Generator<string | null> {
  const at = ids.findIndex((id, i) => ids.indexOf(id) !== i);
  yield broken(property, at < 0 ? null : "must differ in letters and digits, whatever their case", names[at]);
}

function* targetProblems(attachment: AttachmentOptions, contextSpace: string | undefined): Generator<string | null> {
  const { stackId, moduleId, ...options } = attachment;
  const one = (stackId === undefined) !== (moduleId === undefined);
  yield one ? null : "attachments must have exactly one of stackId, moduleId";
  const property = stackId === undefined ? "moduleId" : "stackId";
  yield* attachmentProblems(property, stackId ?? moduleId ?? "", options, contextSpace);
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

function attachmentModel({ stackId, moduleId, priority, id }: AttachmentOptions): AttachmentModel {
  return { stackId, moduleId, priority, id };
}
