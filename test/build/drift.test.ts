// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = join(__dirname, "../..");
const BINDINGS = join(ROOT, "constructs/bindings");

interface Attribute {
  type?: unknown;
  [flag: string]: unknown;
}

interface Block {
  attributes: Record<string, Attribute>;
  block_types?: Record<string, unknown>;
}

interface Provider {
  provider: { block: Block };
  resource_schemas: Record<string, { version: number; block: Block }>;
}

/** The providers of the committed schemas, as if a full schema held no more. */
let spacelift: Provider;
let tailscale: Provider;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spacetail-drift-"));
  spacelift = committed("spacelift");
  tailscale = committed("tailscale");
});
afterEach(() => rmSync(folder, { recursive: true }));

function committed(name: string): Provider {
  const { provider_schemas } = JSON.parse(readFileSync(join(BINDINGS, `schema/${name}.json`), "utf8"));
  return Object.values<Provider>(provider_schemas)[0] as Provider;
}

function attributes(provider: Provider, type: string): Record<string, Attribute> {
  return provider.resource_schemas[type]?.block.attributes ?? {};
}

/** Compares with a full schema, as OpenTofu would print it, of these providers. */
function drift(providers: Record<string, Provider>): { status: number | null; lines: string[] } {
  const addresses = Object.entries(providers).map(([name, schema]) => [`mirror.test/${name}`, schema]);
  const file = join(folder, "full.json");
  writeFileSync(file, JSON.stringify({ format_version: "1.0", provider_schemas: Object.fromEntries(addresses) }));
  const { status, stdout } = spawnSync(process.execPath, [join(ROOT, "build/schema-drift.mjs"), file], {
    encoding: "utf8",
  });
  return { status, lines: stdout.trimEnd().split("\n") };
}

const both = () => drift({ "spacelift-io/spacelift": spacelift, "tailscale/tailscale": tailscale });

test("additions in a full schema are not drift", () => {
  spacelift.resource_schemas.spacelift_new = { version: 0, block: { attributes: { name: { required: true } } } };
  attributes(spacelift, "spacelift_context").colour = { optional: true, type: "string" };
  for (const attribute of Object.values(attributes(tailscale, "tailscale_oauth_client")))
    attribute.description = "text";
  expect(both()).toEqual({ status: 0, lines: ["2 of 2 providers compared, 0 differences"] });
});

test("every kind of change to what we use is reported", () => {
  delete spacelift.resource_schemas.spacelift_mounted_file;
  const context = attributes(spacelift, "spacelift_context");
  delete context.after_run;
  context.labels = { ...context.labels, type: ["list", "string"] };
  context.description = { ...context.description, deprecated: true };
  context.owner = { required: true, type: "string" };
  delete spacelift.provider.block.attributes.api_token;
  const client = attributes(tailscale, "tailscale_oauth_client");
  client.tags = { ...client.tags, required: true };
  expect(both()).toEqual({
    status: 1,
    lines: [
      "provider spacelift-io/spacelift.api_token: is gone",
      "spacelift_context.after_run: is gone",
      "spacelift_context.description: deprecated was false and is true",
      'spacelift_context.labels: type was ["set","string"] and is ["list","string"]',
      "spacelift_context.owner: has to be given now",
      "spacelift_mounted_file: is gone",
      "tailscale_oauth_client.tags: required was false and is true",
      "2 of 2 providers compared, 7 differences",
    ],
  });
});

test("a provider that the full schema lacks is not compared, which is reported", () => {
  expect(drift({ "tailscale/tailscale": tailscale })).toEqual({
    status: 0,
    lines: [
      "spacelift-io/spacelift: not in what was given, so not compared",
      "1 of 2 providers compared, 0 differences",
    ],
  });
});

test("a schema of other providers, or none, is a failure", () => {
  expect(drift({}).status).toBe(1);
  expect(spawnSync(process.execPath, [join(ROOT, "build/schema-drift.mjs")]).status).toBe(2);
});
