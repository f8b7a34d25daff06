// SPDX-License-Identifier: Apache-2.0
// What an option may do to the resources that were there before: users have them deployed.
import { type TerraformStack, Testing } from "cdktf";
import {
  spacelift,
  TailnetContext,
  type TailnetContextOptions,
  TailnetFederatedIdentity,
  TailnetOAuthClient,
} from "../../constructs/index.js";
import { type Attributes, newStack, synthesize } from "./manifest.js";

/** Types whose every attribute replaces the resource. */
const REPLACED = ["spacelift_environment_variable", "spacelift_mounted_file", "spacelift_context_attachment"];

/** What is dealt with apart. */
type Apart = "provider" | "dependsOn" | "lifecycle" | "writeOnlyVersion" | keyof typeof FETCHED;

/** Options that need each other. */
const FETCHED = {
  delivery: "fetch",
  fetchUrl: "https://files.test/spacetail",
  fetchSums: { "spacetail-linux-arm64": "a".repeat(64), "tailscaled-linux-arm64": "b".repeat(64) },
};

/** Every option of a context, with a value. */
const OPTIONS: Omit<Required<TailnetContextOptions>, Apart> = {
  spaceId: "root",
  description: "d",
  phases: ["init", "plan"],
  autoattach: "other",
  autoattachLabels: ["other", "more"],
  autoattachAll: true,
  attachments: [{ stackId: "db" }, { stackId: "cache", priority: 2 }],
  outermost: true,
  environment: { B: "b", GREETING: "hello" },
  secretEnvironment: { PASSWORD: "p", Z: "z" },
  files: [
    { path: "other", content: "o" },
    { path: "motd", content: "m" },
  ],
  beforeHooks: [{ phase: "plan", command: "date" }],
  afterHooks: [{ phase: "run", command: "date" }],
  exitTrap: false,
  runnerImage: "registry.test/a",
  runnerRegistry: "registry.test",
  labels: ["b"],
  waitFor: ["db:1"],
  bootTimeout: "5s",
  hostname: "h",
  controlUrl: "https://c.test",
  apiUrl: "https://a.test",
  acceptDns: false,
  acceptRoutes: true,
  exitNode: "e",
  shieldsUp: false,
  ssh: true,
  userspace: "auto",
  httpProxy: "localhost:9",
  socks5Server: "localhost:8",
  allowRemoteClients: true,
  forwards: ["15432:db:5432"],
  noProxy: ["n"],
  proxyVariables: ["ALL_PROXY"],
  capture: "true",
  tailscaledArgs: ["--verbose=1"],
  socket: "/s",
  runtimeDir: "/r",
  trace: true,
};

/** Those of them that can be had together. */
const { autoattachLabels: _labels, autoattachAll: _all, runnerRegistry: _registry, ...TOGETHER } = OPTIONS;

/** Each of some options, or group of them, by name. */
function each(options: object): [string, TailnetContextOptions][] {
  const alone = Object.entries(options).map(([name, value]): [string, TailnetContextOptions] => [
    name,
    { [name]: value },
  ]);
  return [...alone, ["delivery", FETCHED]];
}

const BASE: TailnetContextOptions = {
  environment: { GREETING: "hello" },
  secretEnvironment: { PASSWORD: "p" },
  files: [{ path: "motd", content: "m" }],
};

/** The resources of a program with these options, by address. */
function resourcesWith(options: TailnetContextOptions, extra: (context: TailnetContext) => void = () => {}) {
  const { resource } = synthesize((stack) => {
    const oauthClient = new TailnetOAuthClient(stack, "client", { tags: ["tag:a"] });
    const context = new TailnetContext(stack, "tailnet", { name: "tailnet", auth: { oauthClient }, ...options });
    context.attachTo("web");
    extra(context);
  });
  const all = Object.entries(resource).flatMap(([type, ones]) =>
    Object.entries(ones).map(([id, attributes]): [string, Attributes] => [`${type}.${id}`, attributes]),
  );
  return Object.fromEntries(all);
}

/** What would go, or be replaced, if a program with one result became a program with another. */
function losses(before: Record<string, Attributes>, after: Record<string, Attributes>): string[] {
  return Object.keys(before).filter((address) => {
    if (after[address] === undefined) return true;
    const isReplaced = REPLACED.includes(address.split(".")[0] ?? "");
    return isReplaced && JSON.stringify(after[address]) !== JSON.stringify(before[address]);
  });
}

test.each(each(OPTIONS))("%s replaces nothing when it comes", (_, options) => {
  expect(losses(resourcesWith(BASE), resourcesWith({ ...BASE, ...options }))).toEqual([]);
});

