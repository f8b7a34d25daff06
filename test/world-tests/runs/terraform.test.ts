// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findExecutable, type Plan, performRun, type RunDefinition } from "../../world/runs/index.js";
import { describeRuns, linesOf, phaseOf } from "./fake-run.js";

const terraform = findExecutable("terraform") ?? findExecutable("tofu");
if (terraform === null) process.stderr.write("skipped: neither terraform nor tofu on the PATH\n");
const describeTerraform = terraform === null ? describe.skip : describeRuns;

/** Needs no provider but the built-in one, so that nothing is downloaded. */
const PROJECT = `
variable "greeting" { type = string }
variable "spacelift_run_id" { type = string }
resource "terraform_data" "greeting" { input = var.greeting }
output "greeting" { value = terraform_data.greeting.output }
output "run" { value = var.spacelift_run_id }
output "hidden" {
  value     = "hush"
  sensitive = true
}
`;

describeTerraform("a run of a Terraform project", () => {
  let source = "";

  beforeEach(() => {
    source = mkdtempSync(join(tmpdir(), "terraform-project-"));
    writeFileSync(join(source, "main.tf"), PROJECT);
  });

  afterEach(() => rmSync(source, { recursive: true }));

  const perform = (definition: Partial<RunDefinition>) =>
    performRun(
      {
        type: "tracked",
        stack: { id: "demo" },
        source,
        environment: [{ name: "TF_VAR_greeting", value: "hello" }],
        ...definition,
      },
      { terraform: terraform ?? "" },
    ).result;

  test("plans, asks, applies what was planned, and reads the outputs", async () => {
    let asked: Plan | null = null;
    const confirm = (plan: Plan | null) => {
      asked = plan;
      return true;
    };
    const result = await perform({ confirm });
    expect(result.failure).toBeNull();
    expect(asked).toMatchObject({
      resource_changes: [{ address: "terraform_data.greeting", change: { actions: ["create"] } }],
    });
    expect(linesOf(result, "apply").join("\n")).toContain("Apply complete! Resources: 1 added");
    expect(result.outputs?.values).toMatchObject({
      greeting: { value: "hello", sensitive: false },
      run: { value: result.id },
      hidden: { value: "hush", sensitive: true },
    });
    expect(result.newFiles).toEqual(expect.arrayContaining(["source/terraform.tfstate", "spacelift.plan"]));
  });

  test("finishes after the plan when there is nothing to change", async () => {
    writeFileSync(join(source, "main.tf"), "");
    const result = await perform({});
    expect(result.state).toBe("FINISHED");
    expect(result.phases.map(({ name }) => name)).toEqual(["init", "plan"]);
  });

  test("fails when Terraform does, with its words in the log", async () => {
    const result = await perform({ environment: [] });
    expect(result.state).toBe("FAILED");
    expect(phaseOf(result, "plan").exitCode).toBe(1);
    expect(linesOf(result, "plan").join("\n")).toContain("No value for required variable");
  });

  test("tests a module: applies, reads the outputs and destroys", async () => {
    const result = await perform({ type: "testing" });
    expect(result.failure).toBeNull();
    expect(result.outputs?.values).toMatchObject({ greeting: { value: "hello" } });
    expect(linesOf(result, "destroy").join("\n")).toContain("Destroy complete! Resources: 1 destroyed");
  });

  test("records why the outputs could not be read, and goes on", async () => {
    const hooks = { after_apply: ["echo broken >terraform.tfstate"] };
    const result = await perform({ hooks });
    expect(result.state).toBe("FINISHED");
    expect(result.outputs).toMatchObject({
      values: null,
      failure: expect.stringMatching(/^the outputs could not be read: it ended with 1: .*state/s),
    });
  });

  test("reads the outputs with the environment that the phase left", async () => {
    const result = await perform({
      hooks: { before_apply: ["export LEFT=behind"], after_apply: ["LEFT=changed"] },
      commands: { outputs: 'echo "{\\"left\\":{\\"value\\":\\"$LEFT\\"}}"' },
    });
    expect(result.outputs?.values).toEqual({ left: { value: "behind" } });
  });
});
