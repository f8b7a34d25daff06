// SPDX-License-Identifier: Apache-2.0
import type { Action } from "../../world/spacelift/account/roles.js";
import { type RunToken, type SpaceliftApi, startSpacelift } from "../../world/spacelift/index.js";
import { GOLDEN_LIFECYCLES } from "./golden.js";
import { type Answer, logIn, messages, post, sender } from "./graphql-client.js";

const HOUR = 3600 * 1000;

let api: SpaceliftApi;
let token: RunToken;
let send: (operation: string, variables: object) => Promise<Answer>;

beforeEach(async () => {
  api = await startSpacelift();
  const { spaces, stacks, contexts } = api.account;
  spaces.add({ id: "team", name: "team" });
  spaces.add({ id: "below", name: "below", parentSpace: "team" });
  spaces.add({ id: "other", name: "other" });
  stacks.add({ name: "admin", space: "team" });
  stacks.add({ name: "neighbour", space: "other" });
  for (const space of ["team", "below", "other"]) contexts.create({ name: `in ${space}`, space });
  token = api.issueRunToken("admin");
  token.active = true;
  send = sender(api.url, token.value);
});
afterEach(() => api.close());

/** Attaches a role of these actions to the stack `admin`. */
function allow(space: string, ...actions: Action[]): void {
  const { id } = api.account.roles.create({ name: `role ${actions.join(" ")}`, actions });
  api.account.roleBindings.create({ roleID: id, stackID: "admin", spaceID: space });
}

const create = (space: string | null) =>
  send("ContextCreate", { input: { name: "new", description: null, hooks: {}, labels: null, space } });
const rename = (id: string, space: string | null = null) =>
  send("ContextUpdate", { id, input: { name: "renamed", description: null, hooks: {}, labels: null, space } });
const variable = (owner: object, operation: string) =>
  send(operation, {
    ...owner,
    config: { id: "V", type: "ENVIRONMENT_VARIABLE", value: "x", writeOnly: true, description: "" },
  });

describe("a run's token", () => {
  test("names the API as its audience and the stack in its subject, for three hours", () => {
    const claims = JSON.parse(Buffer.from(token.value.split(".")[1] ?? "", "base64url").toString());

    expect(claims).toMatchObject({ iss: "spacelift", aud: [api.url], sub: expect.stringMatching(/^admin\/\w{26}$/) });
    expect(claims.exp - claims.iat).toBe((3 * HOUR) / 1000);
  });

  test("is accepted only while the run plans, applies or performs", async () => {
    expect((await send("ContextRead", { id: "in-team" })).errors).toBeUndefined();

    token.active = false;

    expect(messages(await send("ContextRead", { id: "in-team" }))).toEqual(["unauthorized"]);
  });

  test("ends with its stack", async () => {
    api.account.stacks.delete("admin");

    expect(messages(await send("ContextRead", { id: "in-team" }))).toEqual(["unauthorized"]);
  });

  test("is one of another stack's runs for another stack", async () => {
    allow("team", "SPACE_ADMIN");
    const other = api.issueRunToken("neighbour");
    other.active = true;

    expect(messages(await sender(api.url, other.value)("ContextDelete", { id: "in-team" }))).toEqual(["unauthorized"]);
  });
});

describe("a run of a stack without roles", () => {
  test("changes nothing, not even in its own space", async () => {
    const answers = [
      await create("team"),
      await rename("in-team"),
      await send("ContextDelete", { id: "in-team" }),
      await variable({ context: "in-team" }, "EnvironmentVariableCreateContext"),
      await variable({ stack: "admin" }, "EnvironmentVariableCreateStack"),
      await send("ContextAttachmentCreate", { id: "in-team", stack: "admin", priority: 0 }),
      await send("StackDelete", { id: "admin" }),
      await send("DeleteSpace", { id: "below" }),
    ];

    expect(answers.flatMap(messages)).toEqual(answers.map(() => "unauthorized"));
  });

  test("the administrative flag makes no difference", async () => {
    const step = GOLDEN_LIFECYCLES[1]?.steps.find(({ operation }) => operation === "StackUpdate");
    const input = { ...(step?.variables.input as object), administrative: true, space: "team" };
    const answer = await sender(api.url, await logIn(api))("StackUpdate", { id: "admin", input });

    expect(answer.errors).toBeUndefined();
    expect(messages(await create("team"))).toEqual(["unauthorized"]);
  });

  test("reads what its stack could use, and nothing else", async () => {
    expect((await send("ContextRead", { id: "in-team" })).data).toMatchObject({ context: { id: "in-team" } });
    expect((await send("ContextRead", { id: "in-other" })).data).toEqual({ context: null });
    expect((await send("StackRead", { id: "neighbour" })).data).toEqual({ stack: null });
    expect((await send("SpaceRead", { id: "other" })).data).toEqual({ space: null });
    expect((await post(api.url, token.value, "{roles{id}}")).data).toEqual({ roles: [] });
  });
});

