// SPDX-License-Identifier: Apache-2.0
import { App, TerraformStack, TerraformVariable } from "cdktf";
import { TailnetContext, type TailnetContextProps, type TailnetOAuthClientProps } from "../../constructs/index.js";
import { clientError, contextError, type Loose, messageOf } from "./refusals.js";

describe("TailnetOAuthClient", () => {
  test.each<[Loose<TailnetOAuthClientProps>, string]>([
    [{ tags: [] }, "tags must name at least one tag, but [] was given"],
    [{ tags: undefined }, "tags must be given"],
    [
      { tags: ["tag:a", "spacelift"] },
      'tags must hold tags, and a tag must begin with "tag:", but ["tag:a","spacelift"] was given',
    ],
    [
      { tags: ["tag:a b"] },
      'tags must hold tags, and a tag must hold only letters, digits and dashes, but ["tag:a b"] was given',
    ],
    [{ description: "x".repeat(51) }, `description must have at most 50 characters, but "${"x".repeat(51)}" was given`],
    [
      { description: "Runs (prod)" },
      'description must hold only letters, digits, spaces and dashes, but "Runs (prod)" was given',
    ],
  ])("%j: %s", (props, problem) => {
    expect(clientError(props)).toBe(`TailnetOAuthClient 'app/client': ${problem}`);
  });

  test("a description of 50 good characters is fine", () => {
    expect(clientError({ description: "Spacelift runs of team-a 2".padEnd(50, "x") })).toBe("");
  });
});

describe("TailnetContext", () => {
  test.each<[Loose<TailnetContextProps>, string]>([
    [{ name: "" }, 'name must not be empty, but "" was given'],
    [{ name: "  " }, 'name must not be empty, but "  " was given'],
    [{ name: undefined }, "name must be given"],
    [{ spaceId: "" }, 'spaceId must not be empty, but "" was given'],
    [{ writeOnlyVersion: "" }, 'writeOnlyVersion must not be empty, but "" was given'],
    [{ runnerRegistry: "" }, 'runnerRegistry must not be empty, but "" was given'],
    [
      { runnerImage: "a", runnerRegistry: "b" },
      'runnerRegistry must not be given together with runnerImage, but "b" was given',
    ],
    [{ runnerImage: "" }, 'runnerImage must not be empty, but "" was given'],
    [{ phases: [] }, "phases must name at least one of init, plan, apply, perform, destroy, but [] was given"],
    [
      { phases: ["plan", "deploy"] },
      'phases must name only init, plan, apply, perform, destroy, but ["plan","deploy"] was given',
    ],
    [{ phases: ["plan", "plan"] }, 'phases must not name a phase twice, but ["plan","plan"] was given'],
    [{ labels: ["a", ""] }, 'labels must hold labels, and a label must not be empty, but ["a",""] was given'],
    [
      { labels: ["autoattach:x"] },
      'labels must not hold autoattach labels: use autoattach or autoattachAll, but ["autoattach:x"] was given',
    ],
  ])("%j: %s", (props, problem) => {
    expect(contextError(props)).toBe(`TailnetContext 'app/tailnet': ${problem}`);
  });
});

