// SPDX-License-Identifier: Apache-2.0
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Terraform's references are written like that
import { TerraformStack, TerraformVariable, Testing } from "cdktf";
import { TailnetContext, type TailnetContextProps, TailnetFederatedIdentity } from "../../constructs/index.js";
import { DEFAULT_DESCRIPTION, hookLists, runnerImageIn } from "../../contract/index.js";
import { type Attributes, expressionOf, newOAuthClient, newStack, only, synthesize, variables } from "./manifest.js";

/** The synthesized context of a program that gives an auth key besides the properties in question. */
function contextWith(props: Partial<TailnetContextProps>): Attributes {
  return only(manifestWith(props), "spacelift_context");
}

function variablesWith(props: Partial<TailnetContextProps>) {
  return variables(manifestWith(props));
}

function manifestWith(props: Partial<TailnetContextProps>) {
  return synthesize((stack) => {
    new TailnetContext(stack, "tailnet", { name: "tailnet", auth: { authKey: "key" }, ...props });
  });
}

describe("the context", () => {
  test("has a name, a description and the label that attaches it, and no attribute that nobody asked for", () => {
    const hooks = Object.keys(
      hookLists({ phases: ["plan", "apply", "perform", "destroy"], httpProxy: "", exitTrap: true }),
    );
    expect(Object.keys(contextWith({})).sort()).toEqual(["description", "labels", "name", ...hooks].sort());
    const description = DEFAULT_DESCRIPTION;
    expect(contextWith({})).toMatchObject({ name: "tailnet", description, labels: ["autoattach:tailnet"] });
  });

  test("takes description and space", () => {
    expect(contextWith({ description: "two\nlines", spaceId: "root" })).toMatchObject({
      description: "two\nlines",
      space_id: "root",
    });
  });

  test("has more labels if asked for", () => {
    expect(contextWith({ labels: ["team:a", "b"] }).labels).toEqual(["autoattach:tailnet", "team:a", "b"]);
  });

  test("covers the chosen phases, in whatever order they were named", () => {
    const hooks = (props: Partial<TailnetContextProps>) =>
      Object.keys(contextWith(props)).filter((name) => /^(before|after)_/.test(name));
    expect(hooks({ phases: ["apply", "init"] })).toEqual(["after_apply", "after_init", "before_apply", "before_init"]);
    expect(hooks({ phases: ["init", "apply"] })).toEqual(hooks({ phases: ["apply", "init"] }));
  });

  test("can leave the EXIT trap to others", () => {
    const { before_plan, after_plan } = contextWith({ exitTrap: false });
    expect(before_plan).not.toContain("trap 'spacetail down' EXIT");
    expect(after_plan).toContain("spacetail down");
  });
});

test("a context that is to be outermost sorts last by name; its label stays the same", () => {
  expect(contextWith({ name: "Tailnet", outermost: true })).toMatchObject({
    name: "zzzzz-Tailnet",
    labels: ["autoattach:tailnet"],
  });
});

describe("writeOnlyVersion keeps secrets out of the state", () => {
  const secrets = { auth: { authKey: "k" }, secretEnvironment: { A: "a" }, environment: { B: "b" } };
  const files = [
    { path: "secret", content: "s" },
    { path: "readable", content: "r", secret: false },
  ];
  const manifest = manifestWith({ ...secrets, files, writeOnlyVersion: "2" });
  const attributesOf = (type: string, key: string) => {
    const all = Object.values(manifest.resource[type] ?? {});
    return Object.fromEntries(all.map(({ context_id, [key]: name, ...others }) => [String(name), others]));
  };

  test("of variables", () => {
    expect(attributesOf("spacelift_environment_variable", "name")).toEqual({
      TS_AUTHKEY: { value_wo: "k", value_wo_version: "2", write_only: true },
      A: { value_wo: "a", value_wo_version: "2", write_only: true },
      B: { value: "b", write_only: false },
    });
  });

  test("but for that of a client which the same program makes: Terraform would not see that it changes", () => {
    const stack = newStack();
    const oauthClient = newOAuthClient(stack);
    const context = new TailnetContext(stack, "tailnet", { name: "t", auth: { oauthClient }, writeOnlyVersion: "1" });
    const { valueInput, valueWoInput } = context.variable("TS_OAUTH_CLIENT_SECRET");
    expect({ valueInput, valueWoInput }).toEqual({ valueInput: oauthClient.clientSecret, valueWoInput: undefined });
  });

  test("of files", () => {
    expect(attributesOf("spacelift_mounted_file", "relative_path")).toEqual({
      secret: { content_wo: "cw==", content_wo_version: "2", write_only: true },
      readable: { content: "cg==", write_only: false },
    });
  });
});

