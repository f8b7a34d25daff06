// SPDX-License-Identifier: Apache-2.0
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Terraform's references are written like that
import { TerraformVariable } from "cdktf";
import { TailnetFederatedIdentity, type TailnetFederatedIdentityProps } from "../../constructs/index.js";
import { GOOD_IDENTITY } from "../mistakes.js";
import { type Attributes, expressionOf, newStack, only, synthesize } from "./manifest.js";

function identityWith(props: Partial<TailnetFederatedIdentityProps>): Attributes {
  const manifest = synthesize((stack) => {
    new TailnetFederatedIdentity(stack, "identity", { ...GOOD_IDENTITY, ...props });
  });
  return only(manifest, "tailscale_federated_identity");
}

test("an identity trusts every run of the account and may mint auth keys for its tags, nothing else", () => {
  expect(identityWith({})).toEqual({
    scopes: ["auth_keys"],
    tags: ["tag:a"],
    issuer: "https://acme.app.spacelift.io",
    audience: "acme.app.spacelift.io",
    subject: "space:*:*:*:run_type:*:scope:*",
    description: "Spacelift runs",
  });
});

test("the trusted runs can be narrowed down, in the subject and in the claims", () => {
  expect(identityWith({ spaceId: "prod-01JS", stack: "net-*", runTypes: ["TRACKED"], scope: "write" })).toMatchObject({
    subject: "space:prod-01JS:stack:net-*:run_type:TRACKED:scope:write",
    custom_claim_rules: {
      spaceId: "prod-01JS",
      callerType: "stack",
      callerId: "net-*",
      runType: "TRACKED",
      scope: "write",
    },
  });
});

test("issuer, audience, subject and description can be chosen", () => {
  const props = {
    issuer: "https://id.corp.test/spacelift",
    audience: "tailscale",
    subject: "/root/prod|*",
    description: "Applies",
  };
  expect(identityWith(props)).toMatchObject(props);
});

test("the id is a token for the resource's attribute, the tags are a copy", () => {
  const stack = newStack();
  const tags = ["tag:a"];
  const identity = new TailnetFederatedIdentity(stack, "identity", { ...GOOD_IDENTITY, tags });
  tags.push("tag:b");
  expect(identity.tags).toEqual(["tag:a"]);
  expect(expressionOf(stack, identity.clientId)).toBe(
    `\${tailscale_federated_identity.${identity.resource.friendlyUniqueId}.id}`,
  );
});

test("tokens pass every rule, and other text is taken literally", () => {
  const manifest = synthesize((stack) => {
    const list = new TerraformVariable(stack, "list", { type: "list(string)" }).listValue;
    const text = new TerraformVariable(stack, "text", { type: "string" }).stringValue;
    const props = { account: text, tags: list, spaceId: text, stack: text, scope: text as "read", description: text };
    new TailnetFederatedIdentity(stack, "identity", { ...props, audience: "${a}" });
  });
  expect(only(manifest, "tailscale_federated_identity")).toEqual({
    scopes: ["auth_keys"],
    tags: "${var.list}",
    issuer: "https://${var.text}",
    audience: "$${a}",
    subject: "space:${var.text}:stack:${var.text}:run_type:*:scope:${var.text}",
    custom_claim_rules: {
      spaceId: "${var.text}",
      callerType: "stack",
      callerId: "${var.text}",
      scope: "${var.text}",
    },
    description: "${var.text}",
  });
});
