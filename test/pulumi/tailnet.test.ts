// SPDX-License-Identifier: Apache-2.0
import * as pulumi from "@pulumi/pulumi";
import { TerraformStack, Testing } from "cdktf";
import { Tailnet as TailnetConstruct, type TailnetProps } from "../../constructs/index.js";
import { Tailnet, type TailnetArgs } from "../../pulumi/index.js";
import { deploy, only, resolved } from "./deploy.js";

test("hands out what it made, and says what the tailnet's policy must say", async () => {
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

test.each<TailnetProps>([
  { trust: { stack: "web" } },
  { applyTags: ["tag:a"] },
  { account: "acme", applyTags: ["tag:a"], phases: ["plan"] },
  { account: "acme", applyTags: ["tag:a"], phases: ["apply"] },
  { account: "acme", applyTags: ["tag:a"], trust: { scope: "read" } },
])("refuses what the construct refuses, in the same words: %j", async (args) => {
  const construct = () => new TailnetConstruct(new TerraformStack(Testing.app(), "app"), "tailnet", args);
  const messageOf = (work: () => unknown) => {
    try {
      work();
    } catch (error) {
      return (error as Error).message;
    }
    return "";
  };
  const expected = messageOf(construct).replace("app/tailnet", "tailnet");
  expect(expected).not.toBe("");
  await deploy(() => expect(messageOf(() => new Tailnet("tailnet", args as TailnetArgs))).toBe(expected));
});

test.each<[object, string]>([
  [{ grants: [{ dst: [] }] }, "grants.dst must not be empty, but [] was given"],
  [
    { grants: [{ dst: ["tag:db:5432"] }] },
    'grants.dst must not hold a port: ports go into ip, but ["tag:db:5432"] was given',
  ],
  [{ grants: { dst: ["db"] } }, "grants must be a list of objects"],
  [{ grants: [{ dst: "db" }] }, 'grants.dst must be a list, but "db" was given'],
  [{ grants: [{ dst: ["db"], src: "tag:x" }] }, 'grants.src must be a list, but "tag:x" was given'],
  [{ grants: [{ dst: ["db"], src: ["tag:x"] }] }, 'grants.src must hold only tags in use, but ["tag:x"] was given'],
])("refuses grants that no policy takes: %j", async (args, problem) => {
  await deploy(() => expect(() => new Tailnet("tailnet", args)).toThrow(`Tailnet 'tailnet': ${problem}`));
});

test("refuses text for phases and tags", async () => {
  const args = { account: "acme", applyTags: ["tag:a"], phases: "apply" } as never;
  await deploy(() => {
    const rule = "must be a list, but";
    expect(() => new Tailnet("tailnet", args)).toThrow(`Tailnet 'tailnet': phases ${rule} "apply" was given`);
    const tags = { tags: "tag:a" } as never;
    expect(() => new Tailnet("tailnet", tags)).toThrow(`'tailnet-oauth-client': tags ${rule} "tag:a" was given`);
  });
});

const LATER = pulumi.output(["tag:db"]);
const OF_ELEMENTS = [pulumi.output("tag:db")];

test.each<[string, object, string]>([
  ["grants", { grants: LATER }, "grants must be plain, and not an output"],
  ["a grant", { grants: OF_ELEMENTS }, "grants must be a list of objects, not of outputs"],
  ["dst", { grants: [{ dst: LATER }] }, "grants.dst must be plain, and not an output"],
  ["an element of dst", { grants: [{ dst: OF_ELEMENTS }] }, "grants.dst must be plain, and not an output"],
  ["ip", { grants: [{ dst: ["a"], ip: LATER }] }, "grants.ip must be plain, and not an output"],
  ["src", { grants: [{ dst: ["a"], src: LATER }] }, "grants.src must be plain, and not an output"],
  [
    "trust",
    { account: "acme", trust: pulumi.output({ stack: "web" }) },
    "trust must not be an output itself, though what it holds may be",
  ],
])("cannot wait to know %s", async (_, args, problem) => {
  const registrations = await deploy(() => {
    expect(() => new Tailnet("tailnet", args)).toThrow(`Tailnet 'tailnet': ${problem}`);
  });
  expect(registrations).toEqual([]);
});

test("can wait to know whom it trusts", async () => {
  const registrations = await deploy(() => {
    new Tailnet("tailnet", { account: "acme", trust: { stack: pulumi.output("web") } });
  });
  const { inputs } = only(registrations, "tailscale:index/federatedIdentity:FederatedIdentity");
  expect(inputs.subject).toBe("space:*:stack:web:run_type:*:scope:*");
});
