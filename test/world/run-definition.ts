// SPDX-License-Identifier: Apache-2.0
import type { HookListName, RunDefinition } from "./runs/index.js";
import {
  type Account,
  environmentOf,
  type OidcIssuer,
  type RunIdentity,
  type RuntimeConfig,
  runConfiguration,
  scopeOf,
} from "./spacelift/index.js";

/** What the account gives a run of a stack, in the terms of the run simulator. */
export type GivenByAccount = Required<Pick<RunDefinition, "stack" | "hooks" | "environment" | "files">>;

/**
 * Collects hooks, variables and files of a stack and of all contexts it gets.
 *
 * @param runtime what the project itself says
 * @throws when there is no stack of that id
 */
export function givenByAccount(account: Account, stackId: string, runtime: RuntimeConfig = {}): GivenByAccount {
  const { stack, hooks, environment, mountedFiles } = runConfiguration(account, stackId, runtime);
  return {
    stack: { id: stack.id, space: stack.space, labels: stack.labels },
    hooks: Object.fromEntries(Object.entries(hooks).map(([name, list]) => [snakeCase(name), list])),
    environment: (phase) => environmentOf(phase, environment),
    files: mountedFiles,
  };
}

/** Tokens for the phases of a stack's run, which the issuer makes when a phase begins. */
export function identityTokens(
  issuer: OidcIssuer,
  { type, stack, autodeploy = false }: Pick<RunDefinition, "type" | "stack" | "autodeploy">,
): Required<RunDefinition>["identityToken"] {
  const runType = type.toUpperCase() as RunIdentity["runType"];
  return (phase, runId) =>
    issuer.issue({
      spaceId: stack.space ?? "root",
      // Only modules have test runs.
      callerType: type === "testing" ? "module" : "stack",
      callerId: stack.id,
      runType,
      runId,
      scope: scopeOf(runType, phase, autodeploy),
    });
}

/** The API calls a list `beforePlan`; the provider, the documentation and everybody else `before_plan`. */
function snakeCase(name: string): HookListName {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`) as HookListName;
}
