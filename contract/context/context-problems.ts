// SPDX-License-Identifier: Apache-2.0

import { PHASES } from "../hooks/phases.js";
import { apiUrl } from "../wire/checks.js";
import { labelFromName, stackLabelProblem } from "../wire/labels.js";
import { type AuthValues, authProblems } from "./auth-problems.js";
import { environmentProblems, secretEnvironmentProblems, type VariableValues } from "./environment-problems.js";
import { type FileValues, fileProblems } from "./file-problems.js";
import { type HookValues, hookProblems } from "./hook-problems.js";
import {
  broken,
  brokenSecret,
  every,
  extraLabels,
  type Given,
  type GivenList,
  list,
  notEmpty,
  readable,
  required,
  text,
} from "./rules.js";
import { type TunnelValues, tunnelProblems } from "./tunnel-problems.js";

/** A context as users describe it. */
export interface ContextValues extends TunnelValues {
  readonly name: Given<string>;
  readonly description?: Given<string>;
  readonly auth: AuthValues;
  readonly spaceId?: Given<string>;
  readonly phases?: GivenList;
  readonly autoattach?: Given<string>;
  readonly autoattachAll?: boolean;
  readonly environment?: VariableValues;
  readonly secretEnvironment?: VariableValues;
  readonly files?: readonly FileValues[];
  readonly beforeHooks?: readonly HookValues[];
  readonly afterHooks?: readonly HookValues[];
  readonly exitTrap?: Given<boolean>;
  readonly runnerImage?: Given<string>;
  readonly runnerRegistry?: Given<string>;
  readonly labels?: GivenList;
}

/** What is wrong with the values of a context, in the order of the checks; null for each rule that is kept. */
export function* contextProblems(values: ContextValues): Generator<string | null> {
  yield broken("name", required(notEmpty)(values.name), values.name);
  yield broken("phases", phasesRule(values.phases), values.phases);
  yield* authProblems(values);
  yield broken("spaceId", notEmpty(values.spaceId), values.spaceId);
  yield attachmentProblem(values);
  yield* environmentProblems(values.environment ?? {});
  yield* secretEnvironmentProblems(values.secretEnvironment ?? {}, values.environment ?? {});
  yield* tunnelProblems(values);
  for (const [property, value] of READABLE.map((one) => [one, values[one]] as const)) {
    yield brokenSecret(property, (Array.isArray(value) ? every(readable) : readable)(value));
  }
  yield broken("controlUrl", keyServerRule(values), values.controlUrl);
  yield* fileProblems(values.files ?? []);
  yield* hookProblems("beforeHooks", true, values.beforeHooks ?? [], values.exitTrap ?? true);
  yield* hookProblems("afterHooks", false, values.afterHooks ?? [], values.exitTrap ?? true);
  yield broken("runnerImage", notEmpty(values.runnerImage), values.runnerImage);
  yield broken("runnerRegistry", runnerRegistryRule(values), values.runnerRegistry);
  yield broken("labels", extraLabels(values.labels), values.labels);
}

/** What of a context everybody can read who may see it, beside variables, files and hooks. */
export const READABLE = [
  "name",
  "description",
  "autoattach",
  "labels",
  "hostname",
  "controlUrl",
  "apiUrl",
  "exitNode",
  "waitFor",
  "noProxy",
  "tailscaledArgs",
  "socket",
] as const;

/** Auth keys are minted at the control server unless there is another API, so what is good for it must be good for an API. */
export function keyServerRule({
  auth,
  controlUrl,
  apiUrl: api,
}: Pick<ContextValues, "auth" | "controlUrl" | "apiUrl">): string | null {
  if (auth.authKey !== undefined || api !== undefined) return null;
  return text(apiUrl)(controlUrl) === null
    ? null
    : "must be an https:// URL with the name of a host unless apiUrl is given, because auth keys are minted there";
}

/** One image is enough. */
export function runnerRegistryRule({
  runnerImage,
  runnerRegistry,
}: Pick<ContextValues, "runnerImage" | "runnerRegistry">): string | null {
  const both = runnerImage !== undefined && runnerRegistry !== undefined;
  return both ? "must not be given together with runnerImage" : notEmpty(runnerRegistry);
}

/** Phases that there are, each once. */
export const phasesRule = list((phases) => {
  const names = PHASES.join(", ");
  if (phases.length === 0) return `must name at least one of ${names}`;
  if (!phases.every((phase) => typeof phase !== "string" || PHASES.includes(phase))) return `must name only ${names}`;
  return new Set(phases).size < phases.length ? "must not name a phase twice" : null;
});

/** What is wrong with how a context gets to its stacks, or null. */
export function attachmentProblem({
  name,
  autoattach,
  autoattachAll,
}: Pick<ContextValues, "name" | "autoattach" | "autoattachAll">): string | null {
  if (autoattachAll === true) {
    const rule = autoattach === undefined ? null : "must not be given together with autoattachAll";
    return broken("autoattach", rule, autoattach);
  }
  if (autoattach !== undefined) return broken("autoattach", text(stackLabelProblem)(autoattach), autoattach);
  const rule = text((known) =>
    labelFromName(known) === "" ? "must hold a letter or digit to make a label of, unless autoattach is given" : null,
  );
  return broken("name", rule(name), name);
}
