// SPDX-License-Identifier: Apache-2.0
import { spacelift, Tailnet, type TailnetProps, tailscale } from "../../constructs/index.js";
import { matchesPattern } from "../../contract/index.js";
import { type Manifest, newStack, only, synthesize, variables } from "./manifest.js";

function manifestWith(props?: TailnetProps): Manifest {
  return synthesize((stack) => new Tailnet(stack, "tailnet", props));
}

/** Logical ids, by type. */
function idsOf({ resource }: Manifest): string[] {
  return Object.entries(resource).flatMap(([type, all]) => Object.keys(all).map((id) => `${type}.${id}`));
}

test("with nothing said: an OAuth client, and a context for the label tailnet", () => {
  const manifest = manifestWith();
  expect(only(manifest, "tailscale_oauth_client").tags).toEqual(["tag:spacelift"]);
  expect(only(manifest, "spacelift_context")).toMatchObject({ name: "tailnet", labels: ["autoattach:tailnet"] });
  expect(Object.keys(variables(manifest))).toEqual(["TS_OAUTH_CLIENT_ID", "TS_OAUTH_CLIENT_SECRET", "TS_OAUTH_TAGS"]);
});

test("with an account: a federated identity, and no secret anywhere", () => {
  const manifest = manifestWith({ account: "acme", trust: { spaceId: "prod-*" } });
  expect(only(manifest, "tailscale_federated_identity")).toMatchObject({
    audience: "acme.app.spacelift.io",
    subject: "space:prod-*:*:*:run_type:*:scope:*",
    tags: ["tag:spacelift"],
  });
  expect(manifest.resource).not.toHaveProperty("tailscale_oauth_client");
  expect(Object.values(variables(manifest)).some(({ secret }) => secret === true)).toBe(false);
});

test("with other tags for applying: a pair of identities, of which only a run that may write gets the second", () => {
  const manifest = manifestWith({ account: "acme", tags: ["tag:plan"], applyTags: ["tag:apply"] });
  const identities = Object.values(manifest.resource.tailscale_federated_identity ?? {});
  expect(identities.map(({ tags, subject }) => [tags, subject])).toEqual(
    expect.arrayContaining([
      [["tag:plan"], "space:*:*:*:run_type:*:scope:*"],
      [["tag:apply"], "space:*:stack:*:run_type:*:scope:write"],
    ]),
  );
  expect(variables(manifest)).toMatchObject({
    ro_TS_OAUTH_TAGS: { value: "tag:plan", secret: false },
    wo_TS_OAUTH_TAGS: { value: "tag:apply", secret: false },
  });
});

test("the tags for applying are out of reach of pull requests: those of modules, too, whose tests may write", () => {
  const props = { account: "acme", applyTags: ["tag:apply"] };
  const trusts = (trust: TailnetProps["trust"], sub: string, callerType: string) => {
    const tailnet = new Tailnet(newStack(), "tailnet", { ...props, ...(trust === undefined ? {} : { trust }) });
    const { subjectInput, customClaimRulesInput } = tailnet.applyIdentity?.resource ?? {};
    const subject = matchesPattern(subjectInput ?? "", sub);
    return subject && matchesPattern(customClaimRulesInput?.callerType ?? "", callerType);
  };
  const stack = (scope: string) => `space:root:stack:web:run_type:TRACKED:scope:${scope}`;
  const test = "space:root:module:net:run_type:TESTING:scope:write";
  expect([trusts(undefined, stack("write"), "stack"), trusts(undefined, stack("read"), "stack")]).toEqual([
    true,
    false,
  ]);
  expect(trusts(undefined, test, "module")).toBe(false);
  expect(trusts({ spaceId: "root" }, test, "module")).toBe(false);
  // An account with a subject template of its own: the claims say it again.
  expect(trusts({ subject: "*:scope:write" }, test, "module")).toBe(false);
  expect(trusts({ module: "net" }, test, "module")).toBe(true);
});

test("other tags for applying come and go without replacing the identity that was there", () => {
  const before = idsOf(manifestWith({ account: "acme" })).filter((id) => id.startsWith("tailscale_"));
  const after = idsOf(manifestWith({ account: "acme", applyTags: ["tag:apply"] }));
  expect(before).toHaveLength(1);
  expect(after).toEqual(expect.arrayContaining(before));
});

test("a login that no run of a phase can use is refused", () => {
  const trust = { scope: "read" } as const;
  expect(() => manifestWith({ account: "acme", trust })).toThrow(
    "phases must not include apply, perform, destroy, where no run has a token that trust allows",
  );
  expect(manifestWith({ account: "acme", trust, phases: ["plan"] }).resource).toHaveProperty("spacelift_context");
});

test("everything that a context takes is handed on", () => {
  const manifest = manifestWith({ name: "net", phases: ["init"], waitFor: ["db:5432"], labels: ["team:a"] });
  expect(only(manifest, "spacelift_context")).toMatchObject({ name: "net", labels: ["autoattach:net", "team:a"] });
  expect(only(manifest, "spacelift_context")).not.toHaveProperty("before_plan");
  expect(variables(manifest).TS_WAIT_FOR?.value).toBe("db:5432");
});

test("what it made is within reach", () => {
  const props = { account: "acme", applyTags: ["tag:apply"], runnerImage: "registry.test/runner:1" };
  const tailnet = new Tailnet(newStack(), "tailnet", { ...props, grants: [{ dst: ["tag:db"] }] });
  expect(tailnet.context.node.path).toBe("app/tailnet/context");
  expect(tailnet.identity?.resource.subjectInput).toBe("space:*:*:*:run_type:*:scope:*");
  expect(tailnet.applyIdentity?.tags).toEqual(["tag:apply"]);
  expect(tailnet.oauthClient).toBeUndefined();
  expect(tailnet.policy.grants).toEqual([{ src: ["tag:spacelift", "tag:apply"], dst: ["tag:db"], ip: ["*"] }]);
  expect([tailnet.stackLabel, tailnet.runnerImage]).toEqual(["tailnet", "registry.test/runner:1"]);
});

test("a context without an auto-attach label has no label for stacks", () => {
  expect(new Tailnet(newStack(), "tailnet", { autoattachLabels: [] }).stackLabel).toBeUndefined();
  expect(new Tailnet(newStack(), "tailnet", { autoattachLabels: ["b", "a"] }).context.stackLabels).toEqual(["b", "a"]);
});

test("hooks and attachments are handed on", () => {
  const manifest = manifestWith({
    beforeHooks: [{ phase: "init", command: "date" }],
    attachments: [{ stackId: "web" }],
  });
  expect(only(manifest, "spacelift_context").before_init).toEqual(["date"]);
  expect(only(manifest, "spacelift_context_attachment").stack_id).toBe("web");
});

test("login and context each have their own provider if a program has several", () => {
  const stack = newStack();
  const provider = new spacelift.SpaceliftProvider(stack, "other-spacelift", { alias: "other" });
  const tailscaleProvider = new tailscale.TailscaleProvider(stack, "other-tailscale", { alias: "other" });
  const { context, identity, applyIdentity } = new Tailnet(stack, "tailnet", {
    account: "acme",
    applyTags: ["tag:apply"],
    provider,
    tailscaleProvider,
  });
  expect([context.resource.provider, context.variable("ro_TS_CLIENT_ID").provider]).toEqual([provider, provider]);
  expect([identity?.resource.provider, applyIdentity?.resource.provider]).toEqual([
    tailscaleProvider,
    tailscaleProvider,
  ]);
});
