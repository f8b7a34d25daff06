// SPDX-License-Identifier: Apache-2.0

import { mintToken } from "../../world/spacelift/api/tokens.js";
import { type SpaceliftApi, startSpacelift } from "../../world/spacelift/index.js";
import { goldenOperation } from "./golden.js";
import { logIn, messages, post } from "./graphql-client.js";

let api: SpaceliftApi;
let token: string;

beforeEach(async () => {
  api = await startSpacelift();
  token = await logIn(api);
});
afterEach(() => api.close());

describe("who may call", () => {
  const read = goldenOperation("ContextRead").query;

  test.each([
    ["no token", () => null],
    ["a token that is none", () => "nonsense"],
    ["a token whose signature is another", () => `${token.slice(0, -4)}AAAA`],
    [
      "a token signed with another key",
      () => mintToken(Buffer.alloc(32), { iss: "spacelift", aud: [api.url], sub: "x", iat: 0, exp: 9e9 }),
    ],
  ])("%s is unauthorized, with HTTP 200", async (_, forged) => {
    const answer = await post(api.url, forged(), read, { id: "x" });

    expect(answer).toEqual({ status: 200, errors: [{ message: "unauthorized" }] });
  });

  test("an expired token is unauthorized", async () => {
    jest.useFakeTimers({ now: Date.now() + 3601 * 1000, doNotFake: ["setTimeout", "setImmediate", "nextTick"] });
    try {
      expect(messages(await post(api.url, token, read, { id: "x" }))).toEqual(["unauthorized"]);
    } finally {
      jest.useRealTimers();
    }
  });

  test("a login beside another field does not open that field", async () => {
    const both = `mutation($id:ID!$secret:String!){apiKeyUser(id: $id, secret: $secret){jwt} contextDelete(id: "x"){id}}`;
    const { keyId: id, keySecret: secret } = api.credentials;

    expect(messages(await post(api.url, null, both, { id, secret }))).toEqual(["unauthorized"]);
  });

  test("an unknown key id has no user, a wrong secret is unauthorized", async () => {
    const { query } = goldenOperation("Login");

    expect((await post(api.url, null, query, { id: "nobody", secret: "x" })).data).toEqual({ apiKeyUser: null });
    const wrong = await post(api.url, null, query, { id: api.credentials.keyId, secret: "x" });
    expect(messages(wrong)).toEqual(["unauthorized"]);
  });

  test("a given API key is the one that works", async () => {
    const other = await startSpacelift({ apiKey: { id: "01KEY", secret: "key-secret" } });

    const given = await logIn(other).finally(() => other.close());

    expect(other.credentials).toEqual({ endpoint: other.url, keyId: "01KEY", keySecret: "key-secret" });
    expect(given).toMatch(/^ey/);
  });
});

describe("strictness", () => {
  test.each([
    ["an unknown field", '{context(id: "x"){id,nope}}', {}, /Cannot query field "nope" on type "Context"/],
    ["an unneeded argument", '{context(id: "x", more: 1){id}}', {}, /Unknown argument "more" on field "Query.context"/],
    ["a missing argument", "{context{id}}", {}, /argument "id" of type "ID!" is required/],
    [
      "a wrong variable type",
      "query($id:String!){context(id: $id){id}}",
      { id: "x" },
      /type "String!" used in position expecting type "ID!"/,
    ],
    ["an unused variable", 'query($id:ID!){context(id: "x"){id}}', { id: "x" }, /Variable "\$id" is never used/],
    [
      "a missing variable",
      "query($id:ID!){context(id: $id){id}}",
      {},
      /Variable "\$id" of required type "ID!" was not provided/,
    ],
    ["an object without selection", '{context(id: "x")}', {}, /must have a selection of subfields/],
    ["a syntax error", "{context(", {}, /Syntax Error/],
    [
      "an unknown input field",
      goldenOperation("ContextCreate").query,
      { input: { name: "x", configAttachment: [] } },
      /Field "configAttachment" is not defined by type "ContextInput"/,
    ],
    [
      "an unknown hook list",
      goldenOperation("ContextCreate").query,
      { input: { name: "x", hooks: { beforeRun: ["x"] } } },
      /Field "beforeRun" is not defined by type "HooksInput"/,
    ],
    [
      "a priority that is not whole",
      goldenOperation("ContextAttachmentCreate").query,
      { id: "x", stack: "y", priority: 1.5 },
      /Int cannot represent non-integer value: 1.5/,
    ],
    [
      "an unknown type of element",
      goldenOperation("MountedFileCreateContext").query,
      { context: "x", config: { id: "x", type: "FILE", value: "", writeOnly: true } },
      /Value "FILE" does not exist in "ConfigType" enum/,
    ],
  ])("%s is refused with HTTP 200 and no data", async (_, query, variables, message) => {
    const answer = await post(api.url, token, query, variables);

    expect(answer.status).toBe(200);
    expect(answer.data ?? null).toBeNull();
    expect(messages(answer)).toEqual([expect.stringMatching(message)]);
  });

  test("only the selected fields are answered", async () => {
    api.account.contexts.create({ name: "x", description: "d" });

    const answer = await post(api.url, token, '{context(id: "x"){name,hooks{beforePlan}}}');

    expect(answer.data).toEqual({ context: { name: "x", hooks: { beforePlan: [] } } });
  });

  test.each([
    ["GET", "/graphql", undefined, 405],
    ["POST", "/", "{}", 404],
    ["POST", "/graphql", "not json", 400],
    ["POST", "/graphql", "{}", 400],
    ["POST", "/graphql", '{"query":"{a}","variables":1}', 400],
  ])("%s %s with %p is HTTP %i and says what is wrong", async (method, path, body, status) => {
    const answer = await fetch(api.url + path, { method, ...(body === undefined ? {} : { body }) });

    expect(answer.status).toBe(status);
    expect(await answer.json()).toEqual({ errors: [{ message: expect.any(String) }] });
  });

  test("a body of more than 4 MB is HTTP 413", async () => {
    const answer = await fetch(`${api.url}/graphql`, { method: "POST", body: "x".repeat(4 * 1024 * 1024 + 1) });

    expect(answer.status).toBe(413);
  });
});
