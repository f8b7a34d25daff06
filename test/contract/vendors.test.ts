// SPDX-License-Identifier: Apache-2.0
import { DEFAULT_PHASES, hookLists, PHASES, VENDORS, vendorHookLists, vendorTable } from "../../contract/index.js";

const OPTIONS = { phases: PHASES, httpProxy: "localhost:8080", exitTrap: true };

/** The lists that run, per vendor, of a context that covers every phase. */
const LISTS: Readonly<Record<string, readonly string[]>> = {
  Terraform: ["init", "plan", "apply", "perform", "destroy"],
  OpenTofu: ["init", "plan", "apply", "perform", "destroy"],
  Terragrunt: ["init", "plan", "apply", "perform"],
  Pulumi: ["init", "plan", "apply", "perform", "destroy"],
  Ansible: ["init", "plan", "apply", "perform"],
  Kubernetes: ["init", "plan", "apply", "perform", "destroy"],
  CloudFormation: ["init", "plan", "apply", "perform", "destroy"],
};

test("every vendor is told of once", () => {
  expect(VENDORS.map(({ name }) => name)).toEqual(Object.keys(LISTS));
});

test.each(Object.entries(LISTS))("%s: the hooks of %j run, word for word those of the context", (name, phases) => {
  const lists = vendorHookLists(name, OPTIONS);
  expect(Object.keys(lists ?? {})).toEqual(phases.flatMap((phase) => [`before_${phase}`, `after_${phase}`]));
  for (const [list, hooks] of Object.entries(lists ?? {})) expect(hooks).toEqual(hookLists(OPTIONS)[list]);
});

test.each(VENDORS)("$name: phases stand in the order of a run, each once, and say what they do", ({ phases, note }) => {
  const names = phases.map(({ phase }) => phase);
  expect(names).toEqual(PHASES.filter((phase) => names.includes(phase)));
  for (const { command, reaches } of phases) expect([command, reaches]).not.toContain("");
  expect(note).toMatch(/\.$/);
});

test("only the phases that a context covers have hooks", () => {
  expect(Object.keys(vendorHookLists("Ansible", { ...OPTIONS, phases: DEFAULT_PHASES }) ?? {})).toEqual([
    "before_plan",
    "after_plan",
    "before_apply",
    "after_apply",
    "before_perform",
    "after_perform",
  ]);
  expect(vendorHookLists("Chef", OPTIONS)).toBeNull();
});

test("the table has a row for each vendor and a cell for each phase", () => {
  const [head, , ...rows] = vendorTable(DEFAULT_PHASES).trimEnd().split("\n");
  expect(head).toBe("| stack | init | plan | apply | perform | destroy |");
  expect(rows).toHaveLength(VENDORS.length);
  for (const row of rows) expect(row.split(" | ")).toHaveLength(PHASES.length + 1);
  expect(rows.find((row) => row.startsWith("| Terragrunt"))).toMatch(/no tunnel unless chosen .* no such phase \|$/);
});
