// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import { type SpaceliftApi, startSpacelift } from "../../world/spacelift/index.js";
import { GOLDEN_LIFECYCLES, GOLDEN_OPERATIONS, goldenOperation } from "./golden.js";
import { type Answer, logIn, post, sender } from "./graphql-client.js";
import { differences } from "./shape.js";

describe("the providers' recorded requests against the embedded API", () => {
  let api: SpaceliftApi;

  beforeEach(async () => {
    api = await startSpacelift();
  });
  afterEach(() => api.close());

  test("the login answers a token whose one audience is the endpoint", async () => {
    const { query, data: shape } = goldenOperation("Login");
    const { url, credentials } = api;

    const answer = await post(url, null, query, { id: credentials.keyId, secret: credentials.keySecret });

    expect(differences(shape, answer.data, "refused")).toEqual([]);
    const { jwt } = (answer.data as { apiKeyUser: { jwt: string } }).apiKeyUser;
    const parts = jwt.split(".");
    expect(parts).toHaveLength(3);
    for (const part of parts) expect(part).toMatch(/^[A-Za-z0-9_-]+$/);
    const claims = JSON.parse(Buffer.from(parts[1] ?? "", "base64url").toString());
    expect(claims).toMatchObject({ aud: [url], iss: "spacelift" });
  });

  test.each(GOLDEN_LIFECYCLES)("$name", async ({ spaces, stacks, steps }) => {
    for (const space of spaces) api.account.spaces.add(space);
    for (const stack of stacks) api.account.stacks.add(stack);
    const send = sender(api.url, await logIn(api));
    const ids = new Map([["<role>", api.account.roles.bySlug("space-admin")?.id ?? ""]]);
    const ours = (value: object) =>
      JSON.parse(JSON.stringify(value).replace(/<\w+>/g, (placeholder) => ids.get(placeholder) ?? placeholder));

    for (const { operation, variables, data } of steps) {
      const answer = await send(operation, ours(variables));

      expect({ operation, errors: answer.errors }).toEqual({ operation, errors: undefined });
      expect(answer.status).toBe(200);
      expect(differences(goldenOperation(operation).data, answer.data, "refused")).toEqual([]);
      const placeholder = MADE_BY[operation];
      if (placeholder !== undefined) ids.set(placeholder, idOf(answer));
      if (data !== undefined) expect(answer.data).toEqual(ours(data));
      if (/^EnvironmentVariable.*Context$/.test(operation)) expectHonestElement(answer);
    }
    expect(api.account.contexts.list()).toEqual([]);
    expect(api.account.stacks.list().map(({ name }) => name)).toEqual(stacks.map(({ name }) => name));
    expect(api.account.spaces.list().map(({ id }) => id)).toEqual(["root", "legacy"]);
  });

  test("every recorded operation is part of a recorded lifecycle, except the login", () => {
    const used = new Set(GOLDEN_LIFECYCLES.flatMap(({ steps }) => steps.map(({ operation }) => operation)));

    expect([...used].sort()).toEqual(
      Object.keys(GOLDEN_OPERATIONS.operations)
        .filter((name) => name !== "Login")
        .sort(),
    );
  });

  test("the request log keeps operation, headers, body and answer, secrets included", async () => {
    const { url } = api;
    const token = await logIn(api);
    const { query } = goldenOperation("ContextRead");
    await fetch(`${url}/graphql`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        "Spacelift-GraphQL-Query": "ContextRead",
        "Spacelift-Client-Type": "provider",
      },
      body: JSON.stringify({ query, variables: { id: "none" } }),
    });

    expect(api.requests).toHaveLength(2);
    expect(api.requests[0]).toMatchObject({
      operation: null,
      body: { variables: { id: api.credentials.keyId, secret: api.credentials.keySecret } },
    });
    expect(api.requests[1]).toMatchObject({
      method: "POST",
      path: "/graphql",
      operation: { kind: "Query", name: "ContextRead" },
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        "spacelift-client-type": "provider",
        "spacelift-graphql-query": "ContextRead",
      },
      body: { query, variables: { id: "none" } },
      status: 200,
      response: { data: { context: null } },
    });
  });
});

/** The operations whose answers tell what placeholders stand for. */
const MADE_BY: Readonly<Record<string, string>> = {
  ContextAttachmentCreate: "<attachment>",
  CreateSpace: "<space>",
  RoleCreate: "<maker>",
  StackRoleBindingCreate: "<binding>",
};

function idOf({ data }: Answer): string {
  const [made] = Object.values(data ?? {});
  return (made as { id: string }).id;
}

/** A secret has no value, everything else has the one its checksum is of. */
function expectHonestElement({ data }: Answer): void {
  const [outer] = Object.values(data ?? {}) as Record<string, unknown>[];
  const element = (outer?.configElement ?? outer) as { value: string | null; writeOnly: boolean; checksum: string };
  if (element.writeOnly) {
    expect(element.value).toBeNull();
    expect(element.checksum).toMatch(/^[0-9a-f]{64}$/);
  } else {
    expect(element.checksum).toBe(createHash("sha256").update(String(element.value)).digest("hex"));
  }
}
