// SPDX-License-Identifier: Apache-2.0
import * as pulumi from "@pulumi/pulumi";
import { TailnetContext, TailnetFederatedIdentity, TailnetOAuthClient } from "../../pulumi/index.js";
import { deploy, only, resolved } from "./deploy.js";

const VARIABLE = "spacelift:index/environmentVariable:EnvironmentVariable";
const auth = { authKey: "tskey-auth-hidden" };

test("tells the id of the context, the label of stacks, the phases and the image", async () => {
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

test("has no label of its own when every stack gets it", async () => {
  let context: TailnetContext | undefined;
  const registrations = await deploy(() => {
    context = new TailnetContext("tailnet", { name: "tailnet", auth, autoattachAll: true, labels: ["a"] });
  });
  expect(await resolved((context as TailnetContext).stackLabel)).toBeUndefined();
  const { inputs } = only(registrations, "spacelift:index/context:Context");
  expect(inputs).toMatchObject({ labels: ["autoattach:*", "a"] });
});

test("hands out what it made", async () => {
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
  const [first, second, third, fourth] = inputs.beforePlans as string[];
  expect([first, fourth]).toEqual(["spacetail up --watch $$", "date"]);
  expect(second).toContain("HTTP_PROXY=http://localhost:9 ");
  expect(third).toContain("http_proxy=http://localhost:9 ");
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

test("takes what another component tells as it takes the component", async () => {
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

test("an identity tells at once what it was given in plain, so that a context out of its reach is refused at once", async () => {
  await deploy(() => {
    const identity = new TailnetFederatedIdentity("runs", { account: "acme", tags: ["tag:a"], spaceId: "root" });
    const args = { name: "tailnet", spaceId: "prod", auth: { federated: { identity } } };
    expect(() => new TailnetContext("tailnet", args)).toThrow(
      `TailnetContext 'tailnet': auth.federated.identity.spaceId must be within reach of a context in prod, but "root" was given`,
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
  const lengths = contexts.map(({ name, inputs }) => [name, (inputs.beforePlans as string[]).length]);
  expect(Object.fromEntries(lengths)).toEqual({ changed: 5, plain: 4 });
});
