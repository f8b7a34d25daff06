// SPDX-License-Identifier: Apache-2.0
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are Terraform's templates, not JavaScript's.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { variablesFrom } from "../../world/deploy/cli/variables.js";
import { readTerraformFolder } from "../../world/deploy/configuration/hcl.js";
import { deploy, planDeployment } from "../../world/deploy/index.js";
import { runConfiguration, type SpaceliftApi, startSpacelift } from "../../world/spacelift/index.js";
import { PROVIDER_SCHEMAS } from "./provider-schemas.js";
import { RECORDED_CREDENTIALS, type RecordedTailscale, startRecordedTailscale } from "./recorded-tailscale.js";

const HEAD = `
terraform {
  required_version = ">= 1.11.0"
  required_providers {
    spacelift = {
      source  = "spacelift-io/spacelift"
      version = ">= 1.44.0, < 2.0.0"
    }
    tailscale = { source = "tailscale/tailscale" }
  }
}
`;

const ROOT_MODULE = `${HEAD}
provider "spacelift" {}

variable "secret" {
  type      = string
  sensitive = true
  ephemeral = true
}

resource "tailscale_oauth_client" "runs" {
  scopes = ["auth_keys"]
  tags   = ["tag:spacelift"]
}

module "tailnet" {
  source    = "./tailnet"
  secret    = var.secret
  client_id = tailscale_oauth_client.runs.id
  labels    = ["more"]
}

resource "spacelift_context_attachment" "web" {
  context_id = module.tailnet.context_id
  stack_id   = "web"
}

output "stack_label" {
  value = module.tailnet.stack_label
}
`;

const MODULE: Readonly<Record<string, string>> = {
  "tailnet/versions.tf": HEAD,
  "tailnet/variables.tf": `
variable "name" {
  type        = string
  description = "Name of the \\"context\\"."
  default     = "tailnet"
  nullable    = false

  validation {
    condition     = trimspace(var.name) != "" && can(regex("^[a-z]+$", var.name))
    error_message = "name must be lower case, but \${var.name} was given."
  }
}

variable "labels" {
  type     = list(string)
  default  = []
  nullable = false
}

variable "space_id" {
  type    = string
  default = null
}

variable "client_id" {
  type = string
}

variable "secret" {
  type      = string
  sensitive = true
  ephemeral = true

  validation {
    condition     = startswith(var.secret, "tskey-")
    error_message = "secret must be Tailscale's."
  }
}
`,
  "tailnet/main.tf": `
locals {
  # A comment.
  up = [
    "spacetail up --watch $$",
    "export NO_PROXY=\\"a$\${X:+,$X}\\" %%{b}",
  ]
}

resource "spacelift_context" "tailnet" {
  name        = var.name
  space_id    = var.space_id
  labels      = concat(["autoattach:\${var.name}"], var.labels)
  before_plan = local.up
  description = <<-EOT
    One \${var.name}
      "two" back\\slash $\${three}
  EOT

  lifecycle {
    ignore_changes = [labels]
  }
}

resource "spacelift_environment_variable" "id" {
  context_id = spacelift_context.tailnet.id
  name       = "TS_OAUTH_CLIENT_ID"
  value      = var.client_id
  write_only = false
}

resource "spacelift_environment_variable" "secret" {
  context_id       = spacelift_context.tailnet.id
  name             = "TS_OAUTH_CLIENT_SECRET"
  value_wo         = var.secret
  value_wo_version = "1"
}

resource "spacelift_mounted_file" "note" {
  context_id    = spacelift_context.tailnet.id
  relative_path = "note"
  content_wo    = base64encode(var.secret)
  content_wo_version = 1
  depends_on    = [spacelift_environment_variable.secret]
}
`,
  "tailnet/outputs.tf": `
output "context_id" {
  value = spacelift_context.tailnet.id
}

output "stack_label" {
  value = var.name
}
`,
};

const FILES: Readonly<Record<string, string>> = { "main.tf": ROOT_MODULE, ...MODULE };

let folder: string;
let api: SpaceliftApi;
let tailscale: RecordedTailscale;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "spacetail-hcl-"));
  api = await startSpacelift();
  api.account.stacks.add({ name: "web" });
  tailscale = await startRecordedTailscale();
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await Promise.all([api.close(), tailscale.close()]);
});

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

/** What is deployed of the files in the folder. */
async function options(more: object = {}) {
  return {
    ...(await readTerraformFolder(folder)),
    schema: PROVIDER_SCHEMAS,
    spacelift: api.credentials,
    tailscale: { baseUrl: tailscale.url, ...RECORDED_CREDENTIALS },
    variables: { secret: "tskey-client-x" },
    ...more,
  };
}