test("TailnetContext: labels must not be a token for a whole list", () => {
  const message = messageOf((stack) => {
    const labels = new TerraformVariable(stack, "labels", { type: "list(string)" }).listValue;
    new TailnetContext(stack, "tailnet", { name: "tailnet", auth: { authKey: "key" }, labels });
  });
  expect(message).toMatch(
    /^TailnetContext 'app\/tailnet': labels must be a list of labels, not a token for a whole list, but \["#\{TfToken/,
  );
});

describe("TailnetContext, the label that attaches it", () => {
  test.each<[Loose<TailnetContextProps>, string]>([
    [{ autoattach: "" }, 'autoattach must not be empty, but "" was given'],
    [
      { autoattach: "autoattach:x" },
      'autoattach must be the plain label: the "autoattach:" prefix goes on the context only, but "autoattach:x" was given',
    ],
    [{ autoattach: "*" }, 'autoattach must not contain "*": use autoattachAll to attach everywhere, but "*" was given'],
    [
      { autoattach: "x", autoattachAll: true },
      'autoattach must not be given together with autoattachAll, but "x" was given',
    ],
    [
      { name: "!!!" },
      'name must hold a letter or digit to make a label of, unless autoattach is given, but "!!!" was given',
    ],
  ])("%j: %s", (props, problem) => {
    expect(contextError(props)).toBe(`TailnetContext 'app/tailnet': ${problem}`);
  });

  test("cannot be made of a name that is a token", () => {
    const message = messageOf((stack) => {
      const name = new TerraformVariable(stack, "name", { type: "string" }).stringValue;
      new TailnetContext(stack, "tailnet", { name, auth: { authKey: "key" } });
    });
    expect(message).toBe(
      "TailnetContext 'app/tailnet': autoattach must be given, because no label can be made of a name that is a token",
    );
  });

  test("need not be made of the name when it is given, or when every stack gets the context", () => {
    expect(contextError({ name: "!!!", autoattach: "x" })).toBe("");
    expect(contextError({ name: "!!!", autoattachAll: true })).toBe("");
  });
});

describe("TailnetContext, environment", () => {
  test.each<[Record<string, string>, string]>([
    [
      { "MY-VALUE": "x" },
      'environment must have names of letters, digits and underscores that do not begin with a digit, but "MY-VALUE" was given',
    ],
    [
      { "": "x" },
      'environment must have names of letters, digits and underscores that do not begin with a digit, but "" was given',
    ],
    [
      JSON.parse('{"__proto__":"x"}'),
      'environment must not hold a variable named __proto__, but "__proto__" was given',
    ],
    [{ Resource: "x" }, 'environment must not hold a variable named Resource, but "Resource" was given'],
    [{ MY_VALUE: undefined as never }, "environment.MY_VALUE must be given"],
    [{ MY_VALUE: "hidden\nkey" }, "environment.MY_VALUE must not contain a line break"],
    [{ TS_AUTHKEY: "hidden" }, "environment must not hold TS_AUTHKEY: use auth"],
    [{ TS_AUTH_KEY: "hidden" }, "environment must not hold TS_AUTH_KEY: use auth"],
    [{ TS_OAUTH_CLIENT_SECRET: "hidden" }, "environment must not hold TS_OAUTH_CLIENT_SECRET: use auth"],
    [{ TS_OAUTH_CLIENT_ID: "k" }, "environment must not hold TS_OAUTH_CLIENT_ID: use auth"],
    [{ TS_OAUTH_TAGS: "tag:a" }, "environment must not hold TS_OAUTH_TAGS: use auth"],
    [{ TS_CLIENT_ID: "k" }, "environment must not hold TS_CLIENT_ID: use auth"],
    [{ ro_TS_CLIENT_ID: "k" }, "environment must not hold ro_TS_CLIENT_ID: use auth"],
    [{ TS_ID_TOKEN: "hidden" }, "environment must not hold TS_ID_TOKEN: use auth"],
    [{ wo_TS_AUTHKEY: "hidden" }, "environment must not hold wo_TS_AUTHKEY: use auth"],
    [{ TS_LOGIN_SERVER: "https://a.test" }, "environment must not hold TS_LOGIN_SERVER: use controlUrl"],
    [
      { TS_EXTRA_ARGS: "--accept-dns" },
      "environment must not hold TS_EXTRA_ARGS: use acceptDns, acceptRoutes, exitNode or shieldsUp",
    ],
    [{ TRACE: "true" }, "environment must not hold TRACE: use trace"],
  ])("%j: %s", (environment, problem) => {
    expect(contextError({ environment })).toBe(`TailnetContext 'app/tailnet': ${problem}`);
    expect(contextError({ environment })).not.toContain("hidden");
  });

  test("good values, and variables that are nobody's, are fine", () => {
    const environment = { ro_TOKEN: "90s", TF_VAR_a: "{}", _: "" };
    expect(contextError({ environment })).toBe("");
  });
});

describe("TailnetContext, secretEnvironment", () => {
  test.each<[Record<string, string>, string]>([
    [
      { "MY-VALUE": "hidden" },
      'secretEnvironment must have names of letters, digits and underscores that do not begin with a digit, but "MY-VALUE" was given',
    ],
    [{ TS_AUTHKEY: "hidden" }, "secretEnvironment must not hold TS_AUTHKEY: use auth"],
    [{ BOTH: "hidden" }, "secretEnvironment must not hold BOTH: environment has it too"],
    [{ A: "" }, "secretEnvironment.A must not be empty"],
    [{ A: "hidden\nkey" }, "secretEnvironment.A must not contain a line break"],
    [{ A: undefined as never }, "secretEnvironment.A must be given"],
  ])("%j: %s", (secretEnvironment, problem) => {
    const message = contextError({ secretEnvironment, environment: { BOTH: "" } });
    expect(message).toBe(`TailnetContext 'app/tailnet': ${problem}`);
    expect(message).not.toContain("hidden");
  });
});

test("the error knows where the construct stands", () => {
  const stack = new TerraformStack(new App(), "app");
  try {
    new TailnetContext(stack, "tailnet", { name: "", auth: { authKey: "key" } });
  } catch (error) {
    expect(error).toMatchObject({ name: "ValidationError", path: "app/tailnet" });
  }
  expect.assertions(1);
});
