// SPDX-License-Identifier: Apache-2.0
import * as pulumi from "@pulumi/pulumi";
import { TerraformStack, Testing } from "cdktf";
import { Tailnet as TailnetConstruct } from "../../constructs/index.js";
import { Tailnet } from "../../pulumi/index.js";
import { deploy, only, resolved } from "./deploy.js";

test("gives access to what it created, and outputs what the tailnet policy needs", async () => {
  const args = { account: "acme", applyTags: ["tag:apply"], runnerImage: "registry.test/runner:1" };
  const grants = [{ dst: ["tag:db"] }];
  let tailnet: Tailnet | undefined;
  await deploy(() => {
    tailnet = new Tailnet("tailnet", { ...args, grants });
  });
  const { context, identity, applyIdentity, oauthClient, policyJson, policyHujson } = tailnet as Tailnet;
  expect(oauthClient).toBeUndefined();
  const outputs = [identity?.clientId, applyIdentity?.clientId, context.contextId, tailnet?.stackLabel];
  expect(await resolved(pulumi.all(outputs))).toEqual([
    "id-tailnet-identity",
    "id-tailnet-apply-identity",
    "id-tailnet",
    "tailnet",
  ]);
  const { policy } = new TailnetConstruct(new TerraformStack(Testing.app(), "app"), "tailnet", { ...args, grants });
  expect(await resolved(policyJson)).toBe(policy.json);
  expect(await resolved(policyHujson)).toBe(policy.hujson);
});

test("logs runs in by an OAuth client when no account is named", async () => {
  await deploy(() => {
    const { identity, applyIdentity, oauthClient } = new Tailnet("tailnet", {});
    expect([identity, applyIdentity]).toEqual([undefined, undefined]);
    expect(oauthClient).toBeDefined();
  });
});

test("can wait to know whom it trusts", async () => {
  const registrations = await deploy(() => {
    new Tailnet("tailnet", { account: "acme", trust: { stack: pulumi.output("web") } });
  });
  const { inputs } = only(registrations, "tailscale:index/federatedIdentity:FederatedIdentity");
  expect(inputs.subject).toBe("space:*:stack:web:run_type:*:scope:*");
});
