// SPDX-License-Identifier: Apache-2.0
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are Terraform's templates, not JavaScript's.
import { useHere } from "./deploy-here.js";
import { useKept } from "./kept-state.js";
import { contextJson, variableJson } from "./stack-json.js";

const here = useHere();
const kept = useKept(here);
const { apply, plan } = kept;

describe("what a plan says", () => {
  test("everything is created at first, and nothing changes afterwards", async () => {
    const resources = { ...contextJson({ labels: ["b", "a"], description: "" }), ...variableJson() };
    expect(await plan(resources)).toEqual(["create spacelift_context.c", "create spacelift_environment_variable.v"]);

    await apply(resources);

    expect(await plan(resources)).toEqual([]);
    expect(await plan({ ...contextJson({ labels: ["a", "b"] }), ...variableJson({ value: "" }) })).toEqual([]);
  });

  test.each<[string, object, object, string[]]>([
    [
      "a context's hooks",
      contextJson({ before_plan: ["a"] }),
      contextJson({ before_plan: ["a", "b"] }),
      ["before_plan"],
    ],
    ["a context's name", contextJson(), contextJson({ name: "renamed" }), ["name"]],
    ["a description that goes", contextJson({ description: "d" }), contextJson(), ["description"]],
    ["a set with another element", contextJson({ labels: ["a"] }), contextJson({ labels: ["a", "b"] }), ["labels"]],
  ])("%s: changed in place", async (_, before, after, attributes) => {
    await apply(before);

    expect(await plan(after)).toEqual([`update spacelift_context.c: ${attributes.join(", ")}`]);
    await apply(after);

    expect(kept.events).toEqual(["updating spacelift_context.c", "updated spacelift_context.c"]);
    expect(await plan(after)).toEqual([]);
    expect(here.api.account.contexts.list()).toHaveLength(1);
  });

  test.each<[string, object, object, string]>([
    ["a value", { value: "a" }, { value: "b" }, "value"],
    ["a readable value", { value: "a", write_only: false }, { value: "b", write_only: false }, "value"],
    ["a secret that becomes readable", { value: "a" }, { value: "a", write_only: false }, "write_only"],
    ["a description", {}, { description: "d" }, "description"],
    ["a name", {}, { name: "OTHER" }, "name"],
    [
      "the version of a write-only value",
      { value_wo: "a", value_wo_version: "1" },
      { value_wo: "b", value_wo_version: "2" },
      "value_wo_version",
    ],
  ])("a variable with %s that changed: replaced", async (_, before, after, attribute) => {
    await apply({ ...contextJson(), ...variableJson(before) });
    const changed = { ...contextJson(), ...variableJson(after) };

    expect(await plan(changed)).toEqual([`replace spacelift_environment_variable.v: ${attribute}`]);
    await apply(changed);

    const address = "spacelift_environment_variable.v";
    expect(kept.events).toEqual([
      `destroying ${address}`,
      `destroyed ${address}`,
      `creating ${address}`,
      `created ${address}`,
    ]);
    expect(await plan(changed)).toEqual([]);
    expect(here.api.account.contexts.require("tailnet").elements.list("ENVIRONMENT_VARIABLE")).toHaveLength(1);
  });

  test("a write-only value alone changes nothing, and is not in the state", async () => {
    await apply({ ...contextJson(), ...variableJson({ value_wo: "hidden-one", value_wo_version: "1" }) });

    expect(await plan({ ...contextJson(), ...variableJson({ value_wo: "other", value_wo_version: "1" }) })).toEqual([]);
    expect(JSON.stringify(kept.state)).not.toContain("hidden-one");
  });

  test("a mounted file and an attachment are replaced, a stack and an OAuth client change in place", async () => {
    here.api.account.stacks.add({ name: "web" });
    const resources = (step: number) => ({
      ...contextJson(),
      spacelift_mounted_file: {
        f: { context_id: "${spacelift_context.c.id}", relative_path: "f", content: step === 1 ? "YQ==" : "Yg==" },
      },
      spacelift_context_attachment: {
        a: { context_id: "${spacelift_context.c.id}", stack_id: "web", priority: step },
      },
      spacelift_stack: { s: { name: "s", branch: "main", repository: "r", autodeploy: step === 2 } },
      tailscale_oauth_client: { o: { scopes: ["auth_keys"], tags: [`tag:${step}`] } },
    });
    await apply(resources(1));

    expect(await plan(resources(2))).toEqual([
      "replace spacelift_context_attachment.a: priority",
      "replace spacelift_mounted_file.f: content",
      "update spacelift_stack.s: autodeploy",
      "update tailscale_oauth_client.o: tags",
    ]);
    await apply(resources(2));
    expect(await plan(resources(2))).toEqual([]);
    expect(here.api.account.attachments.ofProject("web")).toMatchObject([{ priority: 2 }]);
  });

  test("a federated identity changes in place, keeps the audience that Tailscale gave it, and is put right", async () => {
    const identity = { scopes: ["auth_keys"], tags: ["tag:a"], issuer: "https://acct.app.spacelift.io" };
    const resources = (subject: string) => ({
      tailscale_federated_identity: { f: { ...identity, subject, custom_claim_rules: { scope: "read" } } },
    });
    await apply(resources("one"));
    expect(await plan(resources("one"))).toEqual([]);

    expect(await plan(resources("two"))).toEqual(["update tailscale_federated_identity.f: subject"]);
    await apply(resources("two"));

    const put = here.tailscale.requests.filter(({ method }) => method === "PUT").map(({ body }) => JSON.parse(body));
    expect(put).toEqual([
      {
        keyType: "federated",
        ...identity,
        subject: "two",
        audience: "api.tailscale.com/k100CNTRL",
        customClaimRules: { scope: "read" },
        description: "",
      },
    ]);
    await fetch(`${here.tailscale.url}/api/v2/tailnet/-/keys/k100CNTRL`, {
      method: "PUT",
      headers: { authorization: "Bearer tskey-api-x" },
      body: JSON.stringify({ customClaimRules: { scope: "*" } }),
    });
    expect(await plan(resources("two"))).toEqual(["update tailscale_federated_identity.f: custom_claim_rules"]);
  });

  test("a stack whose state is managed elsewhere from now on is replaced, with all that refers to it", async () => {
    const resources = (managed: boolean) => ({
      spacelift_stack: { s: { name: "s", branch: "main", repository: "r", manage_state: managed } },
      spacelift_environment_variable: { v: { stack_id: "${spacelift_stack.s.id}", name: "V", value: "x" } },
    });
    await apply(resources(true));

    expect(await plan(resources(false))).toEqual([
      "replace spacelift_stack.s: manage_state",
      "replace spacelift_environment_variable.v: stack_id",
    ]);
    await apply(resources(false));

    expect(kept.events.filter((event) => /^(destroyed|created)/.test(event))).toEqual([
      "destroyed spacelift_environment_variable.v",
      "destroyed spacelift_stack.s",
      "created spacelift_stack.s",
      "created spacelift_environment_variable.v",
    ]);
  });

  test("a role is changed in place", async () => {
    const role = (more: object) => ({ spacelift_role: { r: { name: "Maker", actions: ["CONTEXT_CREATE"], ...more } } });
    await apply(role({}));

    const changed = role({ actions: ["CONTEXT_DELETE", "CONTEXT_CREATE"] });
    expect(await plan(changed)).toEqual(["update spacelift_role.r: actions"]);
    await apply(changed);

    expect(here.api.account.roles.bySlug("maker")?.actions).toHaveLength(2);
    await expect(apply(role({ actions: ["CONTEXT_EAT"] }))).rejects.toThrow(
      "spacelift_role.r: action CONTEXT_EAT is not valid; valid are SPACE_ADMIN,",
    );
  });

  test("what is no longer in the configuration is deleted, dependents first", async () => {
    await apply({ ...contextJson(), ...variableJson() });

    expect(await plan({})).toEqual(["delete spacelift_context.c", "delete spacelift_environment_variable.v"]);
    await apply({});

    expect(kept.events.filter((event) => event.startsWith("destroyed"))).toEqual([
      "destroyed spacelift_environment_variable.v",
      "destroyed spacelift_context.c",
    ]);
    expect(kept.state.resources).toEqual([]);
    expect(here.api.account.contexts.list()).toEqual([]);
  });

  test("lifecycle: changes that are to be ignored are; replacing before destroying is refused", async () => {
    await apply({ ...contextJson({ description: "d" }), ...variableJson({ value: "a" }) });

    expect(
      await plan({
        ...contextJson({ lifecycle: { ignore_changes: ["description"] } }),
        ...variableJson({ value: "a" }),
      }),
    ).toEqual([]);
    expect(
      await plan({
        ...contextJson({ name: "n", lifecycle: { ignore_changes: "all" } }),
        ...variableJson({ value: "a" }),
      }),
    ).toEqual([]);
    const first = variableJson({ value: "b", lifecycle: { create_before_destroy: true } });
    await expect(plan({ ...contextJson({ description: "d" }), ...first })).rejects.toThrow(
      "spacelift_environment_variable.v: replacing before destroying is not known here",
    );
  });
});