describe("a root module with a module of its own", () => {
  test("is deployed: inputs go down, outputs come up, everything in the order of its references", async () => {
    write(FILES);

    const { resources, outputs, state } = await deploy(await options());

    expect(outputs).toEqual({ stack_label: "tailnet" });
    expect([...resources.keys()]).toEqual([
      "module.tailnet.spacelift_context.tailnet",
      "tailscale_oauth_client.runs",
      "module.tailnet.spacelift_environment_variable.id",
      "module.tailnet.spacelift_environment_variable.secret",
      "module.tailnet.spacelift_mounted_file.note",
      "spacelift_context_attachment.web",
    ]);
    const { contexts, hooks, environment, mountedFiles } = runConfiguration(api.account, "web");
    expect(contexts.map(({ name, description }) => ({ name, description }))).toEqual([
      { name: "tailnet", description: 'One tailnet\n  "two" back\\slash ${three}\n' },
    ]);
    expect(contexts[0]?.labels).toEqual(expect.arrayContaining(["autoattach:tailnet", "more"]));
    expect(hooks.beforePlan).toEqual(["spacetail up --watch $$", 'export NO_PROXY="a${X:+,$X}" %{b}']);
    expect(environment).toEqual([
      { name: "TS_OAUTH_CLIENT_ID", value: "k100CNTRL", secret: false },
      { name: "TS_OAUTH_CLIENT_SECRET", value: "tskey-client-x", secret: true },
    ]);
    expect(mountedFiles[0]?.content.toString()).toBe("tskey-client-x");
    expect(JSON.stringify(state)).not.toContain("tskey-client-x");
  });

  test("once more there is nothing to do; without the module its resources go", async () => {
    write(FILES);
    const { state } = await deploy(await options());

    const again = await planDeployment(await options({ state }));
    write({ "main.tf": HEAD });
    const without = await planDeployment(await options({ state, variables: {} }));

    expect(new Set(again.map(({ action }) => action))).toEqual(new Set(["no-op"]));
    expect(without.map(({ action }) => action)).toEqual(Array(6).fill("delete"));
  });

  test("everything is destroyed, the last first", async () => {
    write(FILES);
    const deployment = await deploy(await options());

    await deployment.destroy();

    expect(api.account.contexts.list()).toEqual([]);
    expect(tailscale.requests.at(-1)?.method).toBe("DELETE");
  });
});

/** The files with something changed in one of them. */
function changed(file: string, from: string, to: string): Readonly<Record<string, string>> {
  expect(FILES[file]).toContain(from);
  return { ...FILES, [file]: (FILES[file] ?? "").replace(from, () => to) };
}

