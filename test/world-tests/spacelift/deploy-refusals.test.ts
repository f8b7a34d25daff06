// SPDX-License-Identifier: Apache-2.0
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are Terraform's templates, not JavaScript's.
import { DeployError, deploy } from "../../world/deploy/index.js";
import { PROVIDER_SCHEMAS } from "./provider-schemas.js";
import { REQUIRED_PROVIDERS } from "./stack-json.js";

/** Nobody listens there: whatever is refused must be refused before anything is contacted. */
const NOWHERE = { endpoint: "http://127.0.0.1:1", keyId: "x", keySecret: "x" };

async function refusal(stack: object, variables = {}): Promise<string> {
  const stackJson = { ...REQUIRED_PROVIDERS, ...stack };
  const error: unknown = await deploy({ stackJson, schema: PROVIDER_SCHEMAS, spacelift: NOWHERE, variables }).then(
    () => "it was deployed",
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DeployError);
  const { message, address, reason } = error as DeployError;
  expect(message).toBe(`${address}: ${reason}`);
  return message;
}

function context(attributes: object): object {
  return { resource: { spacelift_context: { c: { name: "c", ...attributes } } } };
}

function variable(attributes: object): object {
  return { resource: { spacelift_environment_variable: { v: { context_id: "c", name: "V", ...attributes } } } };
}

function file(attributes: object): object {
  return { resource: { spacelift_mounted_file: { f: { context_id: "c", relative_path: "f", ...attributes } } } };
}

function identity(attributes: object): object {
  const given = { scopes: ["auth_keys"], issuer: "https://acct.app.spacelift.io", subject: "*", ...attributes };
  return { resource: { tailscale_federated_identity: { f: given } } };
}

function attachment(attributes: object): object {
  return { resource: { spacelift_context_attachment: { a: { context_id: "c", ...attributes } } } };
}

