// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from "node:child_process";
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Terraform or OpenTofu from the PATH; empty if this machine has neither. */
export const TERRAFORM = found("terraform") || found("tofu");

interface Plan {
  readonly planned_values: {
    readonly root_module: {
      readonly resources: { readonly name: string; readonly values: { readonly input: unknown } }[];
    };
  };
}

/**
 * Plans a configuration whose only resources are `terraform_data`, which is built in, so that nothing is downloaded.
 *
 * @returns what the plan says of each resource's input, by the resource's name
 */
export function plannedInputs(configuration: object): Record<string, unknown> {
  const folder = mkdtempSync(join(tmpdir(), "spacetail-plan-"));
  const terraform = (...words: string[]) =>
    execFileSync(TERRAFORM, words, {
      cwd: folder,
      encoding: "utf8",
      env: { ...process.env, CHECKPOINT_DISABLE: "1", TF_CLI_CONFIG_FILE: "/dev/null", TF_IN_AUTOMATION: "1" },
    });
  try {
    writeFileSync(join(folder, "main.tf.json"), JSON.stringify(configuration));
    terraform("init", "-input=false");
    terraform("plan", "-input=false", "-out=plan");
    const { planned_values } = JSON.parse(terraform("show", "-json", "plan")) as Plan;
    return Object.fromEntries(planned_values.root_module.resources.map(({ name, values }) => [name, values.input]));
  } finally {
    rmSync(folder, { recursive: true });
  }
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
