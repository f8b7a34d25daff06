// SPDX-License-Identifier: Apache-2.0
import * as pulumi from "@pulumi/pulumi";
import { TerraformStack, Testing } from "cdktf";
import {
  TailnetFederatedIdentity as FederatedIdentity,
  type TailnetContextProps,
  type TailnetFederatedIdentityProps,
} from "../../constructs/index.js";
import {
  TailnetContext,
  type TailnetContextArgs,
  TailnetFederatedIdentity,
  type TailnetFederatedIdentityArgs,
  TailnetOAuthClient,
  type TailnetOAuthClientArgs,
} from "../../pulumi/index.js";
import { ValidationError } from "../../pulumi/support/validation-error.js";
import { clientError, contextError, type Loose } from "../constructs/refusals.js";
import { deploy } from "./deploy.js";

const HIDDEN = "tskey-auth-hidden";
const CLIENT_SECRET = "tskey-client-hidden";

/** Arguments that break a rule, one each. */
const CONTEXTS: Loose<TailnetContextProps>[] = [
  { name: "" },
  { name: undefined },
  { name: "!!!" },
  { spaceId: "" },
  { phases: [] },
  { phases: ["plan", "deploy"] },
  { phases: ["plan", "plan"] },
  { runnerImage: " " },
  { runnerRegistry: "" },
  { runnerImage: "a", runnerRegistry: "b" },
  { labels: ["a", ""] },
  { labels: ["autoattach:x"] },
  { autoattach: "" },
  { autoattach: "*" },
  { autoattach: "x", autoattachAll: true },
  { auth: undefined },
  { auth: {} },
  { auth: { authKey: HIDDEN, oauthSecret: { clientSecret: CLIENT_SECRET } } },
  { auth: { authKey: `${HIDDEN}\n` } },
  { auth: { oauthSecret: { clientSecret: " " } } },
  { auth: { oauthSecret: {} as never } },
  { auth: { oauthSecret: { clientSecret: CLIENT_SECRET, clientId: "" } } },
  { auth: { oauthSecret: { clientSecret: CLIENT_SECRET, clientId: HIDDEN } } },
  { auth: { oauthSecret: { clientSecret: CLIENT_SECRET, tags: [] } } },
  { auth: { federated: {} } },
  { auth: { federated: { identity: { clientId: "a" }, read: { clientId: "b" } } } },
  { auth: { federated: { identity: {} as never } } },
  { auth: { federated: { identity: { clientId: "a", tags: ["b"] } } } },
  { auth: { federated: { identity: { clientId: "a", spaceId: "root" } } }, spaceId: "prod" },
  { auth: { federated: { read: { clientId: "a" } } }, phases: ["plan", "apply"] },
  { auth: { federated: { write: { clientId: "a" } } } },
  { auth: { federated: { write: { clientId: "a", scope: "read" } } }, phases: ["apply"] },
  { auth: { federated: { identity: { clientId: "a", runTypes: ["PROPOSED"] } } } },
  { auth: { federated: { identity: { clientId: "a" }, idToken: "" } } },
  { auth: { authKey: CLIENT_SECRET } },
  { auth: { oauthSecret: { clientSecret: HIDDEN } } },
  { auth: { oauthSecret: { clientSecret: CLIENT_SECRET } }, controlUrl: "http://headscale.test" },
  { auth: { federated: { identity: { clientId: "a" } } }, controlUrl: "https://10.0.0.1" },
  { name: HIDDEN },
  { description: `with ${HIDDEN}` },
  { autoattach: HIDDEN },
  { labels: ["a", HIDDEN] },
  { hostname: HIDDEN },
  { exitNode: HIDDEN },
  { waitFor: [`${HIDDEN}:80`] },
  { noProxy: [HIDDEN] },
  { tailscaledArgs: [`--authkey=${HIDDEN}`] },
  { controlUrl: `https://${HIDDEN}/path` },
  { bootTimeout: HIDDEN },
  { files: [{ path: HIDDEN, content: "x" }] },
  { environment: { [HIDDEN]: "x" } },
  { environment: { A: undefined } as never },
  { secretEnvironment: { A: undefined } as never },
  { environment: { "MY-VALUE": "x" } },
  { environment: { Resource: "x" } },
  { environment: { A: "a\nb" } },
  { environment: { A: HIDDEN } },
  { environment: { ro_TS_AUTHKEY: "x" } },
  { environment: { TS_LOGIN_SERVER: "x" } },
  { secretEnvironment: { A: "" } },
  { secretEnvironment: { A: "x" }, environment: { A: "y" } },
  { files: [{ path: "/etc/passwd", content: "x" }] },
  { files: [{ path: "a", content: "" }] },
  { files: [{ path: "spacelift.oidc", content: "x" }] },
  { files: [{ path: ".env_hooks_after", content: "x" }] },
  { files: [{ path: "a", content: HIDDEN, secret: false }] },
  {
    files: [
      { path: "a", content: "x" },
      { path: "a", content: "y" },
    ],
  },
  { waitFor: ["db"] },
  { bootTimeout: "soon" },
  { hostname: "???" },
  { controlUrl: "ftp://a" },
  { apiUrl: "http://a.test" },
  { exitNode: "a b" },
  { httpProxy: "8080" },
  { socks5Server: "8080" },
  { noProxy: [""] },
  { noProxy: ["a b"] },
  { noProxy: ["a", "*"] },
  { tailscaledArgs: ["--socket=x"] },
  { tailscaledArgs: ["--socks5-server=localhost:1"] },
  { tailscaledArgs: ["a b"] },
  { socket: "here" },
];

