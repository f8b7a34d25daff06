// SPDX-License-Identifier: Apache-2.0
import * as pulumi from "@pulumi/pulumi";
import { DEFAULT_DESCRIPTION } from "../../contract/index.js";
import {
  TailnetContext,
  type TailnetContextArgs,
  TailnetFederatedIdentity,
  TailnetOAuthClient,
} from "../../pulumi/index.js";
import { deploy, only, resolved } from "./deploy.js";
import { REFUSALS } from "./refusals.js";

const VARIABLE = "spacelift:index/environmentVariable:EnvironmentVariable";
const CONTEXT = "spacelift:index/context:Context";
const auth = { authKey: pulumi.secret("tskey-auth-hidden") };

test("outputs the ID of the context, the label of stacks, the phases and the image", async () => {
  let context: TailnetContext | undefined;
  await deploy(() => {
    const phases = ["apply", "init"] as const;
    context = new TailnetContext("tailnet", { name: "My Tailnet", auth, phases, runnerRegistry: "ghcr.io/acme" });
  });
  const { contextId, stackLabel, phases, runnerImage } = context as TailnetContext;
  const outputs = await resolved(pulumi.all([contextId, stackLabel, phases, runnerImage]));
  expect(outputs).toEqual([
    "id-tailnet",
    "my-tailnet",
    ["init", "apply"],
    expect.stringMatching(/^ghcr\.io\/acme\/runner-tailnet:/),
  ]);
});

describe("the labels that give a stack the context", () => {
  test.each<[string, Partial<TailnetContextArgs>, string[], string[] | undefined]>([
    ["are one that is derived from the name", { name: "My (prod)" }, ["my-prod"], ["autoattach:my-prod"]],
    ["are one that is chosen", { autoattach: pulumi.output("a") }, ["a"], ["autoattach:a"]],
    ["are several", { autoattachLabels: ["a", "b"] }, ["a", "b"], ["autoattach:a", "autoattach:b"]],
    ["are several that are known later", { autoattachLabels: pulumi.output(["a"]) }, ["a"], ["autoattach:a"]],
    ["are none if it is attached by ID only", { autoattachLabels: [] }, [], undefined],
    ["are none of it if every stack gets it", { autoattachAll: true, labels: ["b"] }, [], ["autoattach:*", "b"]],
    ["come before others", { autoattachLabels: [], labels: pulumi.output(["b"]) }, [], ["b"]],
  ])("%s", async (_, args, stackLabels, labels) => {
    let context: TailnetContext | undefined;
    const registrations = await deploy(() => {
      context = new TailnetContext("tailnet", { name: "tailnet", auth, ...args });
    });
    const made = context as TailnetContext;
    expect(await resolved(made.stackLabels)).toEqual(stackLabels);
    expect(await resolved(made.stackLabel)).toBe(stackLabels[0]);
    expect(only(registrations, CONTEXT).inputs.labels).toEqual(labels);
  });
});

test("has a description, unless another one is given", async () => {
  const descriptionWith = async (args: Partial<TailnetContextArgs>) => {
    const registrations = await deploy(() => new TailnetContext("tailnet", { name: "tailnet", auth, ...args }));
    return only(registrations, CONTEXT).inputs.description;
  };
  expect(await descriptionWith({})).toBe(DEFAULT_DESCRIPTION);
  expect(await descriptionWith({ description: pulumi.output("mine") })).toBe("mine");
});

/** The values of the variables of a context with a login, by name. */
async function variablesWith(login: TailnetContextArgs["auth"], args: Partial<TailnetContextArgs> = {}) {
  const registrations = await deploy(() => {
    new TailnetContext("tailnet", { name: "tailnet", auth: login, ...args });
  });
  const variables = registrations.filter(({ type }) => type === VARIABLE);
  return Object.fromEntries(variables.map(({ inputs }) => [inputs.name, (inputs.value as { value: unknown }).value]));
}

test("has no variables of a login that stacks or other contexts bring", async () => {
  const controlUrl = "http://headscale.test";
  expect(await variablesWith({ external: true })).toEqual({});
  expect(await variablesWith({ external: true }, { controlUrl })).toEqual({ TS_CONTROL_URL: controlUrl });
});

test("has tags in an order of their own, so that reordered tags are no change, also if they are known later", async () => {
  const clientSecret = pulumi.secret("tskey-client-hidden");
  const tagsOf = async (tags: pulumi.Input<pulumi.Input<string>[]>) => {
    return (await variablesWith({ oauthSecret: { clientSecret, tags } })).TS_OAUTH_TAGS;
  };
  expect(await tagsOf(["tag:b", "tag:a"])).toBe("tag:a,tag:b");
  expect(await tagsOf(["tag:a", "tag:b"])).toBe("tag:a,tag:b");
  expect(await tagsOf(["tag:b", pulumi.output("tag:a")])).toBe("tag:a,tag:b");
  expect(await tagsOf(pulumi.output(["tag:b", "tag:a"]))).toBe("tag:a,tag:b");
});

