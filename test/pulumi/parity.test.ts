// SPDX-License-Identifier: Apache-2.0
import { type Attributes, synthesize } from "../constructs/manifest.js";
import { everything as constructs } from "../constructs/program.js";
import { deploy, type Registration } from "./deploy.js";
import { everything as components } from "./program.js";
import { pulumiName, schemaOf } from "./schema-names.js";

/** The Pulumi type of each resource. */
const TYPES = {
  spacelift_context: "spacelift:index/context:Context",
  spacelift_environment_variable: "spacelift:index/environmentVariable:EnvironmentVariable",
  spacelift_mounted_file: "spacelift:index/mountedFile:MountedFile",
  spacelift_context_attachment: "spacelift:index/contextAttachment:ContextAttachment",
  tailscale_oauth_client: "tailscale:index/oauthClient:OauthClient",
  tailscale_federated_identity: "tailscale:index/federatedIdentity:FederatedIdentity",
} as const;

const SECRET = "4dabf18193072939515e22adb298388d";
const REFERENCE = /\$\{(tailscale|spacelift)_[a-z_]+\.[^}]+\}/;

interface Secret {
  readonly value?: unknown;
}

/** Text as Terraform reads it. References become one sign, as ids do on the other side. */
function unescaped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unescaped);
  if (typeof value !== "string") return value;
  return REFERENCE.test(value) ? "REFERENCE" : value.replaceAll("$${", "${").replaceAll("%%{", "%{");
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === "object" && value !== null && SECRET in value) return plain((value as Secret).value);
  const isReference = typeof value === "string" && /^(id-|tskey-client-.*oauth-client$)/.test(value);
  return isReference ? "REFERENCE" : value;
}

/** A resource of the constructs with the names that Pulumi has for its attributes. */
function renamed(type: string, attributes: Attributes): Record<string, unknown> {
  const schema = schemaOf(type.split("_")[0] ?? "", type);
  // Write-only attributes keep secrets out of Terraform's state; Pulumi encrypts them there instead.
  const given = Object.entries(attributes).filter(([name]) => name !== "//" && !name.endsWith("_wo_version"));
  const members = given.map(([key, value]) => {
    const name = key.endsWith("_wo") ? key.slice(0, -"_wo".length) : key;
    const attribute = schema[name];
    if (attribute === undefined) throw new Error(`${type} has no ${name}`);
    return [pulumiName(name, attribute), unescaped(value)];
  });
  return Object.fromEntries(members);
}

function sorted(resources: Record<string, unknown>[]): string[] {
  const members = resources.map((one) => Object.fromEntries(Object.entries(one).sort()));
  return members.map((one) => JSON.stringify(one)).sort();
}

let registrations: Registration[] = [];
beforeAll(async () => {
  // The program has secrets as plain text, which is warned of.
  jest.spyOn(console, "warn").mockImplementation();
  registrations = await deploy(components);
});

test.each(Object.keys(TYPES) as (keyof typeof TYPES)[])(
  "components make every %s that the constructs make, alike in all attributes",
  (type) => {
    const expected = Object.values(synthesize(constructs).resource[type] ?? {}).map((one) => renamed(type, one));
    const made = registrations
      .filter((one) => one.type === TYPES[type])
      .map(({ inputs }) => {
        return Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, plain(value)]));
      });
    expect(sorted(made)).toEqual(sorted(expected));
    expect(made.length).toBeGreaterThan(0);
  },
);
