// SPDX-License-Identifier: Apache-2.0
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Terraform's references are written like that
import { Fn, TerraformVariable } from "cdktf";
import { TailnetOAuthClient } from "../../constructs/index.js";
import { expressionOf, newStack, only, synthesize } from "./manifest.js";

test("a client may mint auth keys for its tags, and nothing else", () => {
  const manifest = synthesize((stack) => {
    new TailnetOAuthClient(stack, "client", { tags: ["tag:spacelift", "tag:ci"] });
  });
  expect(only(manifest, "tailscale_oauth_client")).toEqual({
    scopes: ["auth_keys"],
    tags: ["tag:spacelift", "tag:ci"],
    description: "Spacelift runs",
  });
});

test("the description can be chosen", () => {
  const manifest = synthesize((stack) => {
    new TailnetOAuthClient(stack, "client", { tags: ["tag:a"], description: "Runs of team-a 2" });
  });
  expect(only(manifest, "tailscale_oauth_client").description).toBe("Runs of team-a 2");
});

test("id and secret are tokens for the resource's attributes", () => {
  const stack = newStack();
  const client = new TailnetOAuthClient(stack, "client", { tags: ["tag:a"] });
  expect(expressionOf(stack, client.clientId)).toBe(
    `\${tailscale_oauth_client.${client.resource.friendlyUniqueId}.id}`,
  );
  expect(expressionOf(stack, client.clientSecret)).toBe(
    `\${tailscale_oauth_client.${client.resource.friendlyUniqueId}.key}`,
  );
});

test("the tags are handed out as they were given, and as a copy", () => {
  const tags = ["tag:a"];
  const client = new TailnetOAuthClient(newStack(), "client", { tags });
  tags.push("tag:b");
  expect(client.tags).toEqual(["tag:a"]);
});

test("tokens pass every rule", () => {
  const manifest = synthesize((stack) => {
    const tags = new TerraformVariable(stack, "tags", { type: "list(string)" });
    const text = new TerraformVariable(stack, "text", { type: "string" });
    new TailnetOAuthClient(stack, "list", { tags: tags.listValue });
    // Typed as anything, and a string to JavaScript.
    const looked = Fn.lookup(new TerraformVariable(stack, "map", { type: "map(list(string))" }).value, "runs");
    new TailnetOAuthClient(stack, "any", { tags: looked });
    new TailnetOAuthClient(stack, "object", { tags: tags.value });
    new TailnetOAuthClient(stack, "element", { tags: [Fn.element(tags.listValue, 0)], description: text.stringValue });
  });
  expect(Object.values(manifest.resource.tailscale_oauth_client ?? {})).toEqual([
    { scopes: ["auth_keys"], tags: "${var.map.runs}", description: "Spacelift runs" },
    { scopes: ["auth_keys"], tags: ["${element(var.tags, 0)}"], description: "${var.text}" },
    { scopes: ["auth_keys"], tags: "${var.tags}", description: "Spacelift runs" },
    { scopes: ["auth_keys"], tags: "${var.tags}", description: "Spacelift runs" },
  ]);
});
