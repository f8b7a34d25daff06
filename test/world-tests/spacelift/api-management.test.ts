// SPDX-License-Identifier: Apache-2.0
import { type SpaceliftApi, startSpacelift } from "../../world/spacelift/index.js";
import { GOLDEN_LIFECYCLES } from "./golden.js";
import { type Answer, logIn, messages, post, sender } from "./graphql-client.js";

let api: SpaceliftApi;
let token: string;
let send: (operation: string, variables: object) => Promise<Answer>;

beforeEach(async () => {
  api = await startSpacelift();
  token = await logIn(api);
  send = sender(api.url, token);
});
afterEach(() => api.close());

/** What the provider sent when it created the recorded stack. */
function recordedStack(): { input: Record<string, unknown>; manageState: boolean } {
  const step = GOLDEN_LIFECYCLES[1]?.steps.find(({ operation }) => operation === "StackCreate");
  const variables = JSON.parse(JSON.stringify(step?.variables)) as ReturnType<typeof recordedStack>;
  return { ...variables, input: { ...variables.input, space: null } };
}

describe("spaces", () => {
  const input = { name: "Platform team", description: "d", inheritEntities: true, parentSpace: "root", labels: null };
  const created = async (more: object = {}) => {
    const { data } = await send("CreateSpace", { input: { ...input, ...more } });
    return (data as { spaceCreate: { id: string } }).spaceCreate.id;
  };

  test("the id is a slug and a ULID, and stays when everything else changes", async () => {
    const id = await created();
    expect(id).toMatch(/^platform-team-[0-9A-HJKMNP-TV-Z]{26}$/);

    const update = "mutation($space:ID!$input:SpaceInput!){spaceUpdate(space: $space, input: $input){id,name,labels}}";
    const changed = { ...input, name: "Renamed", inheritEntities: false, labels: ["l"] };
    const { data } = await post(api.url, token, update, { space: id, input: changed });

    expect(data).toEqual({ spaceUpdate: { id, name: "Renamed", labels: ["l"] } });
    expect(api.account.spaces.get(id)?.inheritEntities).toBe(false);
  });

  test("a space that is not empty cannot be deleted; a missing one reads as null", async () => {
    const id = await created();
    const below = await created({ name: "below", parentSpace: id });
    api.account.stacks.add({ name: "web", space: below });
    api.account.contexts.create({ name: "tailnet", space: below });

    expect(messages(await send("DeleteSpace", { id }))).toEqual([`cannot delete space ${id}: it holds below`]);
    expect(messages(await send("DeleteSpace", { id: below }))).toEqual([
      `cannot delete space ${below}: it holds web, tailnet`,
    ]);
    expect((await send("SpaceRead", { id: "gone" })).data).toEqual({ space: null });
  });

  test("a space cannot come below itself, and the built-in ones stay as they are", async () => {
    const id = await created();
    const below = await created({ name: "below", parentSpace: id });
    const update = "mutation($space:ID!$input:SpaceInput!){spaceUpdate(space: $space, input: $input){id}}";

    const circle = await post(api.url, token, update, { space: id, input: { ...input, parentSpace: below } });

    expect(messages(circle)).toEqual([`space ${id} cannot be below itself`]);
    expect(messages(await send("DeleteSpace", { id: "root" }))).toEqual(["space root cannot be changed"]);
    expect(messages(await send("CreateSpace", { input: { ...input, parentSpace: "gone" } }))).toEqual(["unauthorized"]);
    expect(messages(await send("CreateSpace", { input: { ...input, name: "" } }))).toEqual([
      'space name "" must contain a letter or a digit',
    ]);
  });
});

describe("stacks", () => {
  test("what is sent arrives in the account, where runs are made from it", async () => {
    await send("StackCreate", recordedStack());

    const stack = api.account.stacks.require("admin");
    expect(stack).toMatchObject({ labels: ["tailnet"], runnerImage: "registry.example/spacetail:1", space: "legacy" });
    expect(stack.hooks.beforeInit).toEqual(["npm ci", "npx cdktf synth"]);
    expect(stack.settings.vendorConfig).toMatchObject({ workflowTool: "TERRAFORM_FOSS" });
  });

  test("the administrative flag reads as false whatever was sent", async () => {
    const { input, manageState } = recordedStack();

    const { data } = await send("StackCreate", { input: { ...input, administrative: true }, manageState });

    expect(data).toMatchObject({ stackCreate: { administrative: false } });
  });

  test("an update keeps variables, space and who manages the state", async () => {
    const { input } = recordedStack();
    api.account.spaces.add({ id: "team", name: "team" });
    await send("StackCreate", { input: { ...input, space: "team" }, manageState: false });
    await send("EnvironmentVariableCreateStack", {
      stack: "admin",
      config: { id: "NAME", type: "ENVIRONMENT_VARIABLE", value: "kept", writeOnly: true, description: "" },
    });

    const { data } = await send("StackUpdate", { id: "admin", input: { ...input, name: "Renamed", labels: null } });

    expect(data).toMatchObject({
      stackUpdate: { id: "admin", name: "Renamed", labels: [], space: "team", managesStateFile: false },
    });
    expect(api.account.stacks.require("admin").elements.get("NAME")?.value).toBe("kept");
  });

  test.each([
    ["ansible", { playbook: "site.yml" }, "StackConfigVendorAnsible"],
    ["pulumi", { loginURL: "s3://x", stackName: "dev" }, "StackConfigVendorPulumi"],
    ["opentofu", { version: "1.10.0" }, "StackConfigVendorOpenTofu"],
  ])("a stack of %s reads as one", async (vendor, settings, type) => {
    const { input, manageState } = recordedStack();
    const { terraform, ...vendors } = input.vendorConfig as Record<string, unknown>;

    const created = await send("StackCreate", {
      input: { ...input, vendorConfig: { ...vendors, [vendor]: settings } },
      manageState,
    });

    expect(terraform).not.toBeNull();
    expect(created.errors).toBeUndefined();
    const { data } = await send("StackRead", { id: "admin" });
    expect(data).toMatchObject({ stack: { vendorConfig: { __typename: type, ...settings } } });
  });

  test("a slug is the id; an id is given once", async () => {
    await send("StackCreate", { ...recordedStack(), slug: "chosen" });

    expect(api.account.stacks.get("chosen")?.name).toBe("admin");
    expect(messages(await send("StackCreate", { ...recordedStack(), slug: "chosen" }))).toEqual([
      "stack chosen already exists",
    ]);
  });

  test("deleting a stack takes its attachments along, unless it is protected", async () => {
    const { input, manageState } = recordedStack();
    await send("StackCreate", { input: { ...input, protectFromDeletion: true }, manageState });
    api.account.contexts.create({ name: "tailnet" });
    api.account.attachments.attach("tailnet", "admin", 0);
    const role = api.account.roles.bySlug("space-admin")?.id ?? "";
    const binding = api.account.roleBindings.create({ roleID: role, stackID: "admin", spaceID: "legacy" });

    expect(messages(await send("StackDelete", { id: "admin" }))).toEqual(["stack admin is protected from deletion"]);
    await send("StackUpdate", { id: "admin", input });
    await send("StackDelete", { id: "admin" });

    expect(api.account.stacks.list()).toEqual([]);
    expect(api.account.attachments.ofContext("tailnet")).toEqual([]);
    expect((await send("StackRoleBindingRead", { id: binding.id })).data).toEqual({ stackRoleBinding: null });
  });
});