describe("the labels that give a stack the context", () => {
  test.each<[string, Partial<TailnetContextProps>, string[], string[] | undefined]>([
    [
      "are one that is derived from the name",
      { name: "Tailnet (prod)" },
      ["tailnet-prod"],
      ["autoattach:tailnet-prod"],
    ],
    ["are one that is chosen", { autoattach: "runtime:tailnet" }, ["runtime:tailnet"], ["autoattach:runtime:tailnet"]],
    ["are several", { autoattachLabels: ["a", "b"] }, ["a", "b"], ["autoattach:a", "autoattach:b"]],
    ["are none if it is attached by ID only", { autoattachLabels: [] }, [], undefined],
    ["are none if every stack gets the context", { autoattachAll: true }, [], ["autoattach:*"]],
    ["are chosen if autoattachAll is false", { autoattach: "a", autoattachAll: false }, ["a"], ["autoattach:a"]],
  ])("%s", (_, props, stackLabels, labels) => {
    const context = new TailnetContext(newStack(), "tailnet", { name: "t", auth: { authKey: "k" }, ...props });
    expect(context.stackLabels).toEqual(stackLabels);
    expect(context.stackLabel).toBe(stackLabels[0]);
    expect(contextWith(props).labels).toEqual(labels);
  });

  test("come before labels to find the context by", () => {
    expect(contextWith({ autoattachLabels: ["a"], labels: ["team:a"] }).labels).toEqual(["autoattach:a", "team:a"]);
    expect(contextWith({ autoattachLabels: [], labels: ["team:a"] }).labels).toEqual(["team:a"]);
  });

  test("may hold tokens, and make up for a name that is a token", () => {
    const manifest = synthesize((stack) => {
      const text = new TerraformVariable(stack, "text", { type: "string" }).stringValue;
      const auth = { authKey: "k" };
      new TailnetContext(stack, "tailnet", { name: text, auth, autoattachLabels: ["a", `b-${text}`] });
    });
    expect(only(manifest, "spacelift_context").labels).toEqual(["autoattach:a", "autoattach:b-${var.text}"]);
  });

  test("of a context attached by ID only do not need a name with letters", () => {
    expect(contextWith({ name: "日本", autoattachLabels: [] })).toMatchObject({ name: "日本" });
  });
});

