// SPDX-License-Identifier: Apache-2.0
import { scopeProblem } from "../login/federation.js";
import { META_OPTIONS } from "../options/context-options.js";
import { IDENTITY_OPTIONS, OAUTH_CLIENT_OPTIONS, POLICY_OPTIONS } from "../options/login-options.js";
import type { Engine } from "./engine.js";
import { knownObjects, knownText, knownTexts } from "./known.js";
import { type Problem, problem } from "./problem.js";
import { readOptions, type Values } from "./read.js";

/** What is wrong with the options of an OAuth client. */
export function oauthClientProblems(given: unknown, engine: Engine): Problem[] {
  return [...readOptions([...OAUTH_CLIENT_OPTIONS, ...metaOptions(engine)], given, engine).problems];
}

/** What is wrong with the options of a federated identity. */
export function federatedIdentityProblems(given: unknown, engine: Engine): Problem[] {
  const { values, problems } = readOptions([...IDENTITY_OPTIONS, ...metaOptions(engine)], given, engine);
  return [...problems, ...trustedRunsRules(values)];
}

/** What is wrong with the options of a policy fragment. */
export function policyProblems(given: unknown, engine: Engine): Problem[] {
  const { values, problems } = readOptions(POLICY_OPTIONS, given, engine);
  return [...problems, ...grantRules(values.grants, knownTexts(values.tags))];
}

/** What is wrong with a choice of runs. */
export function* trustedRunsRules({ stack, module, runTypes, scope }: Values, prefix = ""): Generator<Problem> {
  if (stack !== undefined && module !== undefined) {
    yield problem(`${prefix}module`, "must not be given together with stack", knownText(module));
  }
  const known = knownText(scope);
  const message = known === undefined ? null : scopeProblem(known, knownTexts(runTypes) ?? []);
  if (message !== null) yield problem(`${prefix}scope`, message, known);
}

/** Grants are about tags in use. */
export function* grantRules(grants: unknown, tags: readonly string[] | undefined): Generator<Problem> {
  if (tags === undefined) return;
  for (const { at, members } of knownObjects(grants)) {
    const stranger = knownTexts(members.src)?.find((tag) => !tags.includes(tag));
    if (stranger !== undefined) {
      yield problem(`grants[${at}].src`, `must contain only tags in use (${tags.join(", ")})`, stranger);
    }
  }
}

/** What every resource of an engine can be given. */
function metaOptions({ contextOptions }: Engine) {
  return META_OPTIONS.filter((one) => contextOptions.includes(one));
}