describe("roles", () => {
  const create = "mutation($input:RoleInput!){roleCreate(input: $input){id,slug,isSystem,actions,roleBindingsCount}}";
  const update = "mutation($id:ID!$input:RoleUpdateInput!){roleUpdate(id: $id, input: $input){slug,name,actions}}";
  const remove = "mutation($id:ID!){roleDelete(id: $id){id}}";
  const input = { name: "Context maker", description: null, actions: ["CONTEXT_CREATE", "SPACE_READ"] };
  const created = async () => {
    const { data } = await post(api.url, token, create, { input });
    return (data as { roleCreate: { id: string } }).roleCreate;
  };

  test("a role of one's own can be changed and deleted, a built-in one cannot", async () => {
    const role = await created();
    expect(role).toMatchObject({ slug: "context-maker", isSystem: false, roleBindingsCount: 0 });

    const change = { name: "Renamed", description: null, Actions: ["CONTEXT_DELETE"] };
    const { data } = await post(api.url, token, update, { id: role.id, input: change });
    expect(data).toEqual({ roleUpdate: { slug: "context-maker", name: "Renamed", actions: ["CONTEXT_DELETE"] } });

    await post(api.url, token, remove, { id: role.id });
    expect(api.account.roles.list().map(({ slug }) => slug)).toEqual(["space-admin", "space-writer", "space-reader"]);
    const system = api.account.roles.bySlug("space-admin")?.id;
    expect(messages(await post(api.url, token, remove, { id: system }))).toEqual([
      "role space-admin is a system role and cannot be changed",
    ]);
  });

  test("an action that Spacelift does not have is refused, and so is none", async () => {
    const wrong = await post(api.url, token, create, { input: { ...input, actions: ["CONTEXT_EAT"] } });

    expect(messages(wrong)[0]).toMatch(/Value "CONTEXT_EAT" does not exist in "Action" enum/);
    expect(messages(await post(api.url, token, create, { input: { ...input, actions: [] } }))).toEqual([
      "a role must have at least one action",
    ]);
  });

  test("an attached role is counted, attached once in a space, and cannot be deleted", async () => {
    api.account.stacks.add({ name: "admin" });
    const { id } = await created();
    const binding = { input: { roleID: id, stackID: "admin", spaceID: "legacy" } };

    const { data } = await send("StackRoleBindingCreate", binding);

    expect(data).toMatchObject({
      stackRoleBindingCreate: { stackID: "admin", role: { id, roleBindingsCount: 1 }, space: { id: "legacy" } },
    });
    expect(messages(await send("StackRoleBindingCreate", binding))).toEqual([
      "role context-maker is already attached to stack admin in space legacy",
    ]);
    expect(messages(await post(api.url, token, remove, { id }))).toEqual(["role context-maker is attached to stacks"]);
  });

  test("in the root space a role can be attached only to a stack of the root space", async () => {
    api.account.stacks.add({ name: "elsewhere" });
    api.account.stacks.add({ name: "at the top", space: "root" });
    const { id } = await created();
    const attach = (stackID: string) =>
      send("StackRoleBindingCreate", { input: { roleID: id, stackID, spaceID: "root" } });

    expect(messages(await attach("elsewhere"))).toEqual([
      "role context-maker can be attached in the root space only to stacks of that space",
    ]);
    expect((await attach("at-the-top")).errors).toBeUndefined();
  });

  test("the provider's introspection finds the actions", async () => {
    const query = "query($all:Boolean!){__schema{types{name,kind,enumValues(includeDeprecated: $all){name}}}}";

    const { data } = await post(api.url, token, query, { all: true });

    const { types } = (data as { __schema: { types: { name: string; enumValues: { name: string }[] }[] } }).__schema;
    const actions = types.find(({ name }) => name === "Action")?.enumValues.map(({ name }) => name);
    expect(actions).toContain("CONTEXT_CREATE");
  });
});