test("gives access to what it created", async () => {
  await deploy(() => {
    const files = [{ path: "a/b", content: "text" }];
    const context = new TailnetContext("tailnet", { name: "tailnet", auth, files });
    expect(context.resource).toBeInstanceOf(pulumi.CustomResource);
    expect(context.variable("TS_AUTHKEY").writeOnly).toBeDefined();
    expect(context.file("a/b").relativePath).toBeDefined();
    expect(() => context.variable("TS_OAUTH_TAGS")).toThrow(
      `TailnetContext 'tailnet': variable must be one of TS_AUTHKEY, but "TS_OAUTH_TAGS" was given`,
    );
  });
});

test("takes every value as an output as well", async () => {
  const given = pulumi.output({ name: "Later", phase: "plan", proxy: "localhost:9", host: "db:5432", yes: true });
  const registrations = await deploy(() => {
    new TailnetContext("tailnet", {
      name: given.name,
      auth,
      phases: [given.phase],
      httpProxy: given.proxy,
      waitFor: pulumi.output([given.host]),
      acceptRoutes: given.yes,
      trace: given.yes,
      exitTrap: given.yes.apply((yes) => !yes),
      labels: pulumi.output(["a"]),
      beforeHooks: [{ phase: "plan", command: pulumi.output("date") }],
    });
  });
  const { inputs } = only(registrations, "spacelift:index/context:Context");
  expect(inputs).toMatchObject({ name: "Later", labels: ["autoattach:later", "a"] });
  const hooks = inputs.beforePlans as string[];
  expect([hooks[0], hooks.at(-1)]).toEqual(["spacetail up --watch $$", "date"]);
  expect(hooks[1]).toContain("HTTP_PROXY=http://localhost:9 ");
  const variables = registrations.filter(({ type }) => type === VARIABLE);
  const values = variables.map(({ inputs: one }) => [one.name, (one.value as { value: string }).value]);
  expect(Object.fromEntries(values)).toEqual({
    TS_AUTHKEY: "tskey-auth-hidden",
    TS_EXTRA_ARGS: "--accept-routes=true",
    TS_OUTBOUND_HTTP_PROXY_LISTEN: "localhost:9",
    TS_WAIT_FOR: "db:5432",
    TRACE: "true",
  });
});

test("takes the outputs of another component as it takes the component", async () => {
  const variablesOf = async (pick: (client: TailnetOAuthClient) => object) => {
    const registrations = await deploy(() => {
      const client = new TailnetOAuthClient("client", { tags: ["tag:a"] });
      new TailnetContext("tailnet", { name: "tailnet", auth: { oauthClient: pick(client) as TailnetOAuthClient } });
    });
    return registrations.filter(({ type }) => type === VARIABLE).map(({ inputs }) => JSON.stringify(inputs));
  };
  const outputs = ({ clientId, clientSecret, tags }: TailnetOAuthClient) => ({ clientId, clientSecret, tags });
  const whole = await variablesOf((client) => client);
  expect(whole).toHaveLength(3);
  expect((await variablesOf(outputs)).sort()).toEqual(whole.sort());
});

test("an identity knows the space that it trusts", async () => {
  let identity: TailnetFederatedIdentity | undefined;
  await deploy(() => {
    identity = new TailnetFederatedIdentity("runs", { account: "acme", tags: ["tag:a"], spaceId: "prod" });
    new TailnetContext("tailnet", { name: "tailnet", spaceId: "prod", auth: { federated: { identity } } });
  });
  expect(await resolved((identity as TailnetFederatedIdentity).spaceId)).toBe("prod");
});

test("a context that cannot reach the plain space of an identity is refused at once", async () => {
  await deploy(() => {
    const identity = new TailnetFederatedIdentity("runs", { account: "acme", tags: ["tag:a"], spaceId: "root" });
    const args = { name: "tailnet", spaceId: "prod", auth: { federated: { identity } } };
    expect(() => new TailnetContext("tailnet", args)).toThrow(
      `TailnetContext 'tailnet': auth.federated.identity.spaceId must be a space that a context in prod can reach, but "root" was given`,
    );
  });
});

test("contexts with the same hooks have lists of their own, which transformations may change", async () => {
  const registrations = await deploy(() => {
    const push: pulumi.ResourceTransformation = ({ props, opts }) => {
      props.beforePlans?.push("date");
      return { props, opts };
    };
    new TailnetContext("changed", { name: "changed", auth, phases: ["plan"] }, { transformations: [push] });
    new TailnetContext("plain", { name: "plain", auth, phases: ["plan"] });
  });
  const contexts = registrations.filter(({ type }) => type === "spacelift:index/context:Context");
  const last = contexts.map(({ name, inputs }) => [name, (inputs.beforePlans as string[]).at(-1)]);
  expect(Object.fromEntries(last)).toEqual({ changed: "date", plain: expect.stringMatching(/^export http_proxy=/) });
});

test("nothing is registered of what is refused", async () => {
  const registrations = await deploy(() => {
    for (const refusal of Object.values(REFUSALS)) expect(refusal({ other: 1 })).not.toBe("");
    expect(REFUSALS.Tailnet({ grants: [{ dst: [] }] })).not.toBe("");
  });
  expect(registrations).toEqual([]);
});
