// SPDX-License-Identifier: Apache-2.0
import { type SpaceliftApi, startSpacelift } from "../../world/spacelift/index.js";
import { type Answer, logIn, messages, sender } from "./graphql-client.js";

let api: SpaceliftApi;
let send: (operation: string, variables: object) => Promise<Answer>;

beforeEach(async () => {
  api = await startSpacelift();
  send = sender(api.url, await logIn(api));
});
afterEach(() => api.close());

function contextInput(input: object): object {
  return { input: { description: null, hooks: {}, labels: null, space: null, ...input } };
}

function variableInput(config: object): object {
  return {
    context: "tailnet",
    config: { id: "NAME", type: "ENVIRONMENT_VARIABLE", value: "x", writeOnly: false, description: "", ...config },
  };
}

describe("contexts", () => {
  test("the id is a slug of the first name and stays on a rename, and so do the configuration elements", async () => {
    await send("ContextCreate", contextInput({ name: "Tail net: EU_1!" }));
    api.account.contexts.require("tail-net-eu-1").elements.add({
      id: "TOKEN",
      type: "ENVIRONMENT_VARIABLE",
      value: "kept",
      writeOnly: true,
    });

    const updated = await send("ContextUpdate", { id: "tail-net-eu-1", ...contextInput({ name: "Renamed" }) });

    expect(updated.data).toMatchObject({ contextUpdateV2: { id: "tail-net-eu-1", name: "Renamed" } });
    expect(api.account.contexts.require("tail-net-eu-1").elements.get("TOKEN")?.value).toBe("kept");
  });

  test("an update replaces hooks, labels and description, and keeps the space unless one is given", async () => {
    api.account.spaces.add({ id: "team", name: "team" });
    const full = { name: "tailnet", description: "d", labels: ["a"], space: "team", hooks: { beforePlan: ["x"] } };
    await send("ContextCreate", contextInput(full));

    await send("ContextUpdate", { id: "tailnet", ...contextInput({ name: "tailnet" }) });

    const { description, labels, space, hooks } = api.account.contexts.require("tailnet");
    expect({ description, labels, space, beforePlan: hooks.beforePlan }).toEqual({
      description: null,
      labels: [],
      space: "team",
      beforePlan: [],
    });
  });

  test("a second context of the same slug is refused in Spacelift's words", async () => {
    await send("ContextCreate", contextInput({ name: "tailnet" }));

    expect(messages(await send("ContextCreate", contextInput({ name: "Tailnet" })))).toEqual([
      "could not persist context: context with this slug already exists for this account",
    ]);
  });

  test("a missing context reads as null, but cannot be changed", async () => {
    expect((await send("ContextRead", { id: "gone" })).data).toEqual({ context: null });
    expect((await send("EnvironmentVariableReadContext", { context: "gone", id: "X" })).data).toEqual({
      context: null,
    });
    expect(messages(await send("ContextDelete", { id: "gone" }))).toEqual(["context gone not found"]);
    expect(messages(await send("ContextUpdate", { id: "gone", ...contextInput({ name: "x" }) }))).toEqual([
      "context gone not found",
    ]);
  });

  test("a space that does not exist is unauthorized, like one the caller may not see", async () => {
    const answer = await send("ContextCreate", contextInput({ name: "x", space: "no-such-space" }));

    expect(messages(answer)).toEqual(["unauthorized"]);
  });

  test.each([
    ["a hook", { hooks: { beforePlan: ["x", ""] } }, "context tailnet: beforePlan must not contain an empty hook"],
    ["a label", { labels: [""] }, "context tailnet: labels must not contain an empty string"],
    ["a name", { name: "" }, 'context name "" must contain a letter or a digit'],
  ])("%s that is empty is refused", async (_, input, message) => {
    expect(messages(await send("ContextCreate", contextInput({ name: "tailnet", ...input })))).toEqual([message]);
    expect(api.account.contexts.list()).toEqual([]);
  });
});

