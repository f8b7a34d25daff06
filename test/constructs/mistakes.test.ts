// SPDX-License-Identifier: Apache-2.0
import { App, TerraformStack } from "cdktf";
import fc from "fast-check";
import {
  spacelift,
  Tailnet,
  TailnetContext,
  TailnetFederatedIdentity,
  TailnetOAuthClient,
  TailnetPolicyFragment,
  tailscale,
  ValidationError,
} from "../../constructs/index.js";
import {
  CONTEXT_OPTIONS,
  IDENTITY_OPTIONS,
  META_OPTIONS,
  OAUTH_CLIENT_OPTIONS,
  TAILNET_OPTIONS,
  TAILSCALE_PROVIDER_OPTION,
  WRITE_ONLY_OPTION,
} from "../../contract/index.js";
import {
  CLIENT_MISTAKES,
  CONTEXT_MISTAKES,
  GOOD,
  IDENTITY_MISTAKES,
  POLICY_MISTAKES,
  PROGRAM_MISTAKES,
  TAILNET_MISTAKES,
} from "../mistakes.js";
import { holds } from "../property.js";
import { clientError, contextError, identityError, type Loose, message, messageOf, tailnetError } from "./refusals.js";

test.each(CONTEXT_MISTAKES)("TailnetContext: %j", (options, lines) => {
  const said = contextError(options);
  expect(said).toBe(message("TailnetContext", lines));
  expect(said).not.toMatch(/hidden|tskey-/);
});

test.each(PROGRAM_MISTAKES)("TailnetContext: %p", (options, lines) => {
  expect(contextError(options)).toBe(message("TailnetContext", lines));
});

test.each(TAILNET_MISTAKES)("Tailnet: %j", (options, lines) => {
  expect(tailnetError(options)).toBe(message("Tailnet", lines));
});

test.each(IDENTITY_MISTAKES)("TailnetFederatedIdentity: %j", (options, lines) => {
  expect(identityError(options)).toBe(message("TailnetFederatedIdentity", lines));
});

test.each(CLIENT_MISTAKES)("TailnetOAuthClient: %j", (options, lines) => {
  expect(clientError(options)).toBe(message("TailnetOAuthClient", lines));
});

test.each(POLICY_MISTAKES)("TailnetPolicyFragment: %j", (options, lines) => {
  const said = messageOf((stack) => new TailnetPolicyFragment(stack, "it", { tags: ["tag:a"], ...options } as never));
  expect(said).toBe(message("TailnetPolicyFragment", lines));
});

test.each([undefined, null, "x", 7, []])("options that are %j", (options) => {
  const lines =
    options === undefined
      ? ["name must be given", "auth must be given"]
      : [`options must be an object, but ${JSON.stringify(options)} was given`];
  expect(messageOf((stack) => new TailnetContext(stack, "it", options as never))).toBe(
    message("TailnetContext", lines),
  );
});

test("options in a list are not quoted", () => {
  const options = [{ name: "tailnet", auth: { authKey: "hidden" } }];
  expect(messageOf((stack) => new TailnetContext(stack, "it", options as never))).toBe(
    message("TailnetContext", ["options must be an object"]),
  );
});

test("objects of other kinds instead of options", () => {
  const given = [new Map([["name", "tailnet"]]), Promise.resolve({}), new Date(0)];
  const said = given.map((options) => messageOf((stack) => new Tailnet(stack, "it", options as never)));
  const names = ["Map", "Promise", "Date"];
  expect(said).toEqual(
    names.map((name) => message("Tailnet", [`options must be a plain object, but an instance of ${name} was given`])),
  );
});

test("a login instead of its options", () => {
  const said = messageOf((stack) => {
    const auth = new TailnetOAuthClient(stack, "client", { tags: ["tag:a"] });
    new TailnetContext(stack, "it", { name: "tailnet", auth } as never);
  });
  expect(said).toBe(
    message("TailnetContext", ["auth must be a plain object, but an instance of TailnetOAuthClient was given"]),
  );
});

test("a raw client or identity instead of ours, which has no secret or client ID of that name", () => {
  const said = messageOf((stack) => {
    const oauthClient = new tailscale.OauthClient(stack, "client", { scopes: ["auth_keys"] });
    new TailnetContext(stack, "it", { name: "tailnet", auth: { oauthClient } } as never);
  });
  expect(said).toBe(
    message("TailnetContext", ["auth.oauthClient must be a TailnetOAuthClient, or an object with its clientSecret"]),
  );
  const about = messageOf((stack) => {
    const identity = new tailscale.FederatedIdentity(stack, "identity", {
      scopes: ["auth_keys"],
      issuer: "https://id.test",
      subject: "*",
    });
    new TailnetContext(stack, "it", { name: "tailnet", auth: { federated: { identity } } } as never);
  });
  expect(about).toBe(
    message("TailnetContext", [
      "auth.federated.identity must be a TailnetFederatedIdentity, or an object with its clientId",
    ]),
  );
});

