// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from "node:crypto";
import { CONTAINER_HOME, CONTAINER_PATH } from "../container/container-setup.js";
import { IDENTITY_VARIABLE, type PhaseName, type RunDefinition, type RunVariable } from "../definition.js";
import type { RunState } from "../result.js";

/** An environment as processes get it. */
export type Environment = Readonly<Record<string, string>>;

/** The state of a run while a phase is in progress. */
export const STATE_OF_PHASE: Readonly<Record<PhaseName, RunState>> = {
  init: "INITIALIZING",
  plan: "PLANNING",
  apply: "APPLYING",
  perform: "PERFORMING",
  destroy: "DESTROYING",
};

/** The variables that a definition has for a phase. */
export function variablesOf(definition: RunDefinition, phase: PhaseName): readonly RunVariable[] {
  const given = definition.environment ?? [];
  const variables = typeof given === "function" ? given(phase) : given;
  return variables.filter(({ phases }) => phases === undefined || phases.includes(phase));
}

/**
 * The environment that a phase starts with, if no earlier phase has changed anything: what the worker sets, then the
 * run's own variables with their references to others resolved. Nothing of the caller's environment is in it.
 * Source of the names: Spacelift documentation, "Environment".
 */
export function environmentOfPhase(
  definition: RunDefinition,
  runId: string,
  phase: PhaseName,
  identityToken: string | null = null,
): Environment {
  const { stack } = definition;
  const labels = stack.labels ?? [];
  const own = {
    PATH: CONTAINER_PATH,
    HOME: CONTAINER_HOME,
    // Terraform would ask its makers for news otherwise, and runs here must not leave the machine.
    CHECKPOINT_DISABLE: "1",
    TF_IN_AUTOMATION: "true",
    SPACELIFT: "true",
    SPACELIFT_RUN_ID: runId,
    TF_VAR_spacelift_account_name: "example",
    TF_VAR_spacelift_commit_branch: "main",
    TF_VAR_spacelift_commit_sha: "0".repeat(40),
    TF_VAR_spacelift_local_preview: "false",
    TF_VAR_spacelift_project_root: definition.projectRoot ?? "",
    TF_VAR_spacelift_repository: "example/project",
    TF_VAR_spacelift_run_id: runId,
    TF_VAR_spacelift_run_state: STATE_OF_PHASE[phase],
    TF_VAR_spacelift_run_trigger: "manual",
    TF_VAR_spacelift_run_type: definition.type.toUpperCase(),
    TF_VAR_spacelift_space_id: stack.space ?? "root",
    TF_VAR_spacelift_stack_branch: "main",
    TF_VAR_spacelift_stack_id: stack.id,
    TF_VAR_spacelift_stack_labels: labels.join(","),
    TF_VAR_spacelift_stack_labels_list: JSON.stringify(labels),
    TF_VAR_spacelift_workspace_root: "/mnt/workspace",
    ...(identityToken === null ? {} : { [IDENTITY_VARIABLE]: identityToken }),
  };
  const given = Object.fromEntries(variablesOf(definition, phase).map(({ name, value }) => [name, value]));
  return { ...own, ...resolveReferences(given, own) };
}

/**
 * Replaces `${NAME}` in values by the variable of that name, whatever it refers to in turn. A name that nobody defines
 * stays as it is written, and so does one that refers to itself in a circle; Spacelift documents neither case.
 */
function resolveReferences(given: Environment, own: Environment): Environment {
  const resolve = (name: string, above: readonly string[]): string | null => {
    const value = given[name];
    if (value === undefined) return own[name] ?? null;
    if (above.includes(name)) return null;
    return value.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (text, other) => resolve(other, [...above, name]) ?? text);
  };
  return Object.fromEntries(Object.keys(given).map((name) => [name, resolve(name, []) ?? ""]));
}

/**
 * The environment of the next phase: what the last one left behind, except for variables that the run itself defines
 * differently for the two phases.
 *
 * @param left the environment the last phase left
 * @param lastPhase what {@link environmentOfPhase} answers for the last phase
 * @param nextPhase what it answers for the next phase
 */
export function carryOver(left: Environment, lastPhase: Environment, nextPhase: Environment): Environment {
  const next: Record<string, string> = { ...left };
  for (const name of new Set([...Object.keys(lastPhase), ...Object.keys(nextPhase)])) {
    const value = nextPhase[name];
    if (value === lastPhase[name]) continue;
    if (value === undefined) delete next[name];
    else next[name] = value;
  }
  return next;
}

/** Everything that a run's log must not show: the values of its secret variables and files. */
export function secretsOf(definition: RunDefinition, runId: string): readonly string[] {
  const phases = Object.keys(STATE_OF_PHASE) as PhaseName[];
  const variables = phases.flatMap((phase) => {
    const environment = environmentOfPhase(definition, runId, phase);
    return variablesOf(definition, phase).flatMap(({ name, secret }) => (secret ? [environment[name] ?? ""] : []));
  });
  const files = (definition.files ?? []).flatMap(({ content, secret }) => (secret ? [content.toString()] : []));
  return [...variables, ...files];
}

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** A new run id, of the form Spacelift's have: a ULID, 26 characters that sort by time. */
export function newRunId(): string {
  let time = Date.now();
  let head = "";
  for (let i = 0; i < 10; i++) {
    head = CROCKFORD.charAt(time % 32) + head;
    time = Math.floor(time / 32);
  }
  return head + [...randomBytes(16)].map((byte) => CROCKFORD.charAt(byte % 32)).join("");
}
