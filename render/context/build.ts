// SPDX-License-Identifier: Apache-2.0
import { OUTERMOST_PREFIX, outermostName } from "../../contract/context/context-name.js";
import { type Fetcher, fetcherOf } from "../../contract/context/delivery.js";
import { problemLine } from "../../contract/context/problem.js";
import { runnerImageIn } from "../../contract/context/runner-image.js";
import { contextVariables } from "../../contract/context/variables.js";
import { hookLists, type OwnHook } from "../../contract/hooks/hooks.js";
import { DEFAULT_PHASES } from "../../contract/hooks/phases.js";
import { DEFAULT_DESCRIPTION } from "../../contract/options/context-options.js";
import type { OutputFormat } from "../../contract/options/option.js";
import { DEFAULT_HTTP_PROXY } from "../../contract/wire/addresses.js";
import { Failure } from "../failure.js";
import { judge } from "./judge.js";
import { createdLogin } from "./login.js";
import type { AttachmentModel, ContextModel } from "./model.js";
import type { AttachmentOptions, ContextOptions, HookOptions } from "./options.js";
import { TEXTS } from "./texts.js";

/**
 * The context that options describe.
 *
 * @param given any JSON value
 * @throws Failure naming everything that is wrong with it
 */
export function contextModel(format: OutputFormat, given: unknown): ContextModel {
  const { options, problems } = judge(format, given);
  if (problems.length > 0) throw new Failure(...problems.map(problemLine));
  return modelOf(options);
}

function modelOf(options: ContextOptions): ContextModel {
  const { name, runnerImage, runnerRegistry, attachments = [] } = options;
  const fetcher = fetcherOf(options);
  const files = [...(fetcher === undefined ? [] : [fetcher.file]), ...(options.files ?? [])];
  const { auth, created } =
    options.auth === undefined ? createdLogin(options) : { auth: options.auth, created: undefined };
  return {
    name,
    namePrefix: options.outermost === true && outermostName(name) !== name ? OUTERMOST_PREFIX : "",
    description: options.description ?? DEFAULT_DESCRIPTION,
    spaceId: options.spaceId,
    isForAll: options.autoattachAll === true,
    stackLabel: options.autoattach,
    stackLabels: options.autoattachLabels,
    labels: options.labels ?? [],
    hooks: hooksOf(options, fetcher),
    isExternal: auth.external === true,
    variables: contextVariables(TEXTS, { ...options, auth }),
    files: files.map(({ path, content, secret = true }) => ({ path, content, secret })),
    attachments: attachments.map(attachmentModel),
    needsImage: fetcher === undefined,
    runnerImage: runnerRegistry === undefined ? runnerImage : runnerImageIn(runnerRegistry),
    writeOnlyVersion: options.writeOnlyVersion,
    login: created,
    author: options.author ?? "spacetail",
    contextId: options.contextId,
  };
}

function hooksOf(options: ContextOptions, fetcher: Fetcher | undefined): Record<string, string[]> {
  const { phases = DEFAULT_PHASES, httpProxy = DEFAULT_HTTP_PROXY, exitTrap = true } = options;
  const { proxyVariables = [], capture, userspace } = options;
  const own = [...ownHooks(true, options.beforeHooks), ...ownHooks(false, options.afterHooks)];
  const fetchHooks = fetcher?.hooks;
  return hookLists({ phases, httpProxy, exitTrap, proxyVariables, capture, userspace, fetchHooks }, own);
}

function ownHooks(before: boolean, hooks: readonly HookOptions[] = []): OwnHook[] {
  return hooks.map(({ phase, command, outsideTunnel = false }) => ({ phase, command, before, outside: outsideTunnel }));
}

function attachmentModel({ stackId, moduleId, priority, id }: AttachmentOptions): AttachmentModel {
  return { stackId, moduleId, priority, id: id ?? stackId ?? moduleId ?? "" };
}