test("an OAuth client instead of an identity, which has a client ID as well", () => {
  const said = messageOf((stack) => {
    const identity = new TailnetOAuthClient(stack, "client", { tags: ["tag:a"] });
    new TailnetContext(stack, "it", { name: "tailnet", auth: { federated: { identity } } });
  });
  expect(said).toBe(
    message("TailnetContext", [
      "auth.federated.identity must be a TailnetFederatedIdentity, or an object with its clientId",
    ]),
  );
});

test.each(
  Object.entries({ Tailnet, TailnetContext, TailnetFederatedIdentity, TailnetOAuthClient, TailnetPolicyFragment }),
)("%s without an ID", (name, construct) => {
  const said = messageOf((stack) => new construct(stack, { authKey: "hidden" } as never, {} as never));
  expect(said).toBe(`${name} 'app': the second argument must be the ID of the construct`);
});

test("a provider of the other kind", () => {
  const said = messageOf((stack) => {
    const provider = new tailscale.TailscaleProvider(stack, "tailscale");
    const tailscaleProvider = new spacelift.SpaceliftProvider(stack, "spacelift");
    new Tailnet(stack, "it", { provider, tailscaleProvider });
  });
  expect(said).toBe(
    message("Tailnet", [
      "provider must be a provider for spacelift, not for tailscale",
      "tailscaleProvider must be a provider for tailscale, not for spacelift",
    ]),
  );
});

test.each<[Loose, string]>([
  [{ provider: "spacelift" }, "provider must be a provider of this program"],
  [{ dependsOn: "x" }, "dependsOn must be a list of resources or the like"],
  [{ lifecycle: true }, "lifecycle must be an object"],
  [{ writeOnlyVersion: 1 }, "writeOnlyVersion must be a string, but 1 was given"],
])("TailnetContext: %j, which only programs for Terraform have", (options, line) => {
  expect(contextError(options)).toBe(message("TailnetContext", [line]));
});

test("the error has the construct's path and the problems as data", () => {
  expect.assertions(1);
  try {
    new TailnetContext(new TerraformStack(new App(), "app"), "it", { ...GOOD, name: "", phases: [] });
  } catch (error) {
    expect(error).toMatchObject({
      name: "ValidationError",
      path: "app/it",
      problems: [
        'name must not be empty, but "" was given',
        "phases must name at least one of init, plan, apply, perform, destroy, but [] was given",
      ],
    });
  }
});

describe("any JSON value is taken, or refused by name", () => {
  const programs = [...META_OPTIONS, WRITE_ONLY_OPTION];
  const json = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom("", "a", "tag:a", [], {}, [{}], [""], null, 0));
  test.each<[string, (options: Loose) => string, readonly string[]]>([
    ["TailnetContext", contextError, [...CONTEXT_OPTIONS, ...programs].map(({ name }) => name)],
    ["Tailnet", tailnetError, [...TAILNET_OPTIONS, ...programs, TAILSCALE_PROVIDER_OPTION].map(({ name }) => name)],
    ["TailnetFederatedIdentity", identityError, [...IDENTITY_OPTIONS, ...META_OPTIONS].map(({ name }) => name)],
    ["TailnetOAuthClient", clientError, [...OAUTH_CLIENT_OPTIONS, ...META_OPTIONS].map(({ name }) => name)],
  ])("by %s", (className, errorOf, names) => {
    const options = fc.dictionary(fc.constantFrom(...names, "other"), json, { minKeys: 1, maxKeys: 2 });
    holds(options, (given) => {
      for (const line of errorOf(given)
        .split("\n")
        .filter((one) => one !== "")) {
        // The rules about several options may name one that was left to its default.
        expect(line).toMatch(
          new RegExp(`^${className} 'app/it': (\\w|\\.\\w|\\[\\d+\\]|\\["[^\\n]*"\\])+ (must|is not) `),
        );
      }
    });
  });

  test("as the argument of a method", () => {
    holds(
      json,
      (given) => {
        const stack = new TerraformStack(new App(), "app");
        const context = new TailnetContext(stack, "it", GOOD);
        const calls = [
          () => context.addBeforeHook(given as never, "date"),
          () => context.addAfterHook("plan", given as never),
          () => context.addBeforeHook("plan", "date", given as never),
          () => context.attachTo(given as never),
          () => context.attachTo("web", given as never),
          () => context.attachToModule(given as never),
          () => context.variable(given as never),
          () => context.file(given as never),
          () => new TailnetPolicyFragment(stack, "policy", given as never),
          () => new Tailnet(stack, "tailnet", { grants: given as never }),
        ];
        for (const call of calls) {
          try {
            call();
          } catch (error) {
            expect(error).toBeInstanceOf(ValidationError);
          }
        }
      },
      100,
    );
  });
});
