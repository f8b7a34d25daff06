// SPDX-License-Identifier: Apache-2.0
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: texts of shells and Terraform hold such placeholders
// What the constructs synthesize is handed to a real Terraform, which must plan exactly what the user wrote.
import { TerraformStack, TerraformVariable, Testing } from "cdktf";
import { TailnetContext } from "../../constructs/index.js";
import { DEFAULT_DESCRIPTION, hookLists, PHASES, type Phase } from "../../contract/index.js";
import type { RunDefinition } from "../world/runs/definition.js";
import { environmentOfPhase } from "../world/runs/phase/environment.js";
import { plannedInputs, TERRAFORM } from "./terraform.js";

/** Texts that some program might not take literally; `t` is a token with the value `T`. */
const TEXTS: readonly ((t: string) => string)[] = [
  () => "${HOME:-x} %{pct} $HOME $${keep}",
  () => "${var.token} ${jsonencode(1)} %{if true}a%{endif} %%{b} $$$${c}",
  () => "$ $$ % %% {} ${} %{} }${ a${b${c}d}e",
  () => `double " single ' back \\ tick \` \\" \\n \\\${a} \\u0041`,
  () => "é ü 漢字 💥 \u200b \u2028 \u00a0 \t",
  () => "ends in ${",
  () => "ends in %{",
  () => "ends in $",
  () => "${TfToken[ ]} #{a} &{b} <<EOT // /* #",
  () => '"quoted" <b>&amp;</b> {"json": "${x}"}',
  (t) => t,
  (t) => `${t}${t}`,
  (t) => `before ${t} after`,
  (t) => `\${HOME} ${t} %{pct} ${t} $ \\ "`,
  (t) => `{${t}} %${t} "${t}" '${t}' \\${t}`,
  (t) => `${t}{x} ${t}\${x} ${t}$`,
];

const DOLLARS: readonly ((t: string) => string)[] = [(t) => `costs $${t}`, (t) => `$$${t}`, (t) => `\${a}$${t}$${t}`];

/** Synthesizes a stack, moves what it says of the context and its variables to `terraform_data`, and plans that. */
function planned(build: (stack: TerraformStack, token: string) => void): Record<string, unknown> {
  const stack = new TerraformStack(Testing.app(), "app");
  build(stack, new TerraformVariable(stack, "token", { type: "string", default: "T" }).stringValue);
  const { resource, variable } = JSON.parse(Testing.synth(stack));
  const [context] = Object.values(resource.spacelift_context);
  const inputs: [string, unknown][] = [["context", context]];
  for (const { name, value } of Object.values<{ name: string; value: string }>(
    resource.spacelift_environment_variable,
  )) {
    inputs.push([name, value]);
  }
  const data = Object.fromEntries(inputs.map(([name, input]) => [name, { input }]));
  return plannedInputs({ variable, resource: { terraform_data: data } });
}

/** The values that come out of a plan for variables with these texts. */
function plannedValues(texts: readonly ((t: string) => string)[]): unknown[] {
  const inputs = planned((stack, token) => {
    const environment = Object.fromEntries(texts.map((text, i) => [`TEXT_${i}`, text(token)]));
    new TailnetContext(stack, "tailnet", { name: "tailnet", auth: { authKey: "key" }, environment });
  });
  return texts.map((_, i) => inputs[`TEXT_${i}`]);
}

const withTerraform = TERRAFORM === "" ? describe.skip : describe;
if (TERRAFORM === "") process.stderr.write("skipped: escaping: neither terraform nor tofu is on the PATH\n");

withTerraform("Terraform plans what the user wrote, byte for byte", () => {
  test("values of variables", () => {
    expect(plannedValues(TEXTS)).toEqual(TEXTS.map((text) => text("T")));
  });

  test("values in which a dollar sign comes before a token", () => {
    expect(plannedValues(DOLLARS)).toEqual(DOLLARS.map((text) => text("T")));
  });

  test("secrets", () => {
    const inputs = planned((stack, token) => {
      const oauthSecret = { clientId: "${id}", clientSecret: `%{s} ${token}` };
      new TailnetContext(stack, "tailnet", { name: "tailnet", auth: { oauthSecret } });
    });
    expect(inputs).toMatchObject({ TS_OAUTH_CLIENT_ID: "${id}", TS_OAUTH_CLIENT_SECRET: "%{s} T" });
  });

  test("the hooks of every phase", () => {
    const inputs = planned((stack) => {
      new TailnetContext(stack, "tailnet", {
        name: "tailnet",
        auth: { authKey: "key" },
        phases: [...PHASES] as Phase[],
      });
    });
    expect(inputs.context).toEqual({
      name: "tailnet",
      description: DEFAULT_DESCRIPTION,
      labels: ["autoattach:tailnet"],
      ...hookLists({ phases: PHASES, httpProxy: "localhost:8080", exitTrap: true }),
    });
  });

  test("name, description, space and labels", () => {
    const inputs = planned((stack, token) => {
      new TailnetContext(stack, "tailnet", {
        name: "${n} %{n}",
        description: `two\nlines \${d} %{d} ${token} \r\n"`,
        spaceId: "${s}",
        auth: { authKey: "key" },
        autoattach: "${a}",
        labels: ["%{l}", `\${l} ${token}`],
      });
    });
    expect(inputs.context).toMatchObject({
      name: "${n} %{n}",
      description: 'two\nlines ${d} %{d} T \r\n"',
      space_id: "${s}",
      labels: ["autoattach:${a}", "%{l}", "${l} T"],
    });
  });
});

test("Spacelift's worker, not Terraform, fills in names of variables in the values of variables", () => {
  const stack = new TerraformStack(Testing.app(), "app");
  const environment = { HOST: "db", URL: "http://${HOST}/ ${NOBODY} $HOST" };
  new TailnetContext(stack, "tailnet", { name: "tailnet", auth: { authKey: "key" }, environment });
  const { resource } = JSON.parse(Testing.synth(stack));
  const all = Object.values<{ name: string; value: string }>(resource.spacelift_environment_variable);
  const variables = all.map(({ name, value }) => ({ name, value: value.replaceAll("$${", "${"), secret: false }));
  const definition = { type: "proposed", stack: { id: "web" }, environment: variables } as unknown as RunDefinition;
  expect(environmentOfPhase(definition, "run", "plan").URL).toBe("http://db/ ${NOBODY} $HOST");
});

test("a resource of a context can be kept that is in the state under another name", () => {
  const stack = new TerraformStack(Testing.app(), "app");
  const { resource } = new TailnetContext(stack, "tailnet", { name: "tailnet", auth: { authKey: "key" } });
  resource.moveFromId("spacelift_context.old");
  const { moved } = JSON.parse(Testing.synth(stack));
  expect(moved).toEqual([{ from: "spacelift_context.old", to: `spacelift_context.${resource.friendlyUniqueId}` }]);
});
