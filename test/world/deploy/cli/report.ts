// SPDX-License-Identifier: Apache-2.0
import type { Change, DeployEvent, State } from "../index.js";

/** The signs that Terraform puts before a change. */
const SIGNS: Readonly<Record<Change["action"], string>> = {
  create: "+",
  update: "~",
  replace: "-/+",
  delete: "-",
  "no-op": " ",
};

/** What a change is in the JSON of a plan. */
const ACTIONS: Readonly<Record<Change["action"], readonly string[]>> = {
  create: ["create"],
  update: ["update"],
  replace: ["delete", "create"],
  delete: ["delete"],
  "no-op": ["no-op"],
};

/** A plan in words, as Terraform has them. Values are left out: they may be secret. */
export function planText(changes: readonly Change[]): string {
  const lines = changes
    .filter(({ action }) => action !== "no-op")
    .map(({ action, address, attributes }) => {
      const because = attributes.length === 0 ? "" : ` (${attributes.join(", ")})`;
      return `${SIGNS[action].padStart(3)} ${address}${because}`;
    });
  if (lines.length === 0) return "No changes.";
  const count = (...actions: Change["action"][]) => changes.filter(({ action }) => actions.includes(action)).length;
  const sum = `${count("create", "replace")} to add, ${count("update")} to change, ${count("delete", "replace")} to destroy`;
  return [...lines, `Plan: ${sum}.`].join("\n");
}

/** A plan as `terraform show -json` prints it, as far as Spacelift needs it to tell whether there is anything to do. */
export function planJson(changes: readonly Change[]): object {
  return {
    format_version: "1.2",
    resource_changes: changes.map(({ address, type, action }) => ({
      address,
      type,
      change: { actions: ACTIONS[action] },
    })),
    output_changes: {},
  };
}

/** A step in words, as Terraform has them; null while it is under way. */
export function eventText({ kind, address, id }: DeployEvent): string | null {
  if (kind === "created") return `${address}: Creation complete [id=${id}]`;
  if (kind === "updated") return `${address}: Modifications complete [id=${id}]`;
  return kind === "destroyed" ? `${address}: Destruction complete` : null;
}

/** Outputs as `terraform output -json` prints them. */
export function outputsJson({ outputs }: State): object {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { value, sensitive }]) => [name, { sensitive, type: typeof value, value }]),
  );
}
