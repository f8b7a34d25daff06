// SPDX-License-Identifier: Apache-2.0
import { DEFAULT_PHASES } from "../hooks/phases.js";
import { untrustedPhases } from "../login/federation.js";
import { isOutOfReach } from "../login/spaces.js";
import { AUTH_OPTIONS } from "../options/login-options.js";
import { allTexts, isKnownObject, knownMembers, knownText, knownTexts } from "./known.js";
import { type Problem, problem } from "./problem.js";
import type { Values } from "./read.js";
import { mintingLogin } from "./unused-key.js";

/** What is wrong with a login that is complete, and with how it fits the context. */
export function* authRules(values: Values): Generator<Problem> {
  const { auth } = values;
  if (!isKnownObject(auth)) return;
  const given = Object.keys(auth);
  // An auth key beside a login that needs none is what somebody migrates from: see unused-key.ts.
  const inUse = mintingLogin(auth) === undefined ? given : given.filter((name) => name !== "authKey");
  if (inUse.length !== 1) {
    yield problem("auth", `must have exactly one of ${AUTH_OPTIONS.map(({ name }) => name).join(", ")}`, given);
  }
  if (auth.external === false) yield problem("auth.external", "must be true if it is given", false);
  if (isKnownObject(auth.federated)) yield* federatedRules(auth.federated, values);
}

function* federatedRules(federated: Values, { phases, spaceId }: Values): Generator<Problem> {
  const known = knownTexts(phases ?? DEFAULT_PHASES) ?? [];
  const given = ["identity", "read", "write"].filter((name) => federated[name] !== undefined);
  const fits = federated.identity === undefined ? given.length > 0 : given.length === 1;
  if (!fits) yield problem("auth.federated", "must have identity alone, or read, write or both", given);
  for (const name of given) {
    const identity = knownMembers(federated[name]);
    yield* reachRules(`auth.federated.${name}.spaceId`, identity.spaceId, spaceId);
    const own = known.filter((phase) => name === "identity" || (name === "write") === (phase === "apply"));
    yield* trustRules(`auth.federated.${name} trusts`, identity, own, phases);
  }
  if (federated.identity !== undefined || given.length === 0) return;
  if (federated.write === undefined && known.includes("apply")) {
    yield problem("phases", "must not include apply unless auth.federated.write is given", phases);
  }
  if (federated.read === undefined && known.some((phase) => phase !== "apply")) {
    yield problem("phases", "must be apply alone unless auth.federated.read is given", phases);
  }
}

/**
 * A phase that is on the tailnet must have runs that the identity of the phase trusts.
 *
 * @param trusts ends the sentence about the runs: `auth.federated.identity trusts`
 * @param given the phases as they were given, of which the others may be those of another identity
 */
export function* trustRules(
  trusts: string,
  { runTypes, scope }: Values,
  phases: readonly string[],
  given: unknown,
): Generator<Problem> {
  const never = untrustedPhases(phases, { runTypes: allTexts(runTypes), scope: knownText(scope) });
  if (never.length === 0) return;
  const message = `must not include ${never.join(", ")}, where no run has a token that ${trusts}`;
  yield problem("phases", message, given);
}

/** A context in one space cannot reach stacks in some others. */
export function* reachRules(property: string, space: unknown, contextSpace: unknown): Generator<Problem> {
  const [from, to] = [knownText(contextSpace), knownText(space)];
  if (from === undefined || to === undefined || !isOutOfReach(from, to)) return;
  yield problem(property, `must be a space that a context in ${from} can reach`, to);
}
