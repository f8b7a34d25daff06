// SPDX-License-Identifier: Apache-2.0
import { TerraformLocal, type TerraformStack, TerraformVariable } from "cdktf";
import { Construct } from "constructs";
import { TailnetContext, TailnetFederatedIdentity, TailnetOAuthClient } from "../../constructs/index.js";
import { GOOD } from "../mistakes.js";
import { contextError, message, messageOf } from "./refusals.js";

describe("what everyone can read", () => {
  test("may hold a secret if nobody can read it back", () => {
    const hidden = "tskey-auth-hidden";
    const secrets = { secretEnvironment: { A: hidden }, files: [{ path: "a", content: hidden }] };
    expect(contextError(secrets)).toBe("");
    expect(contextError({ environment: { A: "my tskey- prefix" } })).toBe("");
  });

  const sensitive = "must not be a sensitive value, because everyone who can see the context can read it";
  test.each<[string, (stack: TerraformStack) => string, boolean]>([
    ["a client's secret", (s) => new TailnetOAuthClient(s, "client", { tags: ["tag:a"] }).clientSecret, true],
    ["a client's id", (s) => new TailnetOAuthClient(s, "client", { tags: ["tag:a"] }).clientId, false],
    [
      "a sensitive variable",
      (s) => new TerraformVariable(s, "v", { type: "string", sensitive: true }).stringValue,
      true,
    ],
    [
      "a sensitive variable of a construct below",
      (s) => new TerraformVariable(new Construct(s, "below"), "v", { type: "string", sensitive: true }).stringValue,
      true,
    ],
    [
      "a local value that holds a sensitive variable",
      (s) => {
        const variable = new TerraformVariable(s, "v", { type: "string", sensitive: true });
        return new TerraformLocal(s, "l", `a-${variable.stringValue}`).asString;
      },
      true,
    ],
    ["another local value", (s) => new TerraformLocal(s, "l", "text").asString, false],
    ["another variable", (s) => new TerraformVariable(s, "v", { type: "string" }).stringValue, false],
  ])("must not be a sensitive value, as far as that can be known: %s", (_, token, isSensitive) => {
    const said = messageOf((stack) => {
      const environment = { A: `value ${token(stack)}` };
      new TailnetContext(stack, "it", { ...GOOD, environment });
    });
    const problem = `environment.A ${sensitive}: use secretEnvironment or auth`;
    expect(said).toBe(isSensitive ? message("TailnetContext", [problem]) : "");
  });

  test.each<[string, (value: string) => object]>([
    ["description", (description) => ({ description })],
    ["exitNode", (exitNode) => ({ exitNode })],
    ["labels[1]", (label) => ({ labels: ["a", label] })],
    ["autoattachLabels[0]", (label) => ({ autoattachLabels: [label] })],
    ["beforeHooks[0].command", (command) => ({ beforeHooks: [{ phase: "plan", command }] })],
    ["files[0].content", (content) => ({ files: [{ path: "a", content, secret: false }] })],
    ["auth.oauthSecret.clientId", (clientId) => ({ auth: { oauthSecret: { clientId, clientSecret: "s" } } })],
  ])("must not be a sensitive value: %s", (property, options) => {
    const said = messageOf((stack) => {
      const { clientSecret } = new TailnetOAuthClient(stack, "client", { tags: ["tag:a"] });
      new TailnetContext(stack, "it", { ...GOOD, ...options(clientSecret) });
    });
    expect(said).toBe(message("TailnetContext", [`${property} ${sensitive}`]));
  });

  test("must not be a sensitive value in the command of a method", () => {
    const said = messageOf((stack) => {
      const { clientSecret } = new TailnetOAuthClient(stack, "client", { tags: ["tag:a"] });
      new TailnetContext(stack, "it", GOOD).addBeforeHook("plan", `curl -u ${clientSecret}: api.test`);
    });
    expect(said).toBe(message("TailnetContext", [`command ${sensitive}`]));
  });

  test("must not be a token for a whole list that is sensitive", () => {
    const said = messageOf((stack) => {
      const noProxy = new TerraformVariable(stack, "v", { type: "list(string)", sensitive: true }).listValue;
      new TailnetContext(stack, "it", { ...GOOD, noProxy });
    });
    expect(said).toBe(message("TailnetContext", [`noProxy ${sensitive}`]));
  });
});

describe("spaces", () => {
  const trusting = (spaceId: string) => ({ federated: { identity: { clientId: "k1", spaceId } } });
  test.each<[string | undefined, string]>([
    ["root", "root"],
    ["root", "prod-01JS"],
    ["prod-01JS", "prod-eu-01JS"],
    ["prod-01JS", "*"],
    [undefined, "root"],
  ])("a context in %s can reach runs in %s, or may", (spaceId, runs) => {
    expect(contextError({ spaceId, auth: trusting(runs) })).toBe("");
  });

  test("an identity of the same program brings its space along", () => {
    const said = messageOf((stack) => {
      const props = { account: "acme", tags: ["tag:a"], spaceId: "root" };
      const identity = new TailnetFederatedIdentity(stack, "identity", props);
      new TailnetContext(stack, "it", { name: "tailnet", spaceId: "prod", auth: { federated: { identity } } });
    });
    expect(said).toBe(
      message("TailnetContext", [
        'auth.federated.identity.spaceId must be a space that a context in prod can reach, but "root" was given',
      ]),
    );
  });

  test("a stack out of reach is not attached", () => {
    const said = messageOf((stack) => {
      new TailnetContext(stack, "it", { ...GOOD, spaceId: "prod" }).attachTo("web", { spaceId: "root" });
    });
    expect(said).toBe(
      message("TailnetContext", ['spaceId must be a space that a context in prod can reach, but "root" was given']),
    );
  });
});
