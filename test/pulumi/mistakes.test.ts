// SPDX-License-Identifier: Apache-2.0
// The tables of mistakes, which the constructs are held to as well, through Pulumi's components.
import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { CONTEXT_OPTIONS, IDENTITY_OPTIONS, OAUTH_CLIENT_OPTIONS, TAILNET_OPTIONS } from "../../contract/index.js";
import { Tailnet, TailnetContext, TailnetFederatedIdentity, TailnetOAuthClient } from "../../pulumi/index.js";
import {
  CLIENT_MISTAKES,
  CONTEXT_MISTAKES,
  GOOD,
  IDENTITY_MISTAKES,
  PROGRAM_MISTAKES,
  TAILNET_MISTAKES,
} from "../mistakes.js";
import { holds } from "../property.js";
import { type Loose, message, messageOf, REFUSALS, underMocks } from "./refusals.js";

underMocks();

test.each(CONTEXT_MISTAKES)("TailnetContext: %j", (args, lines) => {
  const said = REFUSALS.TailnetContext(args);
  expect(said).toBe(message("TailnetContext", lines));
  expect(said).not.toMatch(/hidden|tskey-/);
});

test.each(PROGRAM_MISTAKES)("TailnetContext: %p", (args, lines) => {
  expect(REFUSALS.TailnetContext(args)).toBe(message("TailnetContext", lines));
});

test.each(TAILNET_MISTAKES)("Tailnet: %j", (args, lines) => {
  expect(REFUSALS.Tailnet(args)).toBe(message("Tailnet", lines));
});

test.each(IDENTITY_MISTAKES)("TailnetFederatedIdentity: %j", (args, lines) => {
  expect(REFUSALS.TailnetFederatedIdentity(args)).toBe(message("TailnetFederatedIdentity", lines));
});

test.each(CLIENT_MISTAKES)("TailnetOAuthClient: %j", (args, lines) => {
  expect(REFUSALS.TailnetOAuthClient(args)).toBe(message("TailnetOAuthClient", lines));
});

test("an OAuth client instead of an identity, which has a client ID as well", () => {
  const identity = new TailnetOAuthClient("client", { tags: ["tag:a"] });
  expect(REFUSALS.TailnetContext({ auth: { federated: { identity } } })).toBe(
    message("TailnetContext", [
      "auth.federated.identity must be a TailnetFederatedIdentity, or an object with its clientId",
    ]),
  );
});

describe.each([
  ["Tailnet", Tailnet],
  ["TailnetContext", TailnetContext],
  ["TailnetFederatedIdentity", TailnetFederatedIdentity],
  ["TailnetOAuthClient", TailnetOAuthClient],
] as const)("%s", (name, Component) => {
  const said = (args: unknown) => messageOf(() => new Component("it", args as never));

  test.each([null, "x", 7, []])("arguments that are %j", (args) => {
    const line = `options must be an object, but ${JSON.stringify(args)} was given`;
    expect(said(args)).toBe(message(name, [line]));
  });

  test.each([
    [{ name: "a", auth: { authKey: "hidden" } }, ""],
    [undefined, ""],
    ["", ', but "" was given'],
    [7, ", but 7 was given"],
  ])("a name that is %j", (given, quoted) => {
    const line = `${name} '': the first argument must be the name of the component`;
    expect(messageOf(() => new Component(given as never, {} as never))).toBe(`${line}${quoted}`);
  });

  test.each([pulumi.output({ name: "a" }), Promise.resolve({ name: "a" })])(
    "arguments that are known later",
    (args) => {
      const line = "options must not be an output as a whole, though its members may be";
      expect(said(args)).toBe(message(name, [line]));
    },
  );
});

test.each<[Loose, string]>([
  [{ provider: "x" }, "provider is not an option"],
  [{ dependsOn: [] }, "dependsOn is not an option"],
  [{ writeOnlyVersion: "1" }, "writeOnlyVersion is not an option"],
])("TailnetContext: %j, which only programs for Terraform have", (args, line) => {
  expect(REFUSALS.TailnetContext(args)).toBe(message("TailnetContext", [line]));
});

test("a login instead of its options", () => {
  const auth = new TailnetOAuthClient("client", { tags: ["tag:a"] });
  expect(messageOf(() => new TailnetContext("it", { name: "tailnet", auth } as never))).toBe(
    message("TailnetContext", ["auth must be a plain object, but an instance of TailnetOAuthClient was given"]),
  );
});

test.each<[string, (context: TailnetContext) => unknown]>([
  ['stackId must not be empty, but "" was given', (c) => c.attachTo("")],
  ["attachment must have exactly one of stackId, moduleId", (c) => c.attachToModule(undefined as never)],
  ["options must be an object, but 3 was given", (c) => c.attachTo("a", 3 as never)],
  ["stack is not an option: did you mean stackId?", (c) => c.attachTo("a", { stack: "b" } as never)],
  ['stackId must not be attached twice, but "a" was given', (c) => [c.attachTo("a"), c.attachTo("a", { id: "b" })]],
  ['moduleId must not be attached twice, but "a" was given', (c) => [c.attachToModule("a"), c.attachToModule("a")]],
  ["id must not be the name of another attachment", (c) => [c.attachTo("a"), c.attachTo("b", { id: "a" })]],
  ["id must be given, because stackId is an output", (c) => c.attachTo(pulumi.output("a"))],
])("attachments: %s", (line, attach) => {
  const context = new TailnetContext("it", GOOD);
  expect(messageOf(() => attach(context))).toBe(message("TailnetContext", [line]));
});

