// SPDX-License-Identifier: Apache-2.0
import * as pulumi from "@pulumi/pulumi";
import { DEFAULT_HTTP_PROXY, DEFAULT_PHASES, fetcherOf, hookLists, PHASES, RUN } from "../../contract/index.js";
import type { ContextArgs } from "../spacelift/index.js";
import { mapInput } from "../support/outputs.js";
import type { TailnetContextArgs } from "./tailnet-context-args.js";
import type { TailnetHook } from "./tailnet-hook.js";

/** The hook lists of a context. Lists that turn out to be empty are undefined. */
export function hookArguments(args: TailnetContextArgs): Partial<ContextArgs> {
  const { phases = [...DEFAULT_PHASES], httpProxy = DEFAULT_HTTP_PROXY, exitTrap = true } = args;
  const { proxyVariables = [], capture, userspace } = args;
  const own = [...ownHooks(true, args.beforeHooks), ...ownHooks(false, args.afterHooks)];
  const fetchHooks = fetcherOf(args)?.hooks;
  const options = { phases, httpProxy, exitTrap, proxyVariables, capture, userspace, fetchHooks, own };
  const lists = mapInput(options, (known) => hookLists(known, known.own));
  const names = [...PHASES.flatMap((phase) => [`before_${phase}`, `after_${phase}`]), `after_${RUN}`];
  const entries = names.map((list) => {
    return [argumentOf(list), pulumi.Output.isInstance(lists) ? lists.apply((known) => known[list]) : lists[list]];
  });
  return Object.fromEntries(entries);
}

/** The argument of a hook list, whose name Pulumi's bridge makes plural: `beforeApplies`, `beforeDestroys`. */
function argumentOf(list: string): string {
  const name = list.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return /[^aeiou]y$/.test(name) ? `${name.slice(0, -1)}ies` : `${name}s`;
}

function ownHooks(before: boolean, hooks: readonly TailnetHook[] = []) {
  return hooks.map(({ phase, command, outsideTunnel = false }) => ({ phase, command, before, outside: outsideTunnel }));
}
