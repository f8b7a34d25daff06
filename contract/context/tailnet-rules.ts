// SPDX-License-Identifier: Apache-2.0
import { DEFAULT_PHASES } from "../hooks/phases.js";
import { TAILNET_OPTIONS } from "../options/context-options.js";
import { CREATED_LOGIN_OPTIONS } from "../options/login-options.js";
import type { Option } from "../options/option.js";
import { reachRules, trustRules } from "./auth-rules.js";
import { contextRules } from "./context-rules.js";
import type { Engine } from "./engine.js";
import { grantRules, trustedRunsRules } from "./identity-rules.js";
import { allTexts, knownMembers, knownTexts } from "./known.js";
import { hiddenProblem, type Problem, problem } from "./problem.js";
import { readOptions, type Values } from "./read.js";

/**
 * Everything that is wrong with the options of a context and a login that is created along with it.
 *
 * @param more options that an engine has besides
 */
export function tailnetProblems(given: unknown, engine: Engine, more: readonly Option[] = []): Problem[] {
  const options = [...TAILNET_OPTIONS, ...engine.contextOptions, ...more];
  const { values, problems } = readOptions(options, given, engine);
  const isAuth = ({ property }: Problem) => property === "auth";
  const known = problems.map((one) => (isAuth(one) ? hiddenProblem("auth", NO_AUTH) : one));
  return [...known, ...createdLoginRules(values), ...contextRules(values, given, engine)];
}

/** Everything that is wrong with a login that is created along with a context, given the phases and space of that. */
export function createdLoginProblems(given: unknown, engine: Engine): Problem[] {
  const context = TAILNET_OPTIONS.filter(({ name }) => name === "phases" || name === "spaceId");
  const { values, problems } = readOptions([...CREATED_LOGIN_OPTIONS, ...context], given, engine);
  return [...problems, ...createdLoginRules(values)];
}

const NO_AUTH = "is not an option of Tailnet, which creates the login: use TailnetContext for an existing login";

/** The rules about a login that is created along with a context. */
export function* createdLoginRules(values: Values): Generator<Problem> {
  const { account, trust, applyTags, tags = ["tag:spacelift"], spaceId } = values;
  const phases = knownTexts(values.phases ?? DEFAULT_PHASES) ?? [];
  const trusted = knownMembers(trust);
  if (account === undefined) {
    if (trust !== undefined) yield hiddenProblem("trust", "must not be given without account");
    if (applyTags !== undefined) yield problem("applyTags", "must not be given without account", applyTags);
  }
  yield* trustedRunsRules(trusted, "trust.");
  yield* reachRules("trust.spaceId", trusted.spaceId, spaceId);
  if (applyTags === undefined) {
    yield* trustRules("trust allows", trusted, phases, values.phases);
  } else {
    if (values.phases === undefined || allTexts(values.phases) !== undefined) yield* applyRules(phases, applyTags);
    if (trusted.scope !== undefined) yield hiddenProblem("trust.scope", "must not be given together with applyTags");
    // The scope is the business of the rule above.
    const others = phases.filter((phase) => phase !== "apply");
    yield* trustRules("trust allows", { ...trusted, scope: undefined }, others, values.phases);
  }
  const used = [...(knownTexts(tags) ?? []), ...(knownTexts(applyTags) ?? [])];
  const isKnown = Array.isArray(tags) && (applyTags === undefined || Array.isArray(applyTags));
  yield* grantRules(values.grants, isKnown ? used : undefined);
}

function* applyRules(phases: readonly string[], applyTags: unknown): Generator<Problem> {
  if (!phases.includes("apply"))
    yield problem("applyTags", "must not be given unless phases includes apply", applyTags);
  if (phases.every((phase) => phase === "apply")) {
    yield problem("applyTags", "must not be given if phases is apply alone: use tags", applyTags);
  }
}
