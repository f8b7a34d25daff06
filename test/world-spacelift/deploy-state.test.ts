// SPDX-License-Identifier: Apache-2.0
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are Terraform's templates, not JavaScript's.
import {
  type Change,
  type DeployEvent,
  deploy,
  FailedDeployment,
  NO_STATE,
  parseState,
  planDeployment,
  type State,
} from "../world/deploy/index.js";
import { type SpaceliftApi, startSpacelift } from "../world/spacelift/index.js";
import { PROVIDER_SCHEMAS } from "./provider-schemas.js";
import { RECORDED_CREDENTIALS, type RecordedTailscale, startRecordedTailscale } from "./recorded-tailscale.js";
import { REQUIRED_PROVIDERS } from "./stack-json.js";

let api: SpaceliftApi;
let tailscale: RecordedTailscale;
let state: State;
let events: string[];

beforeEach(async () => {
  api = await startSpacelift();
  tailscale = await startRecordedTailscale();
  state = NO_STATE;
});
afterEach(() => Promise.all([api.close(), tailscale.close()]));

function options(resource: object, more: object = {}) {
  return {
    stackJson: { ...REQUIRED_PROVIDERS, resource, ...more },
    schema: PROVIDER_SCHEMAS,
    spacelift: api.credentials,
    tailscale: { baseUrl: tailscale.url, ...RECORDED_CREDENTIALS },
    // As it is after it was kept somewhere.
    state: parseState(JSON.stringify(state)),
    onEvent: ({ kind, address }: DeployEvent) => events.push(`${kind} ${address}`),
  };
}

/** Applies, and keeps the state whatever happens. */
async function apply(resource: object, more: object = {}): Promise<void> {
  events = [];
  const deployment = await deploy(options(resource, more)).catch((error: unknown) => {
    if (error instanceof FailedDeployment) state = error.created.state;
    throw error;
  });
  state = deployment.state;
}

/** What a plan says, without what stays: `update spacelift_context.c: description`. */
async function plan(resource: object): Promise<readonly string[]> {
  const changes = await planDeployment(options(resource));
  return changes.filter(({ action }) => action !== "no-op").map(told);
}

function told({ action, address, attributes, replacedBy }: Change): string {
  const because = action === "replace" ? replacedBy : attributes;
  return `${action} ${address}${because.length === 0 ? "" : `: ${because.join(", ")}`}`;
}

const context = (more: object = {}) => ({ spacelift_context: { c: { name: "tailnet", ...more } } });
const variable = (more: object = {}) => ({
  spacelift_environment_variable: { v: { context_id: "${spacelift_context.c.id}", name: "NAME", ...more } },
});

