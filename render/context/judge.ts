// SPDX-License-Identifier: Apache-2.0
import { contextProblems } from "../../contract/context/context-rules.js";
import { type Engine, NO_ENGINE, UNKNOWN, Unknown } from "../../contract/context/engine.js";
import { hiddenProblem, type Problem } from "../../contract/context/problem.js";
import { readOptions, type Values } from "../../contract/context/read.js";
import { tailnetProblems } from "../../contract/context/tailnet-rules.js";
import { CONTEXT_OPTIONS, RENDER_OPTIONS, TAILNET_OPTIONS } from "../../contract/options/context-options.js";
import { CREATED_LOGIN_OPTIONS } from "../../contract/options/login-options.js";
import type { Option, OutputFormat } from "../../contract/options/option.js";
import { asInPrograms } from "./given.js";
import { nameProblems } from "./names.js";
import type { ContextOptions } from "./options.js";
import { isPlaced, TARGETS } from "./target.js";
import { Input, Reference } from "./texts.js";

/** Options, and everything that is wrong with them. Only if that is nothing are they what they seem to be. */
export interface Judgement {
  readonly options: ContextOptions;
  readonly problems: readonly Problem[];
}

/** Judges any JSON value as options of an output, by the rules that programs have too. */
export function judge(format: OutputFormat, given: unknown): Judgement {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    return { options: { name: "" }, problems: readOptions(RENDER_OPTIONS, given, NO_ENGINE).problems };
  }
  const { auth } = TARGETS[format];
  const { values, problems } = asInPrograms(format, { ...(auth === undefined ? {} : { auth }), ...given });
  const names = values.auth === undefined ? [] : CREATED_LOGIN_OPTIONS.map(({ name }) => name);
  const [rest, createdOnly] = without(names, values);
  const options = { ...rest, name: rest.name === undefined ? "tailnet" : rest.name };
  return {
    options: options as ContextOptions,
    problems: [
      ...problems,
      ...createdOnly.map((name) => hiddenProblem(name, "must not be given together with auth: no login is created")),
      ...contextIdProblems(options),
      ...sharedProblems({ ...options, ...decidedElsewhere(format, options) }),
      ...nameProblems(format, options),
    ],
  };
}

/** What programs would refuse too, in the same words. */
function sharedProblems(values: Values): Problem[] {
  return values.auth === undefined
    ? tailnetProblems(values, engine(TAILNET_OPTIONS))
    : contextProblems(values, engine(CONTEXT_OPTIONS));
}

/** How rules see inputs. All options of `spacetail render` are known to it, whether or not the rules are about them. */
function engine(options: readonly Option[]): Engine {
  return {
    unknown: "an input",
    canCompute: true,
    contextOptions: RENDER_OPTIONS.filter(({ name }) => !options.some((one) => one.name === name)),
    isUnknown: (value) => value instanceof Input || value instanceof Reference || Unknown.is(value),
    isSensitive: () => false,
    programProblem: () => null,
  };
}

/** Whoever installs or attaches the context decides about what an output has no place for. */
function decidedElsewhere(format: OutputFormat, { contextId }: Values): Values {
  const hasPlace = (name: string) => RENDER_OPTIONS.some((one) => one.name === name && isPlaced(format, one));
  const noLabel = { autoattachAll: true, autoattach: undefined, autoattachLabels: undefined };
  return {
    ...(hasPlace("autoattach") && contextId === undefined ? {} : noLabel),
    ...(hasPlace("phases") ? {} : { phases: UNKNOWN }),
  };
}

function contextIdProblems({ contextId, ...values }: Values): Problem[] {
  if (contextId === undefined) return [];
  const others = ["autoattach", "autoattachLabels", "autoattachAll"].filter((name) => values[name] !== undefined);
  return others.map((name) => hiddenProblem(name, "must not be given together with contextId"));
}

/** The other members, and the names of those that were left out. */
function without(names: readonly string[], values: Values): [Values, string[]] {
  const isOut = ([name]: [string, unknown]) => names.includes(name);
  const all = Object.entries(values);
  return [Object.fromEntries(all.filter((one) => !isOut(one))), all.filter(isOut).map(([name]) => name)];
}
