// SPDX-License-Identifier: Apache-2.0
import { shellQuote } from "../../../contract/wire/shell.js";
import { DEFAULT_COMMANDS, type PhaseName, type Plan, type RunDefinition } from "./definition.js";

/** The phases of a run, in groups that share a container. A tracked run pauses between its two for confirmation. */
export function stagesOf({ type, autodeploy, skipInit }: RunDefinition): readonly (readonly PhaseName[])[] {
  if (type === "tracked") return autodeploy ? [["init", "plan", "apply"]] : [["init", "plan"], ["apply"]];
  if (type === "proposed") return [["init", "plan"]];
  if (type === "testing") return [["init", "plan", "apply", "destroy"]];
  if (type === "destroy") return [["init", "destroy"]];
  return [skipInit ? ["perform"] : ["init", "perform"]];
}

/**
 * The command of a phase, as it stands between the hooks.
 *
 * @throws when a task has none
 */
export function commandOf({ commands, command }: RunDefinition, phase: PhaseName): string {
  const custom = commands?.[phase];
  if (custom !== undefined) return custom;
  if (phase !== "perform") return DEFAULT_COMMANDS[phase];
  if (command === undefined) throw new Error("a run of type task needs a command");
  return `sh -c ${shellQuote(command)}`;
}

/** True if there is nothing to apply: no resource and no output changes. */
export function changesNothing(plan: Plan): boolean {
  const changes = [
    ...(plan.resource_changes ?? []).map(({ change }) => change),
    ...Object.values(plan.output_changes ?? {}),
  ];
  return changes.every(({ actions }) => actions.every((action) => action === "no-op" || action === "read"));
}