describe("a run of a stack with a role", () => {
  test("does what the role allows in its space and below, not beside it", async () => {
    allow("team", "SPACE_ADMIN");

    expect((await create("below")).errors).toBeUndefined();
    expect((await rename("in-team")).errors).toBeUndefined();
    expect((await send("StackDelete", { id: "admin" })).data).toMatchObject({ stackDelete: { id: "admin" } });
    expect(api.account.contexts.get("new")?.space).toBe("below");
  });

  test("the spaces beside and above it stay closed", async () => {
    allow("team", "SPACE_ADMIN");

    for (const space of ["other", "root", null]) expect(messages(await create(space))).toEqual(["unauthorized"]);
    expect(messages(await rename("in-other"))).toEqual(["unauthorized"]);
    // Moving a context is making one elsewhere.
    expect(messages(await rename("in-team", "other"))).toEqual(["unauthorized"]);
    expect(messages(await send("CreateSpace", { input: space("team") }))).toEqual(["unauthorized"]);
  });

  test("a role may be attached in a space beside the stack's own", async () => {
    allow("other", "CONTEXT_UPDATE", "SPACE_READ");

    expect((await rename("in-other")).errors).toBeUndefined();
    expect((await send("ContextRead", { id: "in-other" })).data).toMatchObject({ context: { name: "renamed" } });
    expect(messages(await rename("in-team"))).toEqual(["unauthorized"]);
  });

  test.each<[Action, string[]]>([
    ["SPACE_READ", []],
    ["SPACE_WRITE", ["stack variable"]],
    ["CONTEXT_CREATE", ["create"]],
    ["CONTEXT_UPDATE", ["update", "context variable"]],
    ["CONTEXT_DELETE", ["delete"]],
    ["STACK_MANAGE", ["stack variable", "attach"]],
    ["STACK_DELETE", ["delete stack"]],
    ["SPACE_ADMIN", ["create", "update", "context variable", "stack variable", "attach", "delete", "delete stack"]],
  ])("%s allows %j", async (action, expected) => {
    allow("team", action);
    const attempts: [string, () => Promise<Answer>][] = [
      ["create", () => create("team")],
      ["update", () => rename("in-team")],
      ["context variable", () => variable({ context: "in-team" }, "EnvironmentVariableCreateContext")],
      ["stack variable", () => variable({ stack: "admin" }, "EnvironmentVariableCreateStack")],
      ["attach", () => send("ContextAttachmentCreate", { id: "in-team", stack: "admin", priority: 0 })],
      ["delete", () => send("ContextDelete", { id: "in-team" })],
      ["delete stack", () => send("StackDelete", { id: "admin" })],
    ];

    const allowed: string[] = [];
    for (const [name, attempt] of attempts) {
      const answer = await attempt();
      if (answer.errors === undefined) allowed.push(name);
      else expect(messages(answer)).toEqual(["unauthorized"]);
    }

    expect(allowed).toEqual(expected);
  });

  test("roles add up", async () => {
    allow("team", "CONTEXT_CREATE");
    allow("team", "CONTEXT_DELETE");

    expect((await create("team")).errors).toBeUndefined();
    expect((await send("ContextDelete", { id: "new" })).errors).toBeUndefined();
  });

  test("nobody hands out more than he has: a role attachment takes the stack and the space", async () => {
    allow("team", "SPACE_ADMIN");
    const role = api.account.roles.bySlug("space-admin")?.id;
    const attach = (stackID: string, spaceID: string) =>
      send("StackRoleBindingCreate", { input: { roleID: role, stackID, spaceID } });

    expect(messages(await attach("neighbour", "team"))).toEqual(["unauthorized"]);
    expect(messages(await attach("admin", "other"))).toEqual(["unauthorized"]);
    expect((await attach("admin", "below")).errors).toBeUndefined();
  });

  test("administrators of the root space make spaces and roles", async () => {
    api.account.stacks.add({ name: "top", space: "root" });
    const role = api.account.roles.bySlug("space-admin")?.id ?? "";
    api.account.roleBindings.create({ roleID: role, stackID: "top", spaceID: "root" });
    const top = api.issueRunToken("top");
    top.active = true;

    expect((await sender(api.url, top.value)("CreateSpace", { input: space("root") })).errors).toBeUndefined();
    const input = { name: "made", description: null, actions: ["SPACE_READ"] };
    const query = "mutation($input:RoleInput!){roleCreate(input: $input){slug}}";
    expect((await post(api.url, top.value, query, { input })).data).toEqual({ roleCreate: { slug: "made" } });
    expect(messages(await post(api.url, token.value, query, { input }))).toEqual(["unauthorized"]);
  });
});

function space(parentSpace: string): object {
  return { name: "new space", description: "", inheritEntities: false, parentSpace, labels: null };
}
