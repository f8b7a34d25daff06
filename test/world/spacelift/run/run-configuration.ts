// SPDX-License-Identifier: Apache-2.0
import type { Account } from "../account/account.js";
import type { ConfigElements } from "../account/config-elements.js";
import type { Context } from "../account/contexts.js";
import type { Stack } from "../account/stacks.js";
import type { Hooks } from "../hooks.js";
import { mergeStrongest, type Variable } from "./environment.js";
import { nestHooks, outermostFirst, strongestFirst } from "./nesting.js";
import type { RuntimeConfig } from "./runtime-config.js";

/** A context that a stack gets. `priority` is null when a label attached it. */
export interface AttachedContext extends Context {
  readonly priority: number | null;
}

/** A file that a run finds below `/mnt/workspace/`. */
export interface MountedFile {
  readonly path: string;
  readonly content: Buffer;
  readonly secret: boolean;
}

/** All that a run of a stack gets from the account. */
export interface RunConfiguration {
  readonly stack: Stack;
  /** The contexts it gets, outermost first. */
  readonly contexts: readonly AttachedContext[];
  /** Every hook of stack and contexts, in the order they run. */
  readonly hooks: Hooks;
  /** Every variable of stack and contexts, `ro_` and `wo_` prefixes still on; see `environmentOf`. */
  readonly environment: readonly Variable[];
  readonly mountedFiles: readonly MountedFile[];
  /** Null for the account's or the worker pool's default. */
  readonly runnerImage: string | null;
}

const AUTOATTACH = "autoattach:";

/** The label of stacks whose projects have no say. Source: Spacelift documentation, "Stack settings", Labels. */
const IGNORE_RUNTIME_CONFIG = "feature:ignore_runtime_config";

/**
 * What a run of that stack gets.
 *
 * @param runtime what the project itself says; its hook lists stand in place of the stack's, not of the contexts', of
 * which Spacelift's documentation says nothing; its variables win over all others
 * @throws when there is no stack of that id.
 */
export function runConfiguration(account: Account, stackId: string, runtime: RuntimeConfig = {}): RunConfiguration {
  const stack = account.stacks.require(stackId);
  const contexts = attachedContexts(account, stack);
  const strongest = [stack, ...strongestFirst(contexts)].map(({ elements }) => elements);
  const { hooks = {}, environment = {}, runnerImage } = stack.labels.includes(IGNORE_RUNTIME_CONFIG) ? {} : runtime;
  const own = Object.entries(environment).map(([name, value]) => ({ name, value, secret: false }));
  return {
    stack,
    contexts,
    hooks: nestHooks(contexts, { ...stack.hooks, ...hooks }),
    environment: mergeStrongest([own, ...strongest.map(variables)], ({ name }) => name),
    mountedFiles: mergeStrongest(strongest.map(mountedFiles), ({ path }) => path),
    runnerImage: runnerImage ?? stack.runnerImage,
  };
}

/**
 * The contexts a stack gets, outermost first: those attached to it, and those whose `autoattach:LABEL` names one of its
 * labels (`autoattach:*` names any) and whose space its own space can see. A context that is both counts as attached.
 * Source: Spacelift documentation, "Context", Auto-attachments.
 */
function attachedContexts(account: Account, stack: Stack): readonly AttachedContext[] {
  const priorities = new Map(account.attachments.ofProject(stack.id).map((a) => [a.contextId, a.priority]));
  const wanted = new Set(["*", ...stack.labels].map((label) => AUTOATTACH + label));
  const attached = account.contexts.list().flatMap((context): AttachedContext[] => {
    const priority = priorities.get(context.id) ?? null;
    const automatic =
      context.labels.some((label) => wanted.has(label)) && account.spaces.reaches(context.space, stack.space);
    return priority !== null || automatic ? [{ ...context, priority }] : [];
  });
  return outermostFirst(attached);
}

function variables(elements: ConfigElements): readonly Variable[] {
  return elements
    .list("ENVIRONMENT_VARIABLE")
    .map(({ id, value, writeOnly }) => ({ name: id, value, secret: writeOnly }));
}

function mountedFiles(elements: ConfigElements): readonly MountedFile[] {
  return elements
    .list("FILE_MOUNT")
    .map(({ id, value, writeOnly }) => ({ path: id, content: Buffer.from(value, "base64"), secret: writeOnly }));
}
