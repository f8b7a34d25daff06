// SPDX-License-Identifier: Apache-2.0
// The whole way of a user's text: through a construct, synthesis and a real Terraform into a real shell.
import { TerraformStack, Testing } from "cdktf";
import fc from "fast-check";
import { TailnetContext } from "../../constructs/index.js";
import { escapeTemplate } from "../../constructs/support/escape.js";
import { shellQuote } from "../../contract/index.js";
import { run, SHELLS, type Shell } from "../contract/shells.js";
import { holds, line, text } from "../property.js";
import { plannedInputs, TERRAFORM } from "./terraform.js";

const shells = SHELLS.filter(({ command }) => command.length > 0);
const withTerraform = TERRAFORM === "" ? describe.skip : describe;
if (TERRAFORM === "")
  process.stderr.write("skipped: escaping of any text: neither terraform nor tofu is on the PATH\n");

/** What Terraform makes of these texts as resource attributes, which are JSON already. */
function planned(attributes: readonly unknown[]): string[] {
  const data = Object.fromEntries(attributes.map((input, i) => [`t${i}`, { input }]));
  const inputs = plannedInputs({ resource: { terraform_data: data } });
  return attributes.map((_, i) => String(inputs[`t${i}`]));
}

/**
 * Many at a time, because a plan takes longer than all the rest. Terraform writes every string in Unicode's normal
 * form C, whatever a provider or a program gives it, so that is all that can be asked of it.
 */
function many(values: fc.Arbitrary<string>): fc.Arbitrary<string[]> {
  const normalized = values.map((value) => value.normalize("NFC"));
  return fc.array(normalized, { minLength: 60, maxLength: 80 });
}

withTerraform("byte for byte", () => {
  test("the value of a variable of the context is that of the run's variable, in every shell", () => {
    const check = (values: string[]) => {
      const environment = Object.fromEntries(values.map((value, i) => [`TEXT_${i}`, value]));
      const arrived = planned(synthesizedValues(environment));
      for (const shell of shells)
        expect({ shell, values: printedVariables(shell, arrived) }).toEqual({ shell, values });
    };
    holds(many(line), check, 3);
  });

  test("a text quoted in a hook is what the hook's command gets, in every shell", () => {
    const check = (texts: string[]) => {
      const hooks = planned(texts.map((one) => escapeTemplate(`printf '%s\\0' ${shellQuote(one)}`)));
      // As Spacelift joins the hooks of a phase.
      const phase = hooks.map((hook) => `{ ${hook}; }`).join(" && ");
      for (const shell of shells) {
        expect({ shell, texts: run(shell, phase, {}).split("\0").slice(0, -1) }).toEqual({ shell, texts });
      }
    };
    holds(many(text), check, 3);
  });
});

/** The values of a context's variables in the synthesized JSON, in the order of the variables. */
function synthesizedValues(environment: Record<string, string>): unknown[] {
  const stack = new TerraformStack(Testing.app(), "app");
  new TailnetContext(stack, "tailnet", { name: "tailnet", auth: { authKey: "key" }, environment });
  const { resource } = JSON.parse(Testing.synth(stack));
  const all = Object.values<{ name: string; value: unknown }>(resource.spacelift_environment_variable);
  const byName = new Map(all.map(({ name, value }) => [name, value]));
  return Object.keys(environment).map((name) => byName.get(name));
}

/** What a shell says of variables with these values. */
function printedVariables(shell: Shell, values: readonly string[]): string[] {
  const env = Object.fromEntries(values.map((value, i) => [`TEXT_${i}`, value]));
  const words = values.map((_, i) => `"$TEXT_${i}"`);
  return run(shell, `printf '%s\\0' ${words.join(" ")}`, env)
    .split("\0")
    .slice(0, -1);
}
