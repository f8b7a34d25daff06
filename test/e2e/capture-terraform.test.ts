// SPDX-License-Identifier: Apache-2.0
// Terraform without a proxy variable: its backend, a provider in a child process and what that starts are captured.
import { chmodSync, cpSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../world/world.js";
import { accessTo, describeInContainers, nodesLeft, PATIENT, Stage, useWorld } from "./stage.js";

const TERRAFORM = process.env.SPACETAIL_TERRAFORM ?? "terraform";
const PROVIDER = join(ROOT, ".cache/world/clients/terraform-provider-database");

const SOURCE = "example.com/test/database";
const VERSION = "1.0.0";

/** How many connections the provider makes at the same time. */
const SERVERS = 20;

const STATE = "http://state/state/captured";

/** All that the configuration talks to is on the tailnet, under its names there. */
const CONFIGURATION = `
terraform {
  required_providers {
    database = { source = "${SOURCE}" }
  }
  backend "http" {
    address        = "${STATE}"
    lock_address   = "${STATE}"
    unlock_address = "${STATE}"
  }
}
provider "database" {
  url = "postgres://app:secret@db.tail.test:15432/app?sslmode=disable&connect_timeout=300"
}
data "database_server" "all" {
  count = ${SERVERS}
}
resource "database_role" "app" {
  name = "app"
  provisioner "local-exec" {
    command = "curl -sS http://state/hello"
  }
}
output "up" {
  value = length([for server in data.database_server.all : server if server.is_up])
}
`;

describeInContainers("Terraform, captured", () => {
  const world = useWorld();
  let stage: Stage;

  beforeAll(async () => {
    const { tailnet } = world();
    stage = await Stage.open("native", {
      ...(await accessTo(tailnet)),
      ...PATIENT,
      CHECKPOINT_DISABLE: "1",
      TF_CLI_CONFIG_FILE: "/mnt/workspace/terraform.rc",
      TF_IN_AUTOMATION: "1",
    });
    install(stage.workspace);
    const up = await stage.run("spacetail up --watch none");
    if (up.code !== 0) throw new Error(up.text);
  });
  afterAll(async () => {
    await stage?.run("spacetail down");
    await stage?.close();
  });

  /** Puts the provider where `init` finds it without a network, and the configuration beside it. */
  function install(folder: string): void {
    const platform = `linux_${process.arch === "arm64" ? "arm64" : "amd64"}`;
    const at = join(folder, "mirror", SOURCE, VERSION, platform);
    mkdirSync(at, { recursive: true });
    cpSync(PROVIDER, join(at, `terraform-provider-database_v${VERSION}`));
    writeFileSync(
      join(folder, "terraform.rc"),
      'provider_installation {\n  filesystem_mirror {\n    path = "/mnt/workspace/mirror"\n  }\n}\n',
    );
    mkdirSync(join(folder, "project"));
    chmodSync(join(folder, "project"), 0o777);
    writeFileSync(join(folder, "project/main.tf"), CONFIGURATION);
  }

  const captured = async (command: string): Promise<string> => {
    const line = `cd project && env | grep -ci '^https*_proxy='; spacetail run --capture=on -- ${TERRAFORM} ${command} 2>&1`;
    const output = await stage.run(line);
    if (output.code !== 0) throw new Error(output.text);
    return output.text;
  };

  const isThere = existsSync(PROVIDER);
  if (!isThere) console.warn(`skipped: Terraform, captured: there is no ${PROVIDER}`);
  const here = isThere ? test : test.skip;

  here("init, plan, apply and destroy reach the backend and the provider's database by name", async () => {
    // WHEN Terraform does all that it does in a run, without a proxy variable
    expect(await captured("init -input=false -no-color")).toMatch(/^0\n[\s\S]*successfully initialized/);
    expect(await captured("plan -input=false -no-color -out=plan")).toContain("database_role.app will be created");
    const applied = await captured("apply -input=false -no-color plan");
    // THEN the provider and what Terraform starts have been on the tailnet
    expect(applied).toContain(`up = ${SERVERS}`);
    expect(applied).toContain("hello from the tailnet");
    // AND the backend has the state
    const state = await stage.run(`spacetail run --capture=on -- curl -sS ${STATE} 2>/dev/null`);
    expect(JSON.parse(state.text)).toMatchObject({ serial: 1, outputs: { up: { value: SERVERS } } });
    expect(await captured("destroy -input=false -no-color -auto-approve")).toContain("1 destroyed");
  });

  here("nothing is left when all is over", async () => {
    expect((await stage.run("spacetail down")).code).toBe(0);
    expect(await stage.leftovers()).toEqual([]);
    expect(await nodesLeft(world().tailnet)).toEqual([]);
  });
});