describe("auth becomes variables, the secret a secret one", () => {
  test("an OAuth client of the same program", () => {
    const manifest = synthesize((stack) => {
      new TailnetContext(stack, "tailnet", { name: "tailnet", auth: { oauthClient: newOAuthClient(stack) } });
    });
    const [client] = Object.keys(manifest.resource.tailscale_oauth_client ?? {});
    expect(variables(manifest)).toEqual({
      TS_OAUTH_CLIENT_ID: { value: `\${tailscale_oauth_client.${client}.id}`, secret: false },
      TS_OAUTH_CLIENT_SECRET: { value: `\${tailscale_oauth_client.${client}.key}`, secret: true },
      TS_OAUTH_TAGS: { value: "tag:spacelift", secret: false },
    });
  });

  test("an OAuth client that exists already", () => {
    const oauthSecret = { clientId: "k1", clientSecret: "s", tags: ["tag:a", "tag:b"] };
    expect(variablesWith({ auth: { oauthSecret } })).toEqual({
      TS_OAUTH_CLIENT_ID: { value: "k1", secret: false },
      TS_OAUTH_CLIENT_SECRET: { value: "s", secret: true },
      TS_OAUTH_TAGS: { value: "tag:a,tag:b", secret: false },
    });
  });

  test("its secret alone, where the executable's defaults do for the rest", () => {
    expect(variablesWith({ auth: { oauthSecret: { clientSecret: "s" } } })).toEqual({
      TS_OAUTH_CLIENT_SECRET: { value: "s", secret: true },
    });
  });

  test("an auth key", () => {
    expect(variablesWith({ auth: { authKey: "tskey-auth-x" } })).toEqual({
      TS_AUTHKEY: { value: "tskey-auth-x", secret: true },
    });
  });

  test("none if stacks or other contexts bring the login, and then the control server needs no API", () => {
    const controlUrl = "http://headscale.test";
    expect(variablesWith({ auth: { external: true } })).toEqual({});
    expect(variablesWith({ auth: { external: true }, controlUrl })).toEqual({
      TS_CONTROL_URL: { value: controlUrl, secret: false },
    });
  });

  test("tags in an order of their own, so that reordered tags are no change", () => {
    const tagsOf = (tags: string[]) => {
      return variablesWith({ auth: { oauthSecret: { clientSecret: "s", tags } } }).TS_OAUTH_TAGS?.value;
    };
    expect(tagsOf(["tag:b", "tag:c", "tag:a"])).toBe("tag:a,tag:b,tag:c");
    expect(tagsOf(["tag:a", "tag:b", "tag:c"])).toBe("tag:a,tag:b,tag:c");
  });

  test("tags of which only Terraform knows one keep their order", () => {
    const manifest = synthesize((stack) => {
      const tag = new TerraformVariable(stack, "tag", { type: "string" }).stringValue;
      const oauthSecret = { clientSecret: "s", tags: ["tag:b", tag, "tag:a"] };
      new TailnetContext(stack, "tailnet", { name: "tailnet", auth: { oauthSecret } });
    });
    expect(variables(manifest).TS_OAUTH_TAGS?.value).toBe("tag:b,${var.tag},tag:a");
  });

  test("federated identities of the same program: one for all phases", () => {
    const manifest = synthesize((stack) => {
      const identity = new TailnetFederatedIdentity(stack, "identity", { account: "acme", tags: ["tag:a", "tag:b"] });
      new TailnetContext(stack, "tailnet", { name: "tailnet", auth: { federated: { identity } } });
    });
    const [id] = Object.keys(manifest.resource.tailscale_federated_identity ?? {});
    expect(variables(manifest)).toEqual({
      TS_CLIENT_ID: { value: `\${tailscale_federated_identity.${id}.id}`, secret: false },
      TS_OAUTH_TAGS: { value: "tag:a,tag:b", secret: false },
    });
  });

  test("a pair of federated identities that exist already: one for applying, one for all else", () => {
    const read = { clientId: "k1", tags: ["tag:plan"] };
    const write = { clientId: "k2", tags: ["tag:apply"] };
    expect(variablesWith({ auth: { federated: { read, write } } })).toEqual({
      ro_TS_CLIENT_ID: { value: "k1", secret: false },
      ro_TS_OAUTH_TAGS: { value: "tag:plan", secret: false },
      wo_TS_CLIENT_ID: { value: "k2", secret: false },
      wo_TS_OAUTH_TAGS: { value: "tag:apply", secret: false },
    });
  });

  test("a run's token that is elsewhere than usual, as a secret", () => {
    const federated = { identity: { clientId: "k1" }, idToken: "file:/run/token" };
    expect(variablesWith({ auth: { federated } })).toEqual({
      TS_CLIENT_ID: { value: "k1", secret: false },
      TS_ID_TOKEN: { value: "file:/run/token", secret: true },
    });
  });
});

describe("other variables", () => {
  test("are the user's own, readable, as they were given", () => {
    expect(variablesWith({ environment: { GREETING: "hello", MY_VALUE: "" } })).toMatchObject({
      GREETING: { value: "hello", secret: false },
      MY_VALUE: { value: "", secret: false },
    });
  });

  test("are secret when the user says so", () => {
    expect(variablesWith({ secretEnvironment: { PASSWORD: "p" } })).toMatchObject({
      PASSWORD: { value: "p", secret: true },
    });
  });

  test("belong to the context and say nothing that a change would replace them for", () => {
    const manifest = manifestWith({ environment: { A: "1" } });
    const [id] = Object.keys(manifest.resource.spacelift_context ?? {});
    for (const variable of Object.values(manifest.resource.spacelift_environment_variable ?? {})) {
      expect(Object.keys(variable)).toEqual(["context_id", "name", "value", "write_only"]);
      expect(variable.context_id).toBe(`\${spacelift_context.${id}.id}`);
    }
  });

  test("keep their logical ids when others come, go or change places", () => {
    const ids = (environment: Record<string, string>) =>
      Object.keys(manifestWith({ environment }).resource.spacelift_environment_variable ?? {});
    expect(ids({ C: "3", A: "1", B: "2" }).sort()).toEqual(ids({ A: "1", B: "2", C: "3" }).sort());
    expect(ids({ A: "1", B: "2" })).toEqual(expect.arrayContaining(ids({ B: "2" })));
  });
});

