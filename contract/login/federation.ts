// SPDX-License-Identifier: Apache-2.0
import { consistsOf, DIGITS, LETTERS } from "../wire/characters.js";

/**
 * Which runs of a Spacelift account a federated identity trusts. What is not given is not looked at.
 * Ids may hold `*`, which stands for any characters.
 */
export interface TrustedRuns {
  readonly spaceId?: string | undefined;
  /** Id of a stack; not together with `module`. */
  readonly stack?: string | undefined;
  /** Id of a module; not together with `stack`. */
  readonly module?: string | undefined;
  /** Any of {@link RUN_TYPES}, as far as {@link runTypesProblem} lets them. */
  readonly runTypes?: readonly string[] | undefined;
  /** One of {@link TOKEN_SCOPES}. */
  readonly scope?: string | undefined;
}

/**
 * The types of runs that a run's token tells apart. Source: Spacelift's documentation, "OpenID Connect", Custom
 * claims.
 */
export const RUN_TYPES: readonly string[] = ["PROPOSED", "TRACKED", "TASK", "TESTING", "DESTROY"];

/**
 * The scopes of a run's token. Proposed runs have `read`, all others `write`, but for one case: a tracked run of a
 * stack that does not deploy by itself has `read` while it plans. Source: Spacelift's documentation, "OpenID
 * Connect", About scopes.
 */
export const TOKEN_SCOPES: readonly string[] = ["read", "write"];

/** The host of an account, which is what its tokens have as audience: `acme` is short for `acme.app.spacelift.io`. */
export function accountHost(account: string): string {
  if (consistsOf(account, `${LETTERS}${DIGITS}-`)) return `${account.toLowerCase()}.app.spacelift.io`;
  // Whatever holds other characters is no host name yet, but stands for one.
  return consistsOf(account, `${LETTERS}${DIGITS}.-`) ? account.toLowerCase() : account;
}

/** The issuer of an account's tokens, unless a self-hosted Spacelift says another one. */
export function accountIssuer(account: string): string {
  return `https://${accountHost(account)}`;
}

/**
 * The pattern for the `sub` claim of the trusted runs, in the form that accounts have unless they chose a template of
 * their own: `space:ID:stack:ID:run_type:TYPE:scope:SCOPE`. In Tailscale's patterns `*` stands for any characters.
 *
 * Sources: Spacelift's documentation, "Customizing the OIDC Subject Claim"; Tailscale's Terraform provider, `subject`.
 */
export function subjectPattern({ spaceId, stack, module, runTypes, scope }: TrustedRuns): string {
  const caller = stack !== undefined ? `stack:${stack}` : module !== undefined ? `module:${module}` : "*:*";
  return `space:${spaceId ?? "*"}:${caller}:run_type:${runTypePattern(runTypes)}:scope:${scope ?? "*"}`;
}

/**
 * The rules for the other claims of the trusted runs, by claim. They say once more what the subject says: it is a text
 * whose parts an account can rearrange, while each of these claims has one meaning.
 */
export function claimRules({ spaceId, stack, module, runTypes, scope }: TrustedRuns): Record<string, string> {
  const rules: Record<string, string> = {};
  if (spaceId !== undefined) rules.spaceId = spaceId;
  if (stack !== undefined) {
    rules.callerType = "stack";
    if (stack !== "*") rules.callerId = stack;
  } else if (module !== undefined) {
    rules.callerType = "module";
    if (module !== "*") rules.callerId = module;
  }
  const runType = runTypePattern(runTypes);
  if (runType !== "*") rules.runType = runType;
  if (scope !== undefined) rules.scope = scope;
  return rules;
}

/** What is wrong with an account, or null. */
export function accountProblem(account: string): string | null {
  const allowed = consistsOf(account, `${LETTERS}${DIGITS}.-`);
  const whole = account.split(".").every((label) => label !== "" && !label.startsWith("-") && !label.endsWith("-"));
  return allowed && whole
    ? null
    : "must be the name of the account, such as acme, or its host name, such as acme.app.us.spacelift.io";
}

/**
 * What is wrong with the id of a space, a stack or a module in a pattern, or null. A colon would end its part of the
 * subject.
 */
