// SPDX-License-Identifier: Apache-2.0
import { TerraformVariable } from "cdktf";
import {
  type TailnetAuth,
  TailnetContext,
  type TailnetContextProps,
  TailnetOAuthClient,
} from "../../constructs/index.js";
import { newStack } from "./manifest.js";

/** What a program with these options is warned of. */
function warnings(options: (token: string) => Partial<TailnetContextProps>): string[] {
  const stack = newStack();
  const token = new TerraformVariable(stack, "token", { type: "string", sensitive: true }).stringValue;
  const context = new TailnetContext(stack, "it", { name: "tailnet", auth: { authKey: token }, ...options(token) });
  return context.node.metadata.filter(({ type }) => /warn/.test(type)).map(({ data }) => String(data));
}

const ADVICE =
  "is plain text, which is stored in the synthesized JSON. Use federated identities, which need no secret, or a " +
  "sensitive TerraformVariable.";

const identity = { clientId: "k1" };

test.each<[string, Partial<TailnetContextProps>]>([
  ["auth.authKey", { auth: { authKey: "tskey-auth-hidden" } }],
  ["auth.oauthSecret.clientSecret", { auth: { oauthSecret: { clientSecret: "tskey-client-hidden" } } }],
  ["auth.federated.idToken", { auth: { federated: { identity, idToken: "hidden" } } }],
  ["secretEnvironment.PASSWORD", { secretEnvironment: { PASSWORD: "hidden" } }],
])("%s as plain text is warned of, and not shown", (path, options) => {
  expect(warnings(() => options)).toEqual([`${path} ${ADVICE}`]);
});

test("each secret is warned of", () => {
  const secretEnvironment = { A: "hidden", B: "hidden" };
  expect(warnings((token) => ({ secretEnvironment: { ...secretEnvironment, C: token } }))).toEqual([
    `secretEnvironment.A ${ADVICE}`,
    `secretEnvironment.B ${ADVICE}`,
  ]);
});

test("tokens, readable values and what is in a file are not warned of", () => {
  expect(
    warnings((token) => ({
      auth: { oauthSecret: { clientSecret: token } },
      environment: { A: "readable" },
      secretEnvironment: { B: `prefix-${token}` },
      files: [
        { path: "readable", content: "text", secret: false },
        // Secret by default, though few files are.
        { path: "boot.sh", content: "echo hi" },
      ],
    })),
  ).toEqual([]);
  expect(warnings(() => ({ auth: { authKey: "file:/run/secrets/key" } }))).toEqual([]);
  expect(warnings(() => ({ auth: { federated: { identity, idToken: "file:/run/token" } } }))).toEqual([]);
});

test("an OAuth client of the program is not warned of", () => {
  const stack = newStack();
  const oauthClient = new TailnetOAuthClient(stack, "client", { tags: ["tag:a"] });
  const context = new TailnetContext(stack, "it", { name: "tailnet", auth: { oauthClient } });
  expect(context.node.metadata.filter(({ type }) => /warn/.test(type))).toEqual([]);
});

test("an auth key beside an OAuth client is left out, and one line says so", () => {
  const stack = newStack();
  const token = new TerraformVariable(stack, "token", { type: "string", sensitive: true }).stringValue;
  const auth = { authKey: "tskey-auth-hidden", oauthSecret: { clientSecret: token } } as unknown as TailnetAuth;
  const context = new TailnetContext(stack, "it", { name: "tailnet", auth });
  expect(context.node.metadata.filter(({ type }) => /warn/.test(type)).map(({ data }) => data)).toEqual([
    "auth.authKey is not used, because auth.oauthSecret is given. Remove it when you no longer need it.",
  ]);
  expect(context.variable("TS_OAUTH_CLIENT_SECRET")).toBeDefined();
  expect(() => context.variable("TS_AUTHKEY")).toThrow("variable must be one of TS_OAUTH_CLIENT_SECRET");
});