/** What is said of a component named `tailnet`, and what is registered nevertheless. */
async function messageOf(component: () => unknown): Promise<string> {
  let message = "";
  const registrations = await deploy(() => {
    try {
      component();
    } catch (error) {
      if (!(error instanceof ValidationError)) throw error;
      message = error.message;
    }
  });
  if (message !== "") expect(registrations).toEqual([]);
  return message;
}

function componentError(args: object): Promise<string> {
  const good = { name: "tailnet", auth: { authKey: "key" } };
  return messageOf(() => new TailnetContext("tailnet", { ...good, ...args } as TailnetContextArgs));
}

test.each(CONTEXTS)(
  "TailnetContext refuses at once what the construct refuses, in the same words: %j",
  async (args) => {
    const expected = contextError(args).replace("app/tailnet", "tailnet");
    expect(expected).not.toBe("");
    expect(expected).not.toMatch(/tskey-|hidden/);
    expect(await componentError(args)).toBe(expected);
  },
);

const IDENTITIES: Loose<TailnetFederatedIdentityProps>[] = [
  { account: undefined },
  { account: "a b" },
  { tags: [] },
  { spaceId: "a:b" },
  { stack: "a b" },
  { stack: "a", module: "b" },
  { runTypes: ["DEPLOY"] },
  { runTypes: "TRACKED" as never },
  { tags: "tag:a" as never },
  { runTypes: ["PROPOSED", "TASK"] },
  { scope: "admin" },
  { scope: "write", runTypes: ["PROPOSED"] },
  { issuer: "http://a.test" },
  { audience: "" },
  { subject: " " },
  { description: "(runs)" },
  { description: HIDDEN },
];

test.each(IDENTITIES)(
  "TailnetFederatedIdentity refuses what the construct refuses, in the same words: %j",
  async (args) => {
    const good = { account: "acme", tags: ["tag:a"], ...args };
    const stack = new TerraformStack(Testing.app(), "app");
    let expected = "";
    try {
      new FederatedIdentity(stack, "tailnet", good as TailnetFederatedIdentityProps);
    } catch (error) {
      expected = (error as Error).message.replace("app/tailnet", "tailnet");
    }
    expect(expected).not.toBe("");
    const component = () => new TailnetFederatedIdentity("tailnet", good as TailnetFederatedIdentityArgs);
    expect(await messageOf(component)).toBe(expected);
  },
);

test.each([{ tags: [] }, { tags: undefined }, { tags: ["a"] }, { tags: "tag:a" as never }, { description: "(runs)" }])(
  "TailnetOAuthClient refuses what the construct refuses, in the same words: %j",
  async (args: Loose<TailnetOAuthClientArgs>) => {
    const expected = clientError(args as never).replace("app/", "");
    const good = { tags: ["tag:a"], ...args } as TailnetOAuthClientArgs;
    expect(await messageOf(() => new TailnetOAuthClient("client", good))).toBe(expected);
    expect(expected).not.toBe("");
  },
);

