// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Account, projectConfig, readRuntimeConfig, runConfiguration } from "../../world/spacelift/index.js";

const ROOT = join(__dirname, "../../..");

test("lists and maps replace each other: a stack's own entry, then the defaults", () => {
  const text = `
# A comment.
version: "2"
stack_defaults:
  runner_image: registry.example/default
  before_init:
    - npm install
    - 'it''s quoted: # all of it'
  after_run:
    - "echo \\"done\\""
  environment: { A: one, B: "2" }
stacks:
  web: &web
    before_init:
      - echo web
    environment:
      C: three
  shop:
    <<: *web
    runner_image: registry.example/shop
  other:
    after_plan:
      - echo other
`;

  const afterRun = ['echo "done"'];
  expect(readRuntimeConfig(text, "web")).toEqual({
    hooks: { beforeInit: ["echo web"], afterRun },
    environment: { C: "three" },
    runnerImage: "registry.example/default",
  });
  expect(readRuntimeConfig(text, "shop")).toMatchObject({
    hooks: { beforeInit: ["echo web"], afterRun },
    runnerImage: "registry.example/shop",
  });
  expect(readRuntimeConfig(text, "admin")).toEqual({
    hooks: { beforeInit: ["npm install", "it's quoted: # all of it"], afterRun },
    environment: { A: "one", B: "2" },
    runnerImage: "registry.example/default",
  });
  expect(readRuntimeConfig("", "web")).toEqual({});
});

test.each([
  ["an unknown key", "version: 2\nrunner_image: x", "runner_image is not known here"],
  ["another version", "version: 1", "version must be text; quote it"],
  ["another version, quoted", 'version: "1"', "version must be 2"],
  ["a hook that there is not", "stack_defaults:\n  before_run:", "stack_defaults.before_run is not known here"],
  ["a setting of another stack", "stacks: { a: { nope: 1 } }", "stacks.a.nope is not known here"],
  ["a list nowhere", "- x", "it must be a map"],
  ["one hook", "stack_defaults: { before_init: x }", "stack_defaults.before_init must be a list"],
  ["an empty hook", "stack_defaults: { before_init: [''] }", "stack_defaults.before_init[0] must not be empty"],
  [
    "text that YAML reads as something else",
    "stack_defaults:\n  before_init:\n    - a: b",
    "stack_defaults.before_init[0] must be text; quote it",
  ],
  ["a number", "stack_defaults: { environment: { A: 1 } }", "stack_defaults.environment.A must be text; quote it"],
  ["a nameless variable", "stack_defaults: { environment: { 1A: x } }", "stack_defaults.environment.1A is no name"],
  ["lines", 'stack_defaults: { environment: { A: "x\\ny" } }', "stack_defaults.environment.A holds a newline"],
  ["an open quote", "stack_defaults:\n  before_init:\n    - 'a", "Missing closing 'quote"],
  ["a key twice", "version: 2\nversion: 2", "Map keys must be unique at line 2, column 1"],
])("%s is refused", (_, text, message) => {
  expect(() => readRuntimeConfig(text, "web")).toThrow(`.spacelift/config.yml: ${message}`);
});

describe("in a run", () => {
  const account = new Account();
  const hooks = { beforeInit: ["stack"], beforePlan: ["stack"] };
  account.stacks.add({ name: "web", hooks, runnerImage: "registry.example/stack" });
  account.stacks.add({ name: "sealed", hooks, labels: ["feature:ignore_runtime_config"] });
  account.contexts.create({ name: "c", labels: ["autoattach:*"], hooks: { beforeInit: ["context"] } });
  for (const { elements } of [account.stacks.require("web"), account.contexts.require("c")]) {
    elements.add({ id: "A", type: "ENVIRONMENT_VARIABLE", value: "secret", writeOnly: true });
  }
  const runtime = {
    hooks: { beforeInit: ["project"] },
    environment: { A: "project" },
    runnerImage: "registry.example/project",
  };

  test("lists stand in place of the stack's; those of contexts stay around them", () => {
    const run = runConfiguration(account, "web", runtime);

    expect(run.hooks.beforeInit).toEqual(["context", "project"]);
    expect(run.hooks.beforePlan).toEqual(["stack"]);
  });

  test("variables and the image win over those of the stack and of contexts", () => {
    const { environment, runnerImage } = runConfiguration(account, "web", runtime);

    expect(environment).toEqual([{ name: "A", value: "project", secret: false }]);
    expect(runnerImage).toBe("registry.example/project");
    expect(runConfiguration(account, "web").runnerImage).toBe("registry.example/stack");
  });

  test("a stack whose label says so ignores all of it", () => {
    const { hooks, environment, runnerImage } = runConfiguration(account, "sealed", runtime);

    expect(hooks.beforeInit).toEqual(["context", "stack"]);
    expect(environment).toEqual([{ name: "A", value: "secret", secret: true }]);
    expect(runnerImage).toBeNull();
  });
});

test("the example's file installs, synthesizes, and takes CDKTF's own backend out", () => {
  const text = readFileSync(join(ROOT, "examples/cdktf/.spacelift/config.yml"), "utf8");

  const { hooks: { beforeInit = [], ...others } = {}, ...rest } = readRuntimeConfig(text, "admin");

  expect({ others, rest }).toEqual({ others: {}, rest: {} });
  expect(beforeInit.slice(0, 3)).toEqual(["npm install", "npm run build", "npm run synth"]);
  expect(beforeInit[3]).toMatch(/delete stack\.terraform\.backend.* > cdk\.tf\.json$/);
});

test("it is found in the project's folder, and need not be there", () => {
  expect(projectConfig(join(ROOT, "examples/cdktf"), "admin").hooks?.beforeInit).toHaveLength(4);
  expect(projectConfig(join(ROOT, "examples/cdktn"), "admin")).toEqual({});
});