describe("what a plan says", () => {
  test("everything is created at first, and nothing changes afterwards", async () => {
    const resources = { ...context({ labels: ["b", "a"], description: "" }), ...variable() };
    expect(await plan(resources)).toEqual(["create spacelift_context.c", "create spacelift_environment_variable.v"]);

    await apply(resources);

    expect(await plan(resources)).toEqual([]);
    expect(await plan({ ...context({ labels: ["a", "b"] }), ...variable({ value: "" }) })).toEqual([]);
  });

  test.each<[string, object, object, string[]]>([
    ["a context's hooks", context({ before_plan: ["a"] }), context({ before_plan: ["a", "b"] }), ["before_plan"]],
    ["a context's name", context(), context({ name: "renamed" }), ["name"]],
    ["a description that goes", context({ description: "d" }), context(), ["description"]],
    ["a set with another element", context({ labels: ["a"] }), context({ labels: ["a", "b"] }), ["labels"]],
  ])("%s: changed in place", async (_, before, after, attributes) => {
    await apply(before);

    expect(await plan(after)).toEqual([`update spacelift_context.c: ${attributes.join(", ")}`]);
    await apply(after);

    expect(events).toEqual(["updating spacelift_context.c", "updated spacelift_context.c"]);
    expect(await plan(after)).toEqual([]);
    expect(api.account.contexts.list()).toHaveLength(1);
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
    await apply({ ...context(), ...variable(before) });
    const changed = { ...context(), ...variable(after) };

    expect(await plan(changed)).toEqual([`replace spacelift_environment_variable.v: ${attribute}`]);
    await apply(changed);

    const address = "spacelift_environment_variable.v";
    expect(events).toEqual([
      `destroying ${address}`,
      `destroyed ${address}`,
      `creating ${address}`,
      `created ${address}`,
    ]);
    expect(await plan(changed)).toEqual([]);
    expect(api.account.contexts.require("tailnet").elements.list("ENVIRONMENT_VARIABLE")).toHaveLength(1);
  });

  test("a write-only value alone changes nothing, and is not in the state", async () => {
    await apply({ ...context(), ...variable({ value_wo: "hidden-one", value_wo_version: "1" }) });

    expect(await plan({ ...context(), ...variable({ value_wo: "other", value_wo_version: "1" }) })).toEqual([]);
    expect(JSON.stringify(state)).not.toContain("hidden-one");
  });

  test("a mounted file and an attachment are replaced, a stack and an OAuth client change in place", async () => {
    api.account.stacks.add({ name: "web" });
    const resources = (step: number) => ({
      ...context(),
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
    expect(api.account.attachments.ofStack("web")).toMatchObject([{ priority: 2 }]);
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

    const put = tailscale.requests.filter(({ method }) => method === "PUT").map(({ body }) => JSON.parse(body));
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
    await fetch(`${tailscale.url}/api/v2/tailnet/-/keys/k100CNTRL`, {
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

    expect(events.filter((event) => /^(destroyed|created)/.test(event))).toEqual([
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

    expect(api.account.roles.bySlug("maker")?.actions).toHaveLength(2);
    await expect(apply(role({ actions: ["CONTEXT_EAT"] }))).rejects.toThrow(
      "spacelift_role.r: action CONTEXT_EAT is not valid; valid are SPACE_ADMIN,",
    );
  });

  test("what is no longer in the configuration is deleted, dependents first", async () => {
    await apply({ ...context(), ...variable() });

    expect(await plan({})).toEqual(["delete spacelift_context.c", "delete spacelift_environment_variable.v"]);
    await apply({});

    expect(events.filter((event) => event.startsWith("destroyed"))).toEqual([
      "destroyed spacelift_environment_variable.v",
      "destroyed spacelift_context.c",
    ]);
    expect(state.resources).toEqual([]);
    expect(api.account.contexts.list()).toEqual([]);
  });

  test("lifecycle: changes that are to be ignored are; replacing before destroying is refused", async () => {
    await apply({ ...context({ description: "d" }), ...variable({ value: "a" }) });

    expect(
      await plan({ ...context({ lifecycle: { ignore_changes: ["description"] } }), ...variable({ value: "a" }) }),
    ).toEqual([]);
    expect(
      await plan({ ...context({ name: "n", lifecycle: { ignore_changes: "all" } }), ...variable({ value: "a" }) }),
    ).toEqual([]);
    const first = variable({ value: "b", lifecycle: { create_before_destroy: true } });
    await expect(plan({ ...context({ description: "d" }), ...first })).rejects.toThrow(
      "spacelift_environment_variable.v: replacing before destroying is not known here",
    );
  });
});

describe("what changed elsewhere", () => {
  test("is put right", async () => {
    const resources = { ...context({ before_plan: ["a"] }), ...variable({ value: "a" }) };
    await apply(resources);
    const { elements } = api.account.contexts.update("tailnet", { name: "tailnet", hooks: { beforePlan: ["x"] } });
    elements.add({ id: "NAME", type: "ENVIRONMENT_VARIABLE", value: "x", writeOnly: true });

    expect(await plan(resources)).toEqual([
      "update spacelift_context.c: before_plan",
      "replace spacelift_environment_variable.v: value",
    ]);
  });

  test("what is gone is created again, and an OAuth client's new key replaces the variable that held the old one", async () => {
    const resources = {
      ...context(),
      ...variable({ value: "${tailscale_oauth_client.o.key}" }),
      tailscale_oauth_client: { o: { scopes: ["auth_keys"] } },
    };
    await apply(resources);
    await fetch(`${tailscale.url}/api/v2/tailnet/-/keys/k100CNTRL`, {
      method: "DELETE",
      headers: { authorization: "Bearer tskey-api-x" },
    });

    expect(await plan(resources)).toEqual([
      "create tailscale_oauth_client.o",
      "replace spacelift_environment_variable.v: value",
    ]);
  });

  test("a space that is gone is an error, as it is to the provider", async () => {
    const resources = { spacelift_space: { s: { name: "team" } } };
    await apply(resources);
    const [id = ""] = state.resources.map((resource) => resource.id);
    api.account.spaces.delete(id);

    await expect(plan(resources)).rejects.toThrow(`spacelift_space.s: could not find space ${id}`);
  });
});

describe("the state", () => {
  test("counts, and keeps what exists when a deployment fails on the way", async () => {
    await apply(context());
    expect(state.serial).toBe(1);
    api.account.contexts.create({ name: "taken" });
    const both = { spacelift_context: { c: { name: "tailnet" }, d: { name: "new" }, e: { name: "taken" } } };

    await expect(apply(both)).rejects.toThrow(/^spacelift_context.e: could not persist context/);

    expect(state.resources.map(({ address }) => address)).toEqual(["spacelift_context.c", "spacelift_context.d"]);
    api.account.contexts.delete("taken");
    expect(await plan(both)).toEqual(["create spacelift_context.e"]);
  });

  test("has the outputs", async () => {
    await apply(context(), { output: { name: { value: "${spacelift_context.c.name}" } } });

    expect(state.outputs).toEqual({ name: { value: "tailnet", sensitive: false } });
  });

  test("of somebody else is refused", () => {
    expect(() => parseState('{"version":4,"resources":[]}')).toThrow("state: was not written by this loader");
  });
});

test("data: a role that is not there is an error of the data source", async () => {
  const data = { spacelift_role: { r: { slug: "space-owner" } } };

  await expect(apply({}, { data })).rejects.toThrow("data.spacelift_role.r: role with slug space-owner not found");
});
