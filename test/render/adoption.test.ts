// SPDX-License-Identifier: Apache-2.0
// A rendered module can take over a context that another module created, as docs/hcl.md says.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runTerraform, TERRAFORM } from "../constructs/terraform.js";
import { inFolder, runRender } from "./command.js";
import { withoutProviders } from "./without-providers.js";

const withTerraform = TERRAFORM === "" ? test.skip : test;
if (TERRAFORM === "") {
  process.stderr.write("skipped: adoption of contexts by Terraform: neither terraform nor tofu is on the PATH\n");
}

const PAGE = readFileSync(join(__dirname, "../../docs/hcl.md"), "utf8");

/** The root module that the page shows, for resources that need no provider. */
const [ADOPTING = ""] = [...PAGE.matchAll(/^```hcl\n([\s\S]*?)^```/gm)].flatMap(([, block = ""]) =>
  block.includes("moved {")
    ? [block.replace(/\bspacelift_context\.([\w-]+)/g, "terraform_data.spacelift_context-$1")]
    : [],
);

/** What the page renders for that. */
const [COMMAND = ""] = [...PAGE.matchAll(/^npx spacetail render (.*--auth\.external.*)$/gm)].map(
  ([, words = ""]) => words,
);

/** A module that created the context before, with resources of that kind. */
const BEFORE = `
resource "terraform_data" "spacelift_context-spacelift-tailscale-runtime" {
  input = { name = "spacelift-tailscale runtime", labels = ["autoattach:runtime:spacelift-tailscale"] }
}
`;

interface Change {
  readonly address: string;
  readonly previous_address?: string;
  readonly change: { readonly actions: readonly string[]; readonly after: { readonly input: Record<string, unknown> } };
}

withTerraform("a moved block keeps the context, which is changed in place", () => {
  const words = COMMAND.split(" ").filter((word) => !/^(--output|tailnet)$/.test(word));
  const { status, out, err } = runRender(...words);
  expect({ status, err }).toEqual({ status: 0, err: "" });
  inFolder((folder) => {
    mkdirSync(join(folder, "spacetail"));
    mkdirSync(join(folder, "tailnet"));
    writeFileSync(join(folder, "spacetail/main.tf"), BEFORE);
    writeFileSync(join(folder, "tailnet/main.tf"), withoutProviders(out));
    writeFileSync(join(folder, "main.tf"), 'module "spacetail" {\n  source = "./spacetail"\n}\n');
    runTerraform(folder, "init", "-input=false");
    runTerraform(folder, "apply", "-input=false", "-auto-approve");
    writeFileSync(join(folder, "main.tf"), ADOPTING);
    runTerraform(folder, "init", "-input=false");
    runTerraform(folder, "plan", "-input=false", "-out=plan");
    const changes: Change[] = JSON.parse(runTerraform(folder, "show", "-json", "plan")).resource_changes;
    expect(changes.map(({ address, previous_address, change }) => [previous_address, address, change.actions])).toEqual(
      [
        [
          "module.spacetail.terraform_data.spacelift_context-spacelift-tailscale-runtime",
          "module.tailnet.terraform_data.spacelift_context-tailnet",
          ["update"],
        ],
      ],
    );
    expect(changes[0]?.change.after.input).toMatchObject({
      name: "spacelift-tailscale runtime",
      labels: ["autoattach:runtime:spacelift-tailscale"],
      before_plan: expect.arrayContaining(["spacetail up --watch $$"]),
    });
  });
});