/** An output, or a promise, in a place that decides which resources there are. */
const LATER = pulumi.output(true);
const AT_ONCE = "must be known when the program runs, so it must not be an output";
const AS_A_WHOLE = "must not be an output as a whole, though its members may be";

test.each<[string, Loose, string]>([
  ["autoattachAll", { autoattachAll: LATER }, AT_ONCE],
  ["outermost", { outermost: LATER }, AT_ONCE],
  ["files[0].path", { files: [{ path: LATER, content: "a" }] }, AT_ONCE],
  ["files[0].secret", { files: [{ path: "a", content: "a", secret: LATER }] }, AT_ONCE],
  ["beforeHooks[0].phase", { beforeHooks: [{ phase: LATER, command: "date" }] }, AT_ONCE],
  ["afterHooks[0].outsideTunnel", { afterHooks: [{ phase: "plan", command: "a", outsideTunnel: LATER }] }, AT_ONCE],
  ["attachments[0].id", { attachments: [{ stackId: "a", id: LATER }] }, AT_ONCE],
  ["auth", { auth: LATER }, AS_A_WHOLE],
  ["auth.federated", { auth: { federated: LATER } }, AS_A_WHOLE],
  ["auth.federated.identity", { auth: { federated: { identity: LATER } } }, AS_A_WHOLE],
  ["auth.oauthClient", { auth: { oauthClient: LATER } }, AS_A_WHOLE],
  ["auth.oauthSecret", { auth: { oauthSecret: Promise.resolve({}) } }, AS_A_WHOLE],
  ["environment", { environment: LATER }, AS_A_WHOLE],
  ["secretEnvironment", { secretEnvironment: Promise.resolve({}) }, AS_A_WHOLE],
  ["files", { files: LATER }, AS_A_WHOLE],
  ["attachments", { attachments: LATER }, AS_A_WHOLE],
  ["attachments[0]", { attachments: [LATER] }, AS_A_WHOLE],
  ["beforeHooks", { beforeHooks: LATER }, AS_A_WHOLE],
  ["afterHooks[1]", { afterHooks: [{ phase: "plan", command: "a" }, LATER] }, AS_A_WHOLE],
])("%s cannot be known later", (property, args, rule) => {
  expect(REFUSALS.TailnetContext(args)).toBe(message("TailnetContext", [`${property} ${rule}`]));
});

test("an attachment to what is known later must have a name", () => {
  const line = "attachments[0].id must be given, because moduleId is an output";
  expect(REFUSALS.TailnetContext({ attachments: [{ moduleId: pulumi.output("a") }] })).toBe(
    message("TailnetContext", [line]),
  );
});

test.each<[string, Loose, string]>([
  ["grants", { grants: LATER }, AS_A_WHOLE],
  ["grants[0]", { grants: [LATER] }, AS_A_WHOLE],
  ["grants[0].dst", { grants: [{ dst: LATER }] }, AT_ONCE],
  ["grants[0].dst[1]", { grants: [{ dst: ["a", LATER] }] }, AT_ONCE],
  ["grants[0].ip", { grants: [{ dst: ["a"], ip: LATER }] }, AT_ONCE],
  ["grants[0].src", { grants: [{ dst: ["a"], src: LATER }] }, AT_ONCE],
  ["trust", { account: "acme", trust: LATER }, AS_A_WHOLE],
])("Tailnet: %s cannot be known later", (property, args, rule) => {
  expect(REFUSALS.Tailnet(args)).toBe(message("Tailnet", [`${property} ${rule}`]));
});

describe("any JSON value is taken, or refused by name", () => {
  const json = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom("", "a", "tag:a", [], {}, [{}], [""], null, 0));

  test.each([
    ["TailnetContext", CONTEXT_OPTIONS],
    ["Tailnet", TAILNET_OPTIONS],
    ["TailnetFederatedIdentity", IDENTITY_OPTIONS],
    ["TailnetOAuthClient", OAUTH_CLIENT_OPTIONS],
  ] as const)("by %s", (className, rows) => {
    const names = rows.map(({ name }) => name);
    const args = fc.dictionary(fc.constantFrom(...names, "other"), json, { minKeys: 1, maxKeys: 2 });
    holds(args, (given) => {
      const lines = REFUSALS[className](given)
        .split("\n")
        .filter((line) => line !== "");
      for (const line of lines) {
        expect(line).toMatch(new RegExp(`^${className} 'it': (\\w|\\.\\w|\\[\\d+\\]|\\["[^\\n]*"\\])+ (must|is not) `));
      }
    });
  });

  test("as the argument of a method", () => {
    const context = new TailnetContext("it", GOOD);
    holds(json, (given) => {
      for (const call of [
        () => context.attachTo(given as never),
        () => context.attachTo("web", given as never),
        () => context.attachToModule(given as never),
        () => context.variable(given as never),
        () => context.file(given as never),
      ]) {
        expect(typeof messageOf(call)).toBe("string");
      }
    });
  });
});
