// SPDX-License-Identifier: Apache-2.0
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: tokens of CDKTF look like such placeholders
import {
  accountHost,
  accountIssuer,
  accountProblem,
  claimRules,
  idPatternProblem,
  matchesPattern,
  RUN_TYPES,
  runTypesProblem,
  scopeProblem,
  subjectPattern,
  type TrustedRuns,
} from "../../contract/index.js";

/** The claims of a run's token as Spacelift documents them. */
function claimsOf(
  space: string,
  caller: string,
  runType: string,
  scope: string,
  type = "stack",
): Record<string, string> {
  const sub = `space:${space}:${type}:${caller}:run_type:${runType}:scope:${scope}`;
  return { sub, spaceId: space, callerType: type, callerId: caller, runType, scope };
}

/** Whether Tailscale would let a run with these claims in. */
function trusts(runs: TrustedRuns, claims: Record<string, string>): boolean {
  const rules = { sub: subjectPattern(runs), ...claimRules(runs) };
  return Object.entries(rules).every(([claim, pattern]) => matchesPattern(pattern, claims[claim] ?? ""));
}

test.each([
  ["acme", "acme.app.spacelift.io", "https://acme.app.spacelift.io"],
  ["Acme", "acme.app.spacelift.io", "https://acme.app.spacelift.io"],
  ["ACME.app.Spacelift.io", "acme.app.spacelift.io", "https://acme.app.spacelift.io"],
  ["${TfToken[TOKEN.1]}", "${TfToken[TOKEN.1]}", "https://${TfToken[TOKEN.1]}"],
  ["acme.app.us.spacelift.io", "acme.app.us.spacelift.io", "https://acme.app.us.spacelift.io"],
  ["spacelift.corp.test", "spacelift.corp.test", "https://spacelift.corp.test"],
])("the tokens of the account %s have the audience %s and the issuer %s", (account, audience, issuer) => {
  expect(accountHost(account)).toBe(audience);
  expect(accountIssuer(account)).toBe(issuer);
});

test.each(["", "https://acme.app.spacelift.io", "acme.app.spacelift.io/", "a b", "-acme", "acme.", "a:443"])(
  "%j is not an account",
  (account) => {
    expect(accountProblem(account)).toMatch(/^must be the name of the account/);
  },
);

test.each<[TrustedRuns, string, Record<string, string>]>([
  [{}, "space:*:*:*:run_type:*:scope:*", {}],
  [{ spaceId: "prod-01JS" }, "space:prod-01JS:*:*:run_type:*:scope:*", { spaceId: "prod-01JS" }],
  [{ stack: "web" }, "space:*:stack:web:run_type:*:scope:*", { callerType: "stack", callerId: "web" }],
  [{ stack: "*" }, "space:*:stack:*:run_type:*:scope:*", { callerType: "stack" }],
  [{ module: "*" }, "space:*:module:*:run_type:*:scope:*", { callerType: "module" }],
  [
    { module: "terraform-a" },
    "space:*:module:terraform-a:run_type:*:scope:*",
    { callerType: "module", callerId: "terraform-a" },
  ],
  [{ scope: "write" }, "space:*:*:*:run_type:*:scope:write", { scope: "write" }],
  [{ runTypes: ["TRACKED"] }, "space:*:*:*:run_type:TRACKED:scope:*", { runType: "TRACKED" }],
  [{ runTypes: ["PROPOSED", "TRACKED"] }, "space:*:*:*:run_type:*ED:scope:*", { runType: "*ED" }],
  [{ runTypes: ["TRACKED", "TASK", "TESTING"] }, "space:*:*:*:run_type:T*:scope:*", { runType: "T*" }],
  [{ runTypes: [...RUN_TYPES] }, "space:*:*:*:run_type:*:scope:*", {}],
])("%j: subject %s, claim rules %j", (runs, subject, rules) => {
  expect(subjectPattern(runs)).toBe(subject);
  expect(claimRules(runs)).toEqual(rules);
});

