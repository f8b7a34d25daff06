// SPDX-License-Identifier: Apache-2.0
import { Token } from "cdktf";
import type { IConstruct } from "constructs";
import { broken, brokenSecret } from "../../contract/context/rules.js";
import { DEFAULT_PHASES } from "../../contract/hooks/phases.js";
import { untrustedPhases } from "../../contract/login/federation.js";
import { given } from "../support/literal.js";
import { notEmpty, oneLine, reachableFrom, required, secretText, tagList } from "../support/rules.js";
import { readableProblem } from "../support/secrets.js";

/**
 * Login by the token that Spacelift gives each run, without a secret: by one identity, or by one for applying and
 * another for all else, so that plans and applies have different tags.
 */
export interface TailnetFederatedAuth {
  /**
   * The identity of every phase.
   * @default - read and write are given
   */
  readonly identity?: TailnetIdentity;

  /**
   * The identity of every phase but applying. It must trust tokens of both scopes for stacks that deploy by themselves
   * and for tasks: their planning and performing has a token with the scope `write`.
   * @default - none, and only applying is on the tailnet
   */
  readonly read?: TailnetIdentity;

  /**
   * The identity of applying. Let it trust the scope `write` of stacks alone (`stack: "*"`), and no pull request can use
   * it: the tests of a module have that scope for pull requests too.
   * @default - none, and applying is not on the tailnet
   */
  readonly write?: TailnetIdentity;

  /**
   * The run's token, or `file:` and the path of a file with it, for runs that have it elsewhere than Spacelift puts it.
   * @default - where Spacelift puts it: SPACELIFT_OIDC_TOKEN or /mnt/workspace/spacelift.oidc
   */
  readonly idToken?: string;
}

/** A federated identity: a {@link TailnetFederatedIdentity}, or what is known of one that exists already. */
export interface TailnetIdentity {
  /** The identity's client id, which is no secret. */
  readonly clientId: string;

  /**
   * ACL tags that runs join with: all tags of the identity, or tags that one of them owns.
   * @default ["tag:spacelift"]
   */
  readonly tags?: string[];

  /**
   * Id of the space whose runs the identity trusts, `*` standing for any characters.
   * @default - any space, or not known
   */
  readonly spaceId?: string;

  /**
   * Types of runs that the identity trusts, to find out here that no run can join in one of the phases.
   * @default - every type, or not known
   */
  readonly runTypes?: string[];

  /**
   * Scope that the identity asks of tokens, for the same purpose.
   * @default - either, or not known
   */
  readonly scope?: string;
}

/** What is wrong with the login of a context; null for each rule that is kept. */
export function* federatedProblems(
  scope: IConstruct,
  auth: TailnetFederatedAuth,
  { phases = [...DEFAULT_PHASES], spaceId }: { readonly phases?: string[]; readonly spaceId?: string },
): Generator<string | null> {
  const { identity, read, write, idToken } = auth;
  const identities = Object.entries({ identity, read, write }).filter(([, value]) => value !== undefined);
  const names = identities.map(([name]) => name);
  const fits = identity === undefined ? names.length > 0 : names.length === 1;
  yield broken("auth.federated", fits ? null : "must have identity alone, or read, write or both", names);
  for (const [name, value] of identities) {
    yield* identityProblems(scope, `auth.federated.${name}`, value as TailnetIdentity, spaceId);
    yield broken("phases", trustRule(name, value as TailnetIdentity, phases), phases);
  }
  if (identity === undefined) yield* phaseProblems(auth, phases);
  yield brokenSecret("auth.federated.idToken", secretText(idToken));
}

/** A phase that is on the tailnet must have somebody to join as. */
function* phaseProblems({ read, write }: TailnetFederatedAuth, phases: readonly string[]): Generator<string | null> {
  if (write === undefined && phases.includes("apply")) {
    yield broken("phases", "must leave out apply unless auth.federated has write", phases);
  }
  if (read === undefined && phases.some((phase) => phase !== "apply")) {
    yield broken("phases", "must be apply alone unless auth.federated has read", phases);
  }
}

/** A phase that is on the tailnet must have runs that the identity of the phase trusts. */
function trustRule(name: string, { runTypes, scope }: TailnetIdentity, phases: readonly string[]): string | null {
  const own = phases.filter((phase) => name === "identity" || (name === "write") === (phase === "apply"));
  const trusted = {
    ...(Token.isUnresolved(runTypes) ? {} : given({ runTypes })),
    ...(Token.isUnresolved(scope) ? {} : given({ scope })),
  };
  const never = untrustedPhases(own, trusted).join(", ");
  return never === "" ? null : `must leave out ${never}, where no run has a token that auth.federated.${name} trusts`;
}

function identityProblems(
  scope: IConstruct,
  property: string,
  { clientId, tags, spaceId }: TailnetIdentity,
  contextSpace: string | undefined,
): (string | null)[] {
  const rule = required<string>((text) => notEmpty(text) ?? oneLine(text));
  return [
    brokenSecret(`${property}.clientId`, readableProblem(scope, clientId ?? "")),
    broken(`${property}.clientId`, rule(clientId), clientId),
    broken(`${property}.tags`, tagList(tags), tags),
    broken(`${property}.spaceId`, reachableFrom(contextSpace)(spaceId), spaceId),
  ];
}
