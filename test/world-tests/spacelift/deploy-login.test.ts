// SPDX-License-Identifier: Apache-2.0
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are Terraform's templates, not JavaScript's.
import { createServer } from "node:http";
import { credentialsFrom } from "../../world/deploy/index.js";
import { useHere } from "./deploy-here.js";
import { logIn } from "./graphql-client.js";

const here = useHere();

const CONTEXT = { spacelift_context: { tailnet: { name: "tailnet", labels: ["autoattach:tailnet"] } } };
const CLIENT = { tailscale_oauth_client: { runs: { scopes: ["auth_keys"], tags: ["tag:spacelift"] } } };

describe("logging in", () => {
  test("a provider block wins over credentials from outside", async () => {
    const { endpoint, keyId, keySecret } = here.api.credentials;
    const spacelift = [{ api_key_endpoint: `${endpoint}/`, api_key_id: keyId, api_key_secret: "${var.secret}" }];

    await here.deploy(
      { variable: { secret: { sensitive: true } }, provider: { spacelift }, resource: CONTEXT },
      { spacelift: { endpoint: "http://127.0.0.1:1", keyId: "x", keySecret: "x" }, variables: { secret: keySecret } },
    );

    expect(here.api.account.contexts.get("tailnet")).toBeDefined();
  });

  test("a token is used as it is where there is no key", async () => {
    const provider = { spacelift: [{ api_token: await logIn(here.api) }] };

    await here.deploy({ provider, resource: CONTEXT }, { spacelift: undefined });

    expect(here.api.requests.filter(({ operation }) => operation === null)).toHaveLength(1);
  });

  test("inside a run the token comes from the environment, and the stack's roles decide what it may", async () => {
    const { account } = here.api;
    account.stacks.add({ name: "admin" });
    const token = here.api.issueRunToken("admin");
    token.active = true;
    const credentials = { spacelift: undefined, ...credentialsFrom({ SPACELIFT_API_TOKEN: token.value }) };

    await expect(here.deploy({ resource: CONTEXT }, credentials)).rejects.toThrow(
      /^spacelift_context.tailnet: unauthorized - Note: the stack's role may override space-level permissions/,
    );
    const roleID = account.roles.bySlug("space-admin")?.id ?? "";
    account.roleBindings.create({ roleID, stackID: "admin", spaceID: "legacy" });
    await here.deploy({ resource: CONTEXT }, credentials);

    expect(account.contexts.get("tailnet")).toBeDefined();
    expect(here.api.requests.filter(({ operation }) => operation === null)).toEqual([]);
  });

  test("the providers' variables are known; a complete API key goes before a token", () => {
    const { endpoint, keyId, keySecret } = here.api.credentials;
    const key = {
      SPACELIFT_API_KEY_ENDPOINT: endpoint,
      SPACELIFT_API_KEY_ID: keyId,
      SPACELIFT_API_KEY_SECRET: keySecret,
    };
    const client = { TAILSCALE_OAUTH_CLIENT_ID: "cid", TAILSCALE_OAUTH_CLIENT_SECRET: "csecret" };

    expect(credentialsFrom({ ...key, ...client, TAILSCALE_BASE_URL: "http://x" })).toEqual({
      spacelift: here.api.credentials,
      tailscale: { clientId: "cid", clientSecret: "csecret", baseUrl: "http://x" },
    });
    expect(credentialsFrom({ ...key, SPACELIFT_API_KEY_SECRET: "" })).toEqual({});
  });

  test("later calls go to the audience of the token, wherever the login went", async () => {
    const front = createServer((incoming, response) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("end", async () => {
        const answer = await fetch(here.api.url + incoming.url, { method: "POST", body: Buffer.concat(chunks) });
        response.end(await answer.text());
      });
    });
    let asked = 0;
    front.on("request", () => asked++);
    await new Promise<void>((resolve) => front.listen(0, "127.0.0.1", resolve));
    const { port } = front.address() as { port: number };

    try {
      const endpoint = `http://127.0.0.1:${port}`;
      await here.deploy({ resource: CONTEXT }, { spacelift: { ...here.api.credentials, endpoint } });
    } finally {
      front.close();
      front.closeAllConnections();
    }

    expect(asked).toBe(1);
    expect(here.api.requests.map(({ operation }) => operation?.name)).toEqual([
      undefined,
      "ContextCreate",
      "ContextRead",
    ]);
  });

  test("a provider that no resource needs is not contacted", async () => {
    await here.deploy(
      { resource: CONTEXT },
      { tailscale: { baseUrl: "http://127.0.0.1:1", clientId: "x", clientSecret: "x" } },
    );

    expect(here.tailscale.requests).toEqual([]);
  });

  test.each([
    ["an unknown key id", { keyId: "nobody" }, /^provider.spacelift: .*check the key id/],
    ["a wrong secret", { keySecret: "wrong" }, /^provider.spacelift: unauthorized$/],
    ["nobody listening", { endpoint: "http://127.0.0.1:1" }, /^provider.spacelift: POST .*ECONNREFUSED/],
  ])("%s is an error of the provider", async (_, wrong, message) => {
    const failure = here.deploy({ resource: CONTEXT }, { spacelift: { ...here.api.credentials, ...wrong } });

    await expect(failure).rejects.toThrow(message);
  });

  test("a refused OAuth client is an error of the resource that needed it", async () => {
    const wrong = { baseUrl: here.tailscale.url, clientId: "cid", clientSecret: "wrong" };

    await expect(here.deploy({ resource: CLIENT }, { tailscale: wrong })).rejects.toThrow(
      "tailscale_oauth_client.runs: Tailscale refused the OAuth client: API token invalid (401)",
    );
  });
});