test("runs are let in by space, stack, type and scope, and others are not", () => {
  const runs = { spaceId: "prod", stack: "net-*", runTypes: ["TRACKED"], scope: "write" };
  expect(trusts(runs, claimsOf("prod", "net-eu", "TRACKED", "write"))).toBe(true);
  expect(trusts(runs, claimsOf("prod", "net-eu", "TRACKED", "read"))).toBe(false);
  expect(trusts(runs, claimsOf("prod", "net-eu", "TASK", "write"))).toBe(false);
  expect(trusts(runs, claimsOf("prod", "web", "TRACKED", "write"))).toBe(false);
  expect(trusts(runs, claimsOf("prod", "net-eu", "TRACKED", "write", "module"))).toBe(false);
  expect(trusts(runs, claimsOf("dev", "net-eu", "TRACKED", "write"))).toBe(false);
});

test("an id that looks like other parts of the subject is caught by the claims", () => {
  const runs = { spaceId: "prod", stack: "web" };
  const forged = { ...claimsOf("dev", "x", "TASK", "write"), sub: subjectPattern(runs) };
  expect(matchesPattern(subjectPattern(runs), forged.sub ?? "")).toBe(true);
  expect(trusts(runs, forged)).toBe(false);
});

test("any accepted choice of run types allows these types and no others", () => {
  let accepted = 0;
  for (let choice = 1; choice < 2 ** RUN_TYPES.length; choice += 1) {
    const runTypes = RUN_TYPES.filter((_, i) => (choice >> i) % 2 === 1);
    if (runTypesProblem(runTypes) !== null) continue;
    accepted += 1;
    const letIn = RUN_TYPES.filter((type) => trusts({ runTypes }, claimsOf("s", "c", type, "write")));
    expect(letIn).toEqual(runTypes);
  }
  expect(accepted).toBeGreaterThanOrEqual(8);
});

test.each([
  [[], "must name at least one of PROPOSED, TRACKED, TASK, TESTING, DESTROY"],
  [["tracked"], "must name only PROPOSED, TRACKED, TASK, TESTING, DESTROY"],
  [
    ["TRACKED", "TASK"],
    'must be types that one pattern can match without matching others: "T*" would also allow TESTING',
  ],
])("run types %j are refused: %s", (runTypes, problem) => {
  expect(runTypesProblem(runTypes)).toBe(problem);
});

test.each<[string, string[], string | null]>([
  ["write", [], null],
  ["read", ["TRACKED"], null],
  ["read", ["PROPOSED"], null],
  ["admin", [], "must be one of read, write"],
  ["write", ["PROPOSED"], "must be a scope that such runs have: runs of type PROPOSED never have write"],
  ["read", ["TASK", "DESTROY"], "must be a scope that such runs have: runs of type TASK, DESTROY never have read"],
])("scope %s of %j: %s", (scope, runTypes, problem) => {
  expect(scopeProblem(scope, runTypes)).toBe(problem);
});

test.each<[string, string | null]>([
  ["prod-01JS2ABC", null],
  ["net-*", null],
  ["a_b.c", null],
  ["a:b", "must be an ID"],
  ["", "must be an ID"],
  ["a b", "must be an ID"],
])("id %j: %s", (id, problem) => {
  if (problem === null) expect(idPatternProblem(id)).toBeNull();
  else expect(idPatternProblem(id)).toMatch(problem);
});

test.each<[string, string, boolean]>([
  ["abc", "abc", true],
  ["abc", "abcd", false],
  ["*", "", true],
  ["a*c", "ac", true],
  ["a*c", "abbc", true],
  ["a*a", "a", false],
  ["a*b*c", "a-b-b-c", true],
  ["a*b*c", "a-c-c", false],
  ["*b", "ab", true],
  ["A*", "ab", false],
])("pattern %j, text %j: %s", (pattern, text, matches) => {
  expect(matchesPattern(pattern, text)).toBe(matches);
});