describe("what the construct made is within reach", () => {
  test("the context, its id, its phases and the image for its stacks", () => {
    const stack = newStack();
    const context = new TailnetContext(stack, "tailnet", {
      name: "tailnet",
      auth: { authKey: "k" },
      phases: ["apply", "plan"],
      runnerImage: "registry.test/runner:1",
    });
    expect(expressionOf(stack, context.contextId)).toBe(
      `\${spacelift_context.${context.resource.friendlyUniqueId}.id}`,
    );
    expect(context.phases).toEqual(["plan", "apply"]);
    expect(context.runnerImage).toBe("registry.test/runner:1");
  });

  test("the image of this version, for those who say where it was pushed", () => {
    const props = { name: "t", auth: { authKey: "k" }, runnerRegistry: "registry.test/acme" };
    const context = new TailnetContext(newStack(), "tailnet", props);
    expect(context.runnerImage).toBe(runnerImageIn("registry.test/acme"));
  });

  test("each variable by its name", () => {
    const context = new TailnetContext(newStack(), "tailnet", {
      name: "t",
      auth: { authKey: "k" },
      environment: { A: "1" },
    });
    expect(context.variable("A").node.path).toBe("app/tailnet/A");
    expect(context.variable("TS_AUTHKEY").writeOnlyInput).toBe(true);
    expect(() => context.variable("B")).toThrow(
      `TailnetContext 'app/tailnet': variable must be one of TS_AUTHKEY, A, but "B" was given`,
    );
  });

  test("raw resources can be changed", () => {
    const manifest = synthesize((stack) => {
      const context = new TailnetContext(stack, "tailnet", { name: "tailnet", auth: { authKey: "k" } });
      context.resource.afterRun = ["true"];
      context.variable("TS_AUTHKEY").description = "by hand";
    });
    expect(only(manifest, "spacelift_context").after_run).toEqual(["true"]);
    expect(only(manifest, "spacelift_environment_variable").description).toBe("by hand");
  });
});

test("tokens pass every rule and arrive as references", () => {
  const manifest = synthesize((stack) => {
    const text = new TerraformVariable(stack, "text", { type: "string" });
    const list = new TerraformVariable(stack, "list", { type: "list(string)" });
    new TailnetContext(stack, "tailnet", {
      name: `tailnet ${text.stringValue}`,
      description: text.stringValue,
      spaceId: text.stringValue,
      auth: { oauthSecret: { clientId: text.stringValue, clientSecret: text.stringValue, tags: list.listValue } },
      autoattach: text.stringValue,
      environment: { MIXED: `a ${text.stringValue} b` },
      secretEnvironment: { SECRET: text.stringValue },
      httpProxy: text.stringValue,
      labels: [text.stringValue],
      runnerImage: text.stringValue,
    });
  });
  expect(only(manifest, "spacelift_context")).toMatchObject({
    name: "tailnet ${var.text}",
    description: "${var.text}",
    space_id: "${var.text}",
    labels: ["autoattach:${var.text}", "${var.text}"],
  });
  expect(JSON.stringify(only(manifest, "spacelift_context").before_plan)).toContain("HTTP_PROXY=http://${var.text} ");
  expect(variables(manifest)).toEqual({
    TS_OAUTH_CLIENT_ID: { value: "${var.text}", secret: false },
    TS_OAUTH_CLIENT_SECRET: { value: "${var.text}", secret: true },
    TS_OAUTH_TAGS: { value: '${join(",", var.list)}', secret: false },
    TS_OUTBOUND_HTTP_PROXY_LISTEN: { value: "${var.text}", secret: false },
    MIXED: { value: "a ${var.text} b", secret: false },
    SECRET: { value: "${var.text}", secret: true },
  });
});

test("providers come from the program: the constructs make none", () => {
  const stack = new TerraformStack(Testing.app(), "app");
  new TailnetContext(stack, "tailnet", { name: "tailnet", auth: { oauthClient: newOAuthClient(stack) } });
  expect(JSON.parse(Testing.synth(stack))).not.toHaveProperty("provider");
});

test("programs are held to a range of provider versions, not to one version", () => {
  expect(manifestWith({}).terraform.required_providers).toEqual({
    spacelift: { source: "spacelift-io/spacelift", version: "~> 1.20" },
    tailscale: { source: "tailscale/tailscale", version: "~> 0.29" },
  });
});
