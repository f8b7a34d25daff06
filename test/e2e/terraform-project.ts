// SPDX-License-Identifier: Apache-2.0
import { chmodSync, cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../world/world.js";

export const TERRAFORM = process.env.SPACETAIL_TERRAFORM ?? "terraform";
export const PROVIDER = join(ROOT, ".cache/world/clients/terraform-provider-database");

const SOURCE = "example.com/test/database";
const VERSION = "1.0.0";

/** How many connections the provider makes at the same time. */
export const SERVERS = 20;

/** What Terraform needs besides the tunnel's variables, in a workspace with a {@link installProject project}. */
export const ENVIRONMENT = {
  CHECKPOINT_DISABLE: "1",
  TF_CLI_CONFIG_FILE: "/mnt/workspace/terraform.rc",
  TF_IN_AUTOMATION: "1",
};

/**
 * A configuration with a backend, a provider, and a program that Terraform starts.
 *
 * @param database the address of the provider's database
 * @param state the URL of the backend
 */
const configuration = (database: string, state: string) => `
terraform {
  required_providers {
    database = { source = "${SOURCE}" }
  }
  backend "http" {
    address        = "${state}"
    lock_address   = "${state}"
    unlock_address = "${state}"
  }
}
provider "database" {
  url = "postgres://app:secret@${database}/app?sslmode=disable&connect_timeout=300"
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

/** Puts the provider where `init` finds it without a network, and the configuration beside it in `project`. */
export function installProject(folder: string, database: string, state: string): void {
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
  writeFileSync(join(folder, "project/main.tf"), configuration(database, state));
}