export function idPatternProblem(id: string): string | null {
  return consistsOf(id, `${LETTERS}${DIGITS}_.*-`)
    ? null
    : "must be an ID of letters, digits, dashes, dots and underscores, in which * matches any characters";
}

/** What is wrong with a choice of run types, or null. */
export function runTypesProblem(runTypes: readonly string[]): string | null {
  const names = RUN_TYPES.join(", ");
  if (runTypes.length === 0) return `must name at least one of ${names}`;
  if (!runTypes.every((type) => RUN_TYPES.includes(type))) return `must name only ${names}`;
  const more = RUN_TYPES.filter((type) => matchesPattern(runTypePattern(runTypes), type) && !runTypes.includes(type));
  if (more.length === 0) return null;
  return `must be types that one pattern can match without matching others: "${runTypePattern(runTypes)}" would also allow ${more.join(", ")}`;
}

/** What is wrong with a scope for these run types, or null. Some run types only ever have one scope. */
export function scopeProblem(scope: string, runTypes: readonly string[]): string | null {
  if (!TOKEN_SCOPES.includes(scope)) return `must be one of ${TOKEN_SCOPES.join(", ")}`;
  const possible = scope === "read" ? ["PROPOSED", "TRACKED"] : RUN_TYPES.filter((type) => type !== "PROPOSED");
  const types = runTypes.length === 0 ? RUN_TYPES : runTypes;
  return types.some((type) => possible.includes(type))
    ? null
    : `must be a scope that such runs have: runs of type ${types.join(", ")} never have ${scope}`;
}

/** The runs that have each phase, by type and by the scopes their tokens may have then. */
const RUNS_OF_PHASE: Readonly<Record<string, readonly (readonly [string, readonly string[]])[]>> = {
  init: [
    ["PROPOSED", ["read"]],
    ["TRACKED", ["read", "write"]],
    ["TASK", ["write"]],
    ["TESTING", ["write"]],
    ["DESTROY", ["write"]],
  ],
  plan: [
    ["PROPOSED", ["read"]],
    ["TRACKED", ["read", "write"]],
    ["TESTING", ["write"]],
  ],
  apply: [
    ["TRACKED", ["write"]],
    ["TESTING", ["write"]],
  ],
  perform: [["TASK", ["write"]]],
  destroy: [
    ["TESTING", ["write"]],
    ["DESTROY", ["write"]],
  ],
};

/**
 * Those of the phases that no trusted run has with a token that is trusted then: the tunnel could never go up there.
 */
export function untrustedPhases(phases: readonly string[], { runTypes = RUN_TYPES, scope }: TrustedRuns): string[] {
  return phases.filter((phase) => {
    const runs = RUNS_OF_PHASE[phase] ?? [];
    return !runs.some(([type, scopes]) => runTypes.includes(type) && (scope === undefined || scopes.includes(scope)));
  });
}

/** True if the text is what the pattern says, `*` standing for any characters, or none. Letter case counts. */
export function matchesPattern(pattern: string, text: string): boolean {
  const parts = pattern.split("*");
  const first = parts[0] ?? "";
  const last = parts[parts.length - 1] ?? "";
  if (parts.length === 1) return pattern === text;
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  let rest = text.slice(first.length, text.length - last.length);
  for (const part of parts.slice(1, -1)) {
    const at = rest.indexOf(part);
    if (at < 0) return false;
    rest = rest.slice(at + part.length);
  }
  return true;
}

/** One pattern for run types: what they begin with and end in, `*` between. */
function runTypePattern(runTypes: readonly string[] | undefined): string {
  const [first, ...others] = runTypes ?? RUN_TYPES;
  if (first === undefined) return "*";
  if (others.every((type) => type === first)) return first;
  const heads = lengthsOf(first).filter((length) => others.every((type) => type.startsWith(first.slice(0, length))));
  const tails = lengthsOf(first).filter((length) => others.every((type) => type.endsWith(first.slice(-length))));
  return `${first.slice(0, Math.max(0, ...heads))}*${tails.length === 0 ? "" : first.slice(-Math.max(...tails))}`;
}

function lengthsOf(text: string): number[] {
  return text.split("").map((_, i) => i + 1);
}