test.each(each(TOGETHER))("%s takes along only what it brought when it goes", (_, options) => {
  const names = Object.keys(options);
  const others = Object.fromEntries(
    Object.entries({ ...TOGETHER, ...FETCHED }).filter(([name]) => !names.includes(name)),
  );
  const bare = Object.keys(resourcesWith({}));
  const brought = Object.keys(resourcesWith(options)).filter((address) => !bare.includes(address));
  const lost = losses(resourcesWith({ ...others, ...options }), resourcesWith(others));
  expect(lost.filter((address) => !brought.includes(address))).toEqual([]);
});

test("the order of properties, variables, files, hooks and attachments changes nothing but the order of hooks", () => {
  const turned = (object: object) => Object.fromEntries(Object.entries(object).reverse());
  const reversed = {
    ...turned(TOGETHER),
    environment: turned(TOGETHER.environment),
    files: [...TOGETHER.files].reverse(),
    attachments: [...TOGETHER.attachments].reverse(),
  };
  const calls: ((context: TailnetContext) => void)[] = [
    (context) => context.attachTo("a"),
    (context) => context.attachTo("b", { priority: 1 }),
    (context) => context.addBeforeHook("apply", "x"),
  ];
  const forwards = resourcesWith(TOGETHER, (context) => {
    for (const call of calls) call(context);
  });
  const backwards = resourcesWith(reversed, (context) => {
    for (const call of [...calls].reverse()) call(context);
  });
  expect(backwards).toEqual(forwards);
});

test("writeOnlyVersion changes given secrets alone, and another one replaces them alone", () => {
  const secret = (resources: Record<string, Attributes>) => (address: string) => {
    const { write_only, name } = resources[address] ?? {};
    // That of a client which the program makes is in the state anyway.
    return write_only === true && name !== "TS_OAUTH_CLIENT_SECRET";
  };
  const [none, one, two] = [BASE, { ...BASE, writeOnlyVersion: "1" }, { ...BASE, writeOnlyVersion: "2" }].map(
    (options) => resourcesWith(options),
  ) as [Record<string, Attributes>, Record<string, Attributes>, Record<string, Attributes>];
  expect(losses(none, one)).toEqual(Object.keys(none).filter(secret(none)));
  expect(losses(one, two)).toEqual(Object.keys(one).filter(secret(one)));
  expect(Object.keys(none).filter(secret(none))).toHaveLength(2);
});

describe("meta-arguments are handed on", () => {
  function contextWith(build: (stack: TerraformStack) => TailnetContextOptions) {
    const stack = newStack();
    const props = { name: "tailnet", auth: { authKey: "k" }, files: [{ path: "a", content: "a" }] };
    const context = new TailnetContext(stack, "tailnet", { ...props, ...build(stack) });
    return { stack, context, attachment: context.attachTo("web") };
  }

  test("the provider to every resource", () => {
    const { stack, context, attachment } = contextWith((stack) => {
      return { provider: new spacelift.SpaceliftProvider(stack, "other", { alias: "other" }) };
    });
    const resources = [context.resource, context.variable("TS_AUTHKEY"), context.file("a"), attachment];
    for (const resource of resources) expect(resource.provider).toBe(stack.node.findChild("other"));
  });

  test("dependencies and lifecycle to the context, which the others refer to", () => {
    const { stack, context, attachment } = contextWith((stack) => ({
      dependsOn: [new TailnetOAuthClient(stack, "client", { tags: ["tag:a"] }).resource],
      lifecycle: { preventDestroy: true },
    }));
    expect(
      JSON.parse(Testing.synth(stack)).resource.spacelift_context[context.resource.friendlyUniqueId],
    ).toMatchObject({
      depends_on: [expect.stringMatching(/^tailscale_oauth_client\.client_/)],
    });
    expect(context.resource.lifecycle).toEqual({ preventDestroy: true });
    for (const resource of [context.variable("TS_AUTHKEY"), context.file("a"), attachment]) {
      expect([resource.dependsOn, resource.lifecycle]).toEqual([undefined, undefined]);
    }
  });

  test("all of them to identities and OAuth clients", () => {
    const manifest = synthesize((stack) => {
      const first = new TailnetOAuthClient(stack, "first", { tags: ["tag:a"] });
      const meta = { dependsOn: [first.resource], lifecycle: { createBeforeDestroy: true } };
      new TailnetOAuthClient(stack, "client", { tags: ["tag:a"], ...meta });
      new TailnetFederatedIdentity(stack, "identity", { account: "acme", tags: ["tag:a"], ...meta });
    });
    for (const type of ["tailscale_oauth_client", "tailscale_federated_identity"]) {
      expect(Object.values(manifest.resource[type] ?? {})).toContainEqual(
        expect.objectContaining({
          depends_on: [expect.stringMatching(/^tailscale_oauth_client\.first_/)],
          lifecycle: { create_before_destroy: true },
        }),
      );
    }
  });
});
