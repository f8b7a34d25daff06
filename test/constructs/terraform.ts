// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from "node:child_process";
import { accessSync, constants, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** Terraform or OpenTofu from the PATH; empty if this machine has neither. */
export const TERRAFORM = found("terraform") || found("tofu");

/** A resource that is planned. The resources here are `terraform_data`. */
export interface PlannedResource {
  readonly name: string;
  readonly values: { readonly input: unknown };
}

/** What is planned of a module. */
export interface PlannedModule {
  readonly address?: string;
  readonly resources?: readonly PlannedResource[];
  readonly child_modules?: readonly PlannedModule[];
}

/**
 * Plans a configuration whose only resources are `terraform_data`, which is built in, so that nothing is downloaded.
 *
 * @returns what the plan says of each resource's input, by the resource's name
 */
export function plannedInputs(configuration: object): Record<string, unknown> {
  return inputsOf(plannedModule({ "main.tf.json": JSON.stringify(configuration) }));
}

/** What is planned of the resources of one module, by their names. */
export function inputsOf({ resources = [] }: PlannedModule): Record<string, unknown> {
  return Object.fromEntries(resources.map(({ name, values }) => [name, values.input]));
}

/** Plans a configuration of such resources. @param files by their paths */
export function plannedModule(files: Readonly<Record<string, string>>): PlannedModule {
  const folder = mkdtempSync(join(tmpdir(), "spacetail-plan-"));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    runTerraform(folder, "init", "-input=false");
    runTerraform(folder, "plan", "-input=false", "-out=plan");
    return JSON.parse(runTerraform(folder, "show", "-json", "plan")).planned_values.root_module;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs Terraform in a folder. @returns what it prints */
export function runTerraform(cwd: string, ...words: readonly string[]): string {
  return execFileSync(TERRAFORM, words, {
    cwd,
    encoding: "utf8",
    env: { ...process.env, CHECKPOINT_DISABLE: "1", TF_CLI_CONFIG_FILE: "/dev/null", TF_IN_AUTOMATION: "1" },
  });
}

function found(program: string): string {
  for (const folder of (process.env.PATH ?? "").split(":")) {
    const file = join(folder, program);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not in this folder.
    }
  }
  return "";
}