describe("what is refused, before anything is contacted", () => {
  test.each<[string, [string, string, string], string]>([
    [
      "a value that fails a validation",
      ["main.tf", "labels    =", 'name = "T"\n  labels    ='],
      "module.tailnet.variable.name: name must be lower case, but T was given.",
    ],
    [
      "a resource whose precondition does not hold",
      [
        "tailnet/main.tf",
        "ignore_changes = [labels]",
        'ignore_changes = [labels]\n\n    precondition {\n      condition     = var.name == "x"\n      error_message = "no ${var.name}"\n    }',
      ],
      "module.tailnet.spacelift_context.tailnet: no t",
    ],
    ["a missing input", ["main.tf", "  client_id =", "  # "], "module.tailnet.variable.client_id: has no default"],
    ["an unknown input", ["main.tf", "  labels    =", "  label ="], "module.tailnet: it has no variable label"],
    [
      "an input of the wrong type",
      ["main.tf", '["more"]', '"more"'],
      "module.tailnet.variable.labels: attribute labels must be list of string",
    ],
    [
      "an output that there is not",
      ["main.tf", "module.tailnet.stack_label", "module.tailnet.nope"],
      "output.stack_label: refers to module.tailnet.nope, which is not declared",
    ],
    [
      "an output that is ephemeral",
      ["tailnet/outputs.tf", "value = var.name", "value = var.secret"],
      "output.stack_label: holds the ephemeral module.tailnet.var.secret",
    ],
    [
      "an ephemeral value in the state",
      ["tailnet/main.tf", 'value_wo         = var.secret\n  value_wo_version = "1"', "value = var.secret"],
      "module.tailnet.spacelift_environment_variable.secret: attribute value cannot take the ephemeral " +
        "module.tailnet.var.secret",
    ],
    [
      "an ephemeral value in a variable that is not",
      ["tailnet/variables.tf", "  sensitive = true\n  ephemeral = true\n\n  validation", "\n  validation"],
      "module.tailnet: variable secret cannot take the ephemeral var.secret",
    ],
    [
      "a local value that there is not",
      ["tailnet/main.tf", "local.up", "local.down"],
      "module.tailnet.spacelift_context.tailnet: refers to local.down, which is not declared",
    ],
    [
      "a circle",
      ["tailnet/main.tf", "up = [", "up = local.next\n  next = local.up\n  other = ["],
      "module.tailnet.spacelift_context.tailnet: module.tailnet.local.up depends on itself",
    ],
    [
      "a function that is not known",
      ["tailnet/main.tf", "base64encode(", "filebase64("],
      "module.tailnet.spacelift_mounted_file.note: cannot evaluate ${filebase64(var.secret)}: the function filebase64",
    ],
    [
      "a block that is not known",
      ["tailnet/main.tf", "locals {", 'check "x" {}\n\nlocals {'],
      "module.tailnet.check: this loader knows only the sections terraform,",
    ],
    [
      "a block in a resource",
      ["tailnet/main.tf", "  lifecycle {", '  dynamic "x" {}\n\n  lifecycle {'],
      "module.tailnet.spacelift_context.tailnet: there is no attribute dynamic",
    ],
    [
      "a lifecycle argument that is not known",
      ["tailnet/main.tf", "ignore_changes = [labels]", "prevent_destroy = true"],
      "module.tailnet.spacelift_context.tailnet: the lifecycle argument prevent_destroy is not known here",
    ],
    ["a setting", ["main.tf", "required_version", "experiments"], "terraform: the setting experiments is not known"],
    [
      "a module from elsewhere",
      ["main.tf", '"./tailnet"', '"acme/tailnet/spacelift"'],
      "module.tailnet: the source acme/tailnet/spacelift is no local module",
    ],
    [
      "many of a module",
      ["main.tf", "labels    =", "count = 2\n  labels    ="],
      "module.tailnet: the argument count is",
    ],
    [
      "a module in it",
      ["tailnet/main.tf", "locals {", 'module "m" {\n  source = "./m"\n}\n\nlocals {'],
      "module.tailnet: modules in it are not known here",
    ],
    [
      "a provider in it",
      ["tailnet/main.tf", "locals {", 'provider "spacelift" {}\n\nlocals {'],
      "module.tailnet: providers in it are not known here",
    ],
    [
      "the same in two files",
      ["tailnet/outputs.tf", "output", 'variable "name" {}\n\noutput'],
      "module.tailnet.variable.name: is there more than once",
    ],
    ["a provider of another author", ["tailnet/versions.tf", "spacelift-io/", "acme/"], "has source acme/spacelift"],
    ["no HCL", ["tailnet/main.tf", "locals {", "locals ("], "main.tf: parse config: [main.tf:2"],
  ])("%s", async (_, [file, from, to], message) => {
    write(changed(file, from, to));

    const planned = async () => await planDeployment(await options());

    await expect(planned()).rejects.toThrow(message);
  });

  test("an open output of a key, whatever modules it goes through", async () => {
    write({
      ...changed("main.tf", "tailscale_oauth_client.runs.id", "tailscale_oauth_client.runs.key"),
      "tailnet/outputs.tf":
        'output "context_id" { value = "c" }\noutput "stack_label" { value = "x ${var.client_id}" }',
    });

    const planned = async () => await planDeployment(await options());

    await expect(planned()).rejects.toThrow("output.stack_label: holds the sensitive tailscale_oauth_client.runs.key");
  });

  test.each(["x.tf.json", "terraform.tfvars", "a.auto.tfvars", "main_override.tf"])(
    "a %s, which Terraform would read",
    async (name) => {
      write({ ...FILES, [`tailnet/${name}`]: "" });

      await expect(readTerraformFolder(folder)).rejects.toThrow(`${name}: files like this are not known here`);
    },
  );

  test("a folder without files", async () => {
    await expect(readTerraformFolder(folder)).rejects.toThrow(`${folder}: there are no .tf files`);
  });
});

test("variables come from TF_VAR_, as expressions where their type is a collection", () => {
  const declared = { a: { type: "string" }, b: { type: "list(string)" }, c: {}, d: { type: "map(string)" } };
  const environment = { TF_VAR_a: '["x"]', TF_VAR_b: '["x", "y"]', TF_VAR_d: '{ "k" = "v" }', TF_VAR_e: "x" };

  expect(variablesFrom(environment, declared)).toEqual({ a: '["x"]', b: ["x", "y"], d: { k: "v" } });
  expect(() => variablesFrom({ TF_VAR_b: "x y" }, declared)).toThrow(
    "variable.b: TF_VAR_b is no value: the reference x",
  );
  expect(() => variablesFrom({ TF_VAR_b: "[var.a]" }, declared)).toThrow(
    "TF_VAR_b is no value: it cannot refer to var.a",
  );
});
