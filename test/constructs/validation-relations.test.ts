// SPDX-License-Identifier: Apache-2.0
import { TerraformLocal, type TerraformStack, TerraformVariable } from "cdktf";
import { Construct } from "constructs";
import {
  TailnetContext,
  type TailnetContextProps,
  TailnetFederatedIdentity,
  TailnetOAuthClient,
} from "../../constructs/index.js";
import { contextError, type Loose, messageOf } from "./refusals.js";

describe("TailnetContext, what everybody can read", () => {
  const hidden = "tskey-auth-hidden";
  const rule = "must not hold a secret of Tailscale: everybody who sees the context can read it";
  const federated = { identity: { clientId: hidden } };
  test.each<[string, Loose<TailnetContextProps>, string]>([
    ["a variable", { environment: { A: `key=${hidden}` } }, `environment.A ${rule}, so use secretEnvironment or auth`],
    ["a file", { files: [{ path: "a", content: hidden, secret: false }] }, `files.content of a ${rule}`],
    [
      "a client id",
      { auth: { oauthSecret: { clientId: hidden, clientSecret: "s" } } },
      `auth.oauthSecret.clientId ${rule}`,
    ],
    ["an identity", { auth: { federated } }, `auth.federated.identity.clientId ${rule}`],
  ])("must not hold a secret: %s", (_, props, problem) => {
    expect(contextError(props)).toBe(`TailnetContext 'app/tailnet': ${problem}`);
  });

  test.each<Loose<TailnetContextProps>>([
    { name: hidden },
    { description: hidden },
    { autoattach: hidden },
    { labels: [hidden] },
    { hostname: hidden },
    { exitNode: hidden },
    { waitFor: [`${hidden}:80`] },
    { noProxy: [hidden] },
    { tailscaledArgs: [`--authkey=${hidden}`] },
    { socket: `/tmp/${hidden}` },
  ])("must not hold a secret, nor is it quoted: %j", (props) => {
    expect(contextError(props)).toBe(`TailnetContext 'app/tailnet': ${Object.keys(props)[0]} ${rule}`);
  });

  test.each<[Loose<TailnetContextProps>, string]>([
    [{ bootTimeout: hidden }, 'must be a duration above zero such as 60s or 1m30s, but "[secret]" was given'],
    [{ controlUrl: `https://${hidden}/a` }, 'of a server, without a path, but "https://[secret]/a" was given'],
    [{ environment: { [hidden]: "x" } }, 'do not begin with a digit, but "[secret]" was given'],
  ])("is not quoted where it is wrong for another reason: %j", (props, end) => {
    expect(contextError(props).endsWith(end)).toBe(true);
  });

  test("may hold one if nobody can read it back", () => {
    const secrets = { secretEnvironment: { A: hidden }, files: [{ path: "a", content: hidden }] };
    expect(contextError(secrets)).toBe("");
    expect(contextError({ environment: { A: "my tskey- prefix" } })).toBe("");
  });

  test("must not hold one in a hook", () => {
    const message = messageOf((stack) => {
      const context = new TailnetContext(stack, "tailnet", { name: "tailnet", auth: { authKey: "key" } });
      context.addBeforeHook("plan", `curl -u ${hidden}: api.test`);
    });
    expect(message).toBe(`TailnetContext 'app/tailnet': command ${rule}`);
  });

  const sensitive = "environment.A must not hold a sensitive value: everybody who sees the context can read it";
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
  ])("must not hold a sensitive value where that can be told: %s", (_, token, isSensitive) => {
    const message = messageOf((stack) => {
      const environment = { A: `value ${token(stack)}` };
      new TailnetContext(stack, "tailnet", { name: "tailnet", auth: { authKey: "key" }, environment });
    });
    const problem = `TailnetContext 'app/tailnet': ${sensitive}, so use secretEnvironment or auth`;
    expect(message).toBe(isSensitive ? problem : "");
  });

  test.each(["description", "exitNode"])("must not hold a sensitive value: %s", (property) => {
    const message = messageOf((stack) => {
      const { clientSecret } = new TailnetOAuthClient(stack, "client", { tags: ["tag:a"] });
      const good = { name: "tailnet", auth: { authKey: "key" } };
      new TailnetContext(stack, "tailnet", { ...good, [property]: clientSecret });
    });
    expect(message).toBe(`TailnetContext 'app/tailnet': ${sensitive.split("environment.A").join(property)}`);
  });

  test("must not hold a token for a whole list that is sensitive", () => {
    const message = messageOf((stack) => {
      const noProxy = new TerraformVariable(stack, "v", { type: "list(string)", sensitive: true }).listValue;
      new TailnetContext(stack, "tailnet", { name: "tailnet", auth: { authKey: "key" }, noProxy });
    });
    expect(message).toBe(`TailnetContext 'app/tailnet': ${sensitive.split("environment.A").join("noProxy")}`);
  });
});

describe("TailnetContext, spaces", () => {
  const trusting = (spaceId: string) => ({ federated: { identity: { clientId: "k1", spaceId } } });
  test.each<[string | undefined, string, string]>([
    ["prod-01JS", "root", "must be within reach of a context in prod-01JS"],
    ["prod-01JS", "", "must not be empty"],
    ["root", "root", ""],
    ["root", "prod-01JS", ""],
    ["prod-01JS", "prod-eu-01JS", ""],
    ["prod-01JS", "*", ""],
    [undefined, "root", ""],
  ])("a context in %s and an identity for runs in %s: %s", (spaceId, runs, rule) => {
    const problem = `TailnetContext 'app/tailnet': auth.federated.identity.spaceId ${rule}, but ${JSON.stringify(runs)} was given`;
    expect(contextError({ spaceId, auth: trusting(runs) })).toBe(rule === "" ? "" : problem);
  });

  test("an identity of the same program brings its space along", () => {
    const message = messageOf((stack) => {
      const props = { account: "acme", tags: ["tag:a"], spaceId: "root" };
      const identity = new TailnetFederatedIdentity(stack, "identity", props);
      new TailnetContext(stack, "tailnet", { name: "tailnet", spaceId: "prod", auth: { federated: { identity } } });
    });
    expect(message).toContain("auth.federated.identity.spaceId must be within reach of a context in prod");
  });

  test("a stack out of reach is not attached", () => {
    const message = messageOf((stack) => {
      const props = { name: "tailnet", spaceId: "prod", auth: { authKey: "key" } };
      new TailnetContext(stack, "tailnet", props).attachTo("web", { spaceId: "root" });
    });
    expect(message).toBe(
      `TailnetContext 'app/tailnet': spaceId must be within reach of a context in prod, but "root" was given`,
    );
  });
});