test.each<[object, string]>([
  [
    { beforeHooks: [{ phase: "run", command: "date" }] },
    'beforeHooks.phase must be one of init, plan, apply, perform, destroy, but "run" was given',
  ],
  [{ afterHooks: [{ phase: "plan", command: "" }] }, 'afterHooks.command must not be empty, but "" was given'],
  [
    { beforeHooks: [{ phase: "plan", command: "trap 'x' EXIT" }] },
    `beforeHooks.command must not set an EXIT trap, which is the tunnel's unless exitTrap is off, but "trap 'x' EXIT" was given`,
  ],
  [
    { afterHooks: [{ phase: "plan", command: `curl -u ${HIDDEN}: a.test` }] },
    "afterHooks.command must not hold a secret of Tailscale: everybody who sees the context can read it",
  ],
  [{ attachments: [{}] }, "attachments must have exactly one of stackId, moduleId"],
  [{ attachments: [{ stackId: "a", moduleId: "b" }] }, "attachments must have exactly one of stackId, moduleId"],
  [{ attachments: [{ stackId: "" }] }, 'stackId must not be empty, but "" was given'],
  [{ attachments: [{ stackId: "a", priority: 1.5 }] }, "priority must be a whole number, but 1.5 was given"],
  [
    { attachments: [{ moduleId: pulumi.output("a") }] },
    "id must be given, because moduleId is not known when the program runs",
  ],
  [
    { spaceId: "prod", attachments: [{ stackId: "a", spaceId: "root" }] },
    'spaceId must be within reach of a context in prod, but "root" was given',
  ],
])("TailnetContext has rules for what the construct has methods for: %j", async (args, problem) => {
  expect(await componentError(args)).toBe(`TailnetContext 'tailnet': ${problem}`);
});

test.each<[string, object]>([
  ["phases", { phases: "text" }],
  ["waitFor", { waitFor: "text" }],
  ["noProxy", { noProxy: "text" }],
  ["tailscaledArgs", { tailscaledArgs: "text" }],
  ["labels", { labels: "text" }],
  ["auth.oauthSecret.tags", { auth: { oauthSecret: { clientSecret: CLIENT_SECRET, tags: "text" } } }],
  ["auth.federated.identity.tags", { auth: { federated: { identity: { clientId: "a", tags: "text" } } } }],
])("TailnetContext wants a list for %s, as the construct does", async (property, args) => {
  const message = `TailnetContext 'tailnet': ${property} must be a list, but "text" was given`;
  expect(await componentError(args)).toBe(message);
  expect(contextError(args)).toBe(message.replace("'tailnet'", "'app/tailnet'"));
});

const STRUCTURES: Readonly<Record<string, (later: object) => object>> = {
  auth: (later) => ({ auth: later }),
  "auth.federated": (later) => ({ auth: { federated: later } }),
  "auth.federated.read": (later) => ({ auth: { federated: { read: later } } }),
  "auth.oauthClient": (later) => ({ auth: { oauthClient: later } }),
  "auth.oauthSecret": (later) => ({ auth: { oauthSecret: later } }),
  environment: (later) => ({ environment: later }),
  secretEnvironment: (later) => ({ secretEnvironment: later }),
  files: (later) => ({ files: later }),
  attachments: (later) => ({ attachments: later }),
  beforeHooks: (later) => ({ beforeHooks: later }),
  afterHooks: (later) => ({ afterHooks: later }),
};

test.each(Object.entries(STRUCTURES))(
  "TailnetContext cannot wait to know what %s holds, as an output or as a promise",
  async (property, args) => {
    const expected = `TailnetContext 'tailnet': ${property} must not be an output itself, though what it holds may be`;
    expect(await componentError(args(pulumi.output({})))).toBe(expected);
    expect(await componentError(args(Promise.resolve({})))).toBe(expected);
  },
);

const LATER = pulumi.output(true);

test.each<[string, object]>([
  ["autoattachAll", { autoattachAll: LATER }],
  ["outermost", { outermost: LATER }],
  ["files.path", { files: [{ path: LATER, content: "a" }] }],
  ["files.secret", { files: [{ path: "a", content: "a", secret: LATER }] }],
  ["beforeHooks.phase", { beforeHooks: [{ phase: LATER, command: "date" }] }],
  ["afterHooks.phase", { afterHooks: [{ phase: LATER, command: "date" }] }],
  ["id", { attachments: [{ stackId: "a", id: LATER }] }],
])("TailnetContext cannot wait to know %s", async (property, args) => {
  expect(await componentError(args)).toBe(`TailnetContext 'tailnet': ${property} must be plain, and not an output`);
});

test.each(["files", "attachments", "beforeHooks", "afterHooks"])(
  "TailnetContext wants a list of objects for %s",
  async (property) => {
    const expected = `TailnetContext 'tailnet': ${property} must be a list of objects`;
    expect(await componentError({ [property]: {} })).toBe(expected);
    expect(await componentError({ [property]: ["a"] })).toBe(expected);
    expect(await componentError({ [property]: [pulumi.output({})] })).toBe(`${expected}, not of outputs`);
  },
);
