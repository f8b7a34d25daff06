// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type * as pulumi from "@pulumi/pulumi";
import { spacelift } from "../../pulumi/index.js";
import { BRIDGE_VERSION, PARAMETER, SPACELIFT_VERSION } from "../../pulumi/spacelift/package-reference.js";
import { deploy } from "./deploy.js";
import { pulumiName, schemaOf } from "./schema-names.js";

type Maker = (args: Record<string, string>) => pulumi.CustomResource;

/** Each class with Terraform's name for it; the provider has none. */
const CLASSES: [string, string | undefined, Maker][] = [
  ["Context", "spacelift_context", (args) => new spacelift.Context("it", args as never)],
  [
    "EnvironmentVariable",
    "spacelift_environment_variable",
    (args) => new spacelift.EnvironmentVariable("it", args as never),
  ],
  ["MountedFile", "spacelift_mounted_file", (args) => new spacelift.MountedFile("it", args as never)],
  ["ContextAttachment", "spacelift_context_attachment", (args) => new spacelift.ContextAttachment("it", args as never)],
  ["Provider", undefined, (args) => new spacelift.Provider("it", args)],
];

const SECRET = "4dabf18193072939515e22adb298388d";

/** Write-only attributes are for state that is not encrypted; ids are every resource's own. */
function isTaken(attribute: string): boolean {
  return attribute !== "id" && !/_wo(_version)?$/.test(attribute);
}

test.each(CLASSES)(
  "%s has every property that the provider's schema has, under Pulumi's name",
  async (_, type, make) => {
    const schema = Object.entries(schemaOf("spacelift", type)).filter(([name]) => isTaken(name));
    const settable = schema.filter(([, { required, optional }]) => required === true || optional === true);
    const names = settable.map(([name, attribute]) => pulumiName(name, attribute));
    let resource: pulumi.CustomResource | undefined;
    const [registration] = await deploy(() => {
      resource = make(Object.fromEntries(names.map((name) => [name, `value of ${name}`])));
    });
    expect(Object.keys(registration?.inputs ?? {}).sort()).toEqual(names.sort());
    const readable = schema.map(([name, attribute]) => pulumiName(name, attribute));
    const missing = readable.filter((name) => Reflect.get(resource as object, name) === undefined);
    expect(missing).toEqual([]);
  },
);

test.each(CLASSES)("%s marks what the provider calls sensitive as secret, and nothing else", async (_, type, make) => {
  const schema = Object.entries(schemaOf("spacelift", type)).filter(([name]) => isTaken(name));
  const sensitive = schema.filter(([, attribute]) => attribute.sensitive === true);
  const names = schema.map(([name, attribute]) => pulumiName(name, attribute));
  const [registration] = await deploy(() => {
    make(Object.fromEntries(names.map((name) => [name, "value"])));
  });
  const secrets = Object.entries(registration?.inputs ?? {}).filter(([, value]) => {
    return typeof value === "object" && value !== null && SECRET in value;
  });
  const expected = sensitive.map(([name, attribute]) => pulumiName(name, attribute));
  expect(secrets.map(([name]) => name).sort()).toEqual(expected.sort());
});

test("package.json names the same package to Pulumi's command line as the code to the engine", () => {
  const file = join(__dirname, "../../pulumi/spacelift/package.json");
  const { version, pulumi: plugin } = JSON.parse(readFileSync(file, "utf8"));
  const { parameterization, ...bridge } = plugin;
  expect(bridge).toEqual({ resource: true, name: "terraform-provider", version: BRIDGE_VERSION });
  expect(version).toBe(SPACELIFT_VERSION);
  expect(parameterization).toMatchObject({ name: "spacelift", version: SPACELIFT_VERSION });
  expect(Buffer.from(parameterization.value, "base64").toString()).toBe(PARAMETER);
  expect(JSON.parse(PARAMETER)).toEqual({
    remote: { url: "registry.opentofu.org/spacelift-io/spacelift", version: SPACELIFT_VERSION },
  });
});

test("the version is one that the constructs' range takes too", () => {
  const { terraformProviders } = JSON.parse(readFileSync(join(__dirname, "../../cdktf.json"), "utf8"));
  const range = terraformProviders.find((one: string) => one.startsWith("spacelift-io/spacelift@~> "));
  const [major, minor] = SPACELIFT_VERSION.split(".").map(Number);
  const [rangeMajor, rangeMinor] = range.split("~> ")[1].split(".").map(Number);
  expect(major).toBe(rangeMajor);
  expect(minor).toBeGreaterThanOrEqual(rangeMinor);
});

test("the README says which versions they are", () => {
  const readme = readFileSync(join(__dirname, "../../pulumi/README.md"), "utf8").replace(/\s+/g, " ");
  expect(readme).toContain(`Spacelift's Terraform provider, version ${SPACELIFT_VERSION},`);
  expect(readme).toContain(`bridge for any Terraform provider, version ${BRIDGE_VERSION}.`);
  const command = `pulumi package add terraform-provider@${BRIDGE_VERSION} spacelift-io/spacelift ${SPACELIFT_VERSION}`;
  expect(readme).toContain(command);
});