describe("what Terraform would refuse, with the address it is about and before anything is contacted", () => {
  test.each<[string, object, RegExp]>([
    [
      "an unknown attribute",
      context({ nope: 1 }),
      /^spacelift_context.c: there is no attribute nope; known are after_/,
    ],
    [
      "an attribute of the provider's",
      variable({ checksum: "x" }),
      /^spacelift_environment_variable.v: attribute checksum is set by the provider/,
    ],
    ["an id", context({ id: "x" }), /^spacelift_context.c: attribute id is set by the provider/],
    ["a missing attribute", context({ name: null }), /^spacelift_context.c: attribute name is required/],
    [
      "a wrong type",
      context({ labels: "one" }),
      /^spacelift_context.c: attribute labels must be set of string, but a string was given/,
    ],
    [
      "a wrong element",
      context({ before_plan: [["x"]] }),
      /^spacelift_context.c: attribute before_plan must be string, but a list was given/,
    ],
    [
      "null in a list",
      context({ before_plan: [null] }),
      /^spacelift_context.c: attribute before_plan must not contain null/,
    ],
    [
      "a number that is none",
      attachment({ stack_id: "s", priority: "high" }),
      /attribute priority must be number, but a string was given/,
    ],
    [
      "a boolean that is none",
      variable({ write_only: "yes" }),
      /attribute write_only must be bool, but a string was given/,
    ],
    ["a priority that is not whole", attachment({ stack_id: "s", priority: 0.5 }), /attribute priority must be whole/],
  ])("%s", async (_, stack, message) => {
    expect(await refusal(stack)).toMatch(message);
  });

  test.each<[string, object, RegExp]>([
    [
      "an empty hook",
      context({ after_plan: [""] }),
      /^spacelift_context.c: attribute after_plan must not be or contain an empty string/,
    ],
    ["an empty label", context({ labels: ["a", ""] }), /attribute labels must not be or contain an empty string/],
    ["an empty name", variable({ name: "" }), /attribute name must not be or contain an empty string/],
    [
      "no owner",
      variable({ context_id: null }),
      /exactly one of context_id, stack_id, module_id must be given, but none is/,
    ],
    ["two owners", variable({ stack_id: "s" }), /must be given, but context_id and stack_id is/],
    [
      "value and value_wo",
      variable({ value: "x", value_wo: "y", value_wo_version: "1" }),
      /value and value_wo must not be given together/,
    ],
    ["value_wo without version", variable({ value_wo: "y" }), /value_wo and value_wo_version must be given together/],
    [
      "a version without value_wo",
      variable({ value_wo_version: "1" }),
      /value_wo and value_wo_version must be given together/,
    ],
    ["a file without content", file({}), /exactly one of content, content_wo must be given, but none is/],
    ["an empty file", file({ content: "" }), /attribute content must not be or contain an empty string/],
    ["an attachment to nothing", attachment({}), /exactly one of stack_id, module_id must be given, but none is/],
    [
      "a long description",
      { resource: { tailscale_oauth_client: { o: { scopes: ["auth_keys"], description: "x".repeat(51) } } } },
      /^tailscale_oauth_client.o: attribute description must have at most 50 bytes/,
    ],
    [
      "an issuer that is not https",
      identity({ issuer: "http://acct.app.spacelift.io" }),
      /^tailscale_federated_identity.f: attribute issuer must be a valid https:\/\/ URL, but "http:/,
    ],
    [
      "a claim rule for the subject",
      identity({ custom_claim_rules: { sub: "*" } }),
      /^tailscale_federated_identity.f: attribute custom_claim_rules must not have the reserved sub/,
    ],
    [
      "claim rules that are a list",
      identity({ custom_claim_rules: ["a"] }),
      /custom_claim_rules must be map of string/,
    ],
    ["a claim rule that is null", identity({ custom_claim_rules: { a: null } }), /must not contain null/],
  ])("by the rules of the provider: %s", async (_, stack, message) => {
    expect(await refusal(stack)).toMatch(message);
  });

  test.each<[string, object, RegExp]>([
    [
      "an undeclared resource",
      variable({ value: "${spacelift_context.gone.id}" }),
      /^spacelift_environment_variable.v: refers to spacelift_context.gone, which is not declared/,
    ],
    [
      "an undeclared variable",
      context({ name: "${var.gone}" }),
      /^spacelift_context.c: refers to var.gone, which is not declared/,
    ],
    [
      "an undeclared depends_on",
      context({ depends_on: ["spacelift_context.gone"] }),
      /refers to spacelift_context.gone, which is not declared/,
    ],
    [
      "an unknown attribute of another resource",
      { resource: { spacelift_context: { a: { name: "a" }, b: { name: "${spacelift_context.a.slug}" } } } },
      /^spacelift_context.b: refers to spacelift_context.a.slug, but spacelift_context.a has no such attribute/,
    ],
    [
      "null inside a text",
      { resource: { spacelift_context: { a: { name: "a" }, b: { name: "x ${spacelift_context.a.description}" } } } },
      /^spacelift_context.b: spacelift_context.a.description is null and cannot stand inside a string/,
    ],
    [
      "a collection inside a text",
      {
        resource: {
          spacelift_context: { a: { name: "a", labels: ["x"] }, b: { name: "x ${spacelift_context.a.labels}" } },
        },
      },
      /^spacelift_context.b: spacelift_context.a.labels is a collection and cannot stand inside a string/,
    ],
    [
      "a circle",
      {
        resource: {
          spacelift_context: { a: { name: "${spacelift_context.b.id}" }, b: { name: "${spacelift_context.a.id}" } },
        },
      },
      /^spacelift_context.a: depends on itself: spacelift_context.a -> spacelift_context.b -> spacelift_context.a$/,
    ],
    ["a function", context({ name: '${upper("x")}' }), /^spacelift_context.c: cannot evaluate \$\{upper\("x"\)\}/],
    [
      "an unescaped shell expansion",
      context({ before_plan: ["echo ${HOME:-x}"] }),
      /^spacelift_context.c: cannot evaluate \$\{HOME:-x\}.*write \$\$\{ for a literal/,
    ],
    [
      "an unescaped directive",
      context({ before_plan: ["date +%{x}"] }),
      /^spacelift_context.c: template directives are not known here/,
    ],
  ])("reference: %s", async (_, stack, message) => {
    expect(await refusal(stack)).toMatch(message);
  });

  test.each<[string, object, RegExp]>([
    [
      "an unknown resource type",
      { resource: { spacelift_module: { m: { name: "m" } } } },
      /^spacelift_module.m: resource type spacelift_module is not known here; known are spacelift_context,/,
    ],
    [
      "an unknown provider",
      { resource: { aws_instance: { i: {} } } },
      /^aws_instance.i: provider aws is not known here/,
    ],
    [
      "a provider that is not required",
      { terraform: {}, ...context({}) },
      /^spacelift_context.c: required_providers.spacelift is missing; the source must be spacelift-io\/spacelift/,
    ],
    [
      "a provider of another author",
      { terraform: { required_providers: { spacelift: { source: "hashicorp/spacelift" } } }, ...context({}) },
      /^spacelift_context.c: required_providers.spacelift has source hashicorp\/spacelift/,
    ],
    ["another section", { moved: { m: {} } }, /^moved: this loader knows only the sections terraform, provider,/],
    [
      "an unknown data source",
      { data: { spacelift_ips: { i: {} } } },
      /^data.spacelift_ips.i: data source spacelift_ips is not known here; known are spacelift_role$/,
    ],
    [
      "data that depend on a resource",
      { data: { spacelift_role: { r: { slug: "${spacelift_context.c.id}" } } } },
      /^data.spacelift_role.r: refers to spacelift_context.c; data that depend on something are not known here/,
    ],
    [
      "undeclared data",
      context({ name: "${data.spacelift_role.gone.id}" }),
      /^spacelift_context.c: refers to data.spacelift_role.gone, which is not declared/,
    ],
    [
      "a role for somebody else than a stack",
      { resource: { spacelift_role_attachment: { a: { role_id: "r", space_id: "root", user_id: "u" } } } },
      /^spacelift_role_attachment.a: attribute user_id is not known to this loader/,
    ],
    [
      "a role without actions",
      { resource: { spacelift_role: { r: { name: "r", actions: [] } } } },
      /^spacelift_role.r: attribute actions must have at least one element/,
    ],
    ["count", context({ count: 2 }), /^spacelift_context.c: the argument count is not known here/],
    ["for_each", context({ for_each: [] }), /the argument for_each is not known here/],
    [
      "a provider alias",
      { provider: { spacelift: [{}, { alias: "b" }] } },
      /^provider.spacelift: provider aliases are not known here/,
    ],
    [
      "prevent_destroy",
      context({ lifecycle: { prevent_destroy: true } }),
      /the lifecycle argument prevent_destroy is not known here/,
    ],
    [
      "an unknown attribute of a provider",
      { provider: { spacelift: [{ nope: 1 }] } },
      /^provider.spacelift: there is no attribute nope/,
    ],
    ["a variable without value", { variable: { v: {} } }, /^variable.v: has no default, and no value was given/],
    [
      "a variable of the wrong type",
      { variable: { v: { type: "number", default: "x" } } },
      /^variable.v: attribute v must be number/,
    ],
    [
      "a default that refers",
      { variable: { a: { default: "x" }, v: { default: "${var.a}" } } },
      /^variable.v: a default cannot refer to var.a/,
    ],
    [
      "a validation of nothing",
      { variable: { v: { default: 1, validation: {} } } },
      /^variable.v: a validation needs condition and error_message/,
    ],
    ["an output without value", { output: { o: {} } }, /^output.o: value is missing/],
    [
      "an open output of a secret",
      { variable: { v: { sensitive: true, default: "s" } }, output: { o: { value: "x ${var.v}" } } },
      /^output.o: holds the sensitive var.v; mark it as sensitive/,
    ],
    [
      "an open output of a key",
      {
        resource: { tailscale_oauth_client: { o: { scopes: ["auth_keys"] } } },
        output: { o: { value: "${tailscale_oauth_client.o.key}" } },
      },
      /^output.o: holds the sensitive tailscale_oauth_client.o.key; mark it as sensitive/,
    ],
  ])("%s", async (_, stack, message) => {
    expect(await refusal(stack)).toMatch(message);
  });

  test.each([
    ["{", /^configuration: is not JSON: /],
    ["[]", /^configuration: must be an object$/],
    ['{"resource":{"spacelift_context":{"c":[]}}}', /^spacelift_context.c: must be an object$/],
  ])("the text %s", async (stackJson, message) => {
    const deployment = deploy({ stackJson, schema: PROVIDER_SCHEMAS, spacelift: NOWHERE });

    await expect(deployment).rejects.toThrow(message);
  });

  test("a value for a variable that is not declared", async () => {
    expect(await refusal(context({}), { gone: 1 })).toBe("variable.gone: a value was given, but it is not declared");
  });

  test.each([["a module's context", variable({ context_id: null, module_id: "m" }), "module_id"]])(
    "what only the provider knows is refused too: %s",
    async (_, stack, name) => {
      expect(await refusal(stack)).toContain(`attribute ${name} is not known to this loader`);
    },
  );

  test("a message never holds the value of an attribute", async () => {
    expect(await refusal(variable({ value: ["hidden-value"] }))).not.toContain("hidden-value");
    expect(await refusal(variable({ value: "hidden-value %{x}" }))).not.toContain("hidden-value");
    expect(await refusal(variable({ value: "hidden-value ${var.v" }))).not.toContain("hidden-value");
  });
});