describe("configuration elements", () => {
  beforeEach(() => {
    api.account.contexts.create({ name: "tailnet" });
  });

  test("a secret is kept, but answered as its checksum only", async () => {
    const answer = await send("EnvironmentVariableCreateContext", variableInput({ value: "s3cret", writeOnly: true }));

    expect(JSON.stringify(answer)).not.toContain("s3cret");
    expect(api.account.contexts.require("tailnet").elements.get("NAME")?.value).toBe("s3cret");
  });

  test("adding a second time replaces", async () => {
    await send("EnvironmentVariableCreateContext", variableInput({ value: "one" }));
    await send("EnvironmentVariableCreateContext", variableInput({ value: "two" }));

    const read = await send("EnvironmentVariableReadContext", { context: "tailnet", id: "NAME" });
    expect(read.data).toMatchObject({ context: { configElement: { value: "two" } } });
  });

  test("a deleted one reads as null and cannot be deleted again", async () => {
    await send("EnvironmentVariableCreateContext", variableInput({}));
    const ids = { context: "tailnet", id: "NAME" };

    await send("EnvironmentVariableDeleteContext", ids);

    expect((await send("EnvironmentVariableReadContext", ids)).data).toEqual({ context: { configElement: null } });
    expect(messages(await send("EnvironmentVariableDeleteContext", ids))).toEqual(["config element NAME not found"]);
  });

  test.each([
    ["a newline in a variable", { value: "one\ntwo" }, "environment variable NAME: newlines are not supported"],
    ["a zero byte", { value: "\0" }, "environment variable NAME: a zero byte is not supported"],
    ["a name with a dash", { id: "A-B" }, 'environment variable name "A-B" must be letters, digits and underscores'],
    [
      "a name that begins with a digit",
      { id: "1A" },
      'environment variable name "1A" must be letters, digits and underscores',
    ],
    [
      "a file outside the workspace",
      { id: "../x", type: "FILE_MOUNT", value: "eA==" },
      'mounted file path "../x" must be relative to /mnt/workspace/ and stay below it',
    ],
    [
      "an absolute file path",
      { id: "/etc/x", type: "FILE_MOUNT", value: "eA==" },
      'mounted file path "/etc/x" must be relative to /mnt/workspace/ and stay below it',
    ],
    [
      "file content that is not Base64",
      { id: "x", type: "FILE_MOUNT", value: "echo hi" },
      "mounted file x: content must be Base64 and not empty",
    ],
    [
      "a file of more than 2 MB",
      { id: "x", type: "FILE_MOUNT", value: Buffer.alloc(2 * 1024 * 1024 + 1).toString("base64") },
      "mounted file x: 2097153 bytes, but at most 2097152 are allowed",
    ],
  ])("%s is refused", async (_, config, message) => {
    expect(messages(await send("EnvironmentVariableCreateContext", variableInput(config)))).toEqual([message]);
  });

  test("a file of 2 MB arrives", async () => {
    const value = Buffer.alloc(2 * 1024 * 1024).toString("base64");

    const answer = await send("MountedFileCreateContext", variableInput({ id: "big", type: "FILE_MOUNT", value }));

    expect(answer.errors).toBeUndefined();
  });
});

describe("attachments", () => {
  beforeEach(() => {
    api.account.stacks.add({ name: "web" });
    api.account.contexts.create({ name: "tailnet" });
  });

  const attach = (priority = 0) => send("ContextAttachmentCreate", { id: "tailnet", stack: "web", priority });

  test("a context is attached to a stack at most once", async () => {
    expect((await attach(3)).data).toMatchObject({ contextAttach: { stackId: "web", isModule: false, priority: 3 } });

    expect(messages(await attach())).toEqual([
      "cannot attach context, context tailnet is already attached to stack web",
    ]);
  });

  test("an attachment id is a ULID", async () => {
    const { contextAttach } = (await attach()).data as { contextAttach: { id: string } };

    expect(contextAttach.id).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
  });

  test("a stack whose space does not inherit cannot get a context of the parent space", async () => {
    api.account.spaces.add({ id: "sealed", name: "sealed" });
    api.account.stacks.add({ name: "my stack", space: "sealed" });
    api.account.contexts.create({ name: "in root", space: "root" });

    const answer = await send("ContextAttachmentCreate", { id: "in-root", stack: "my-stack", priority: 0 });

    expect(messages(answer)).toEqual(["cannot attach context, stack my-stack space has no access to context space"]);
  });

  test("deleting the context detaches it; a missing stack reads as null", async () => {
    await attach();
    const ids = { context: "tailnet", project: "web" };
    expect((await send("ContextAttachmentFetch", ids)).data).toMatchObject({ context: { attachedStack: {} } });

    await send("ContextDelete", { id: "tailnet" });

    expect(api.account.attachments.ofProject("web")).toEqual([]);
    expect((await send("StackVerifyExistence", { id: "gone" })).data).toEqual({ stack: null });
  });

  test("a context that only a label attached has no attachment", async () => {
    api.account.contexts.create({ name: "labelled", labels: ["autoattach:*"] });

    const answer = await send("ContextAttachmentFetch", { context: "labelled", project: "web" });

    expect(answer.data).toEqual({ context: { attachedStack: null } });
  });
});
