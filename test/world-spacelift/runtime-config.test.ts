// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readRuntimeConfig, runConfiguration, startSpacelift } from "../world/spacelift/index.js";

test("lists replace each other: a stack's own entry, then the defaults", () => {
  const text = `
# A comment.
version: "2"
stack_defaults:
  before_init:
    - npm install
    - 'it''s quoted: # all of it'
  after_run:
    - "echo \\"done\\""
stacks:
  web:
    before_init:
      - echo web
  other:
    after_plan:
      - echo other
`;

  expect(readRuntimeConfig(text, "web")).toEqual({ beforeInit: ["echo web"], afterRun: ['echo "done"'] });
  expect(readRuntimeConfig(text, "admin")).toEqual({
    beforeInit: ["npm install", "it's quoted: # all of it"],
    afterRun: ['echo "done"'],
  });
});

test.each([
  ["an unknown key", "version: 2\nrunner_image: x", "line 2: runner_image is not known here"],
  ["another version", "version: 1", "line 1: version is not known here"],
  ["a hook that there is not", "stack_defaults:\n  before_run:", "line 2: stack_defaults.before_run is not known here"],
  ["a list nowhere", "- x", "line 1: a list stands where none is known"],
  ["a mapping on one line", "stack_defaults: {}", "line 1: stack_defaults is not known here"],
  [
    "text that YAML reads as something else",
    "stack_defaults:\n  before_init:\n    - a: b",
    "line 3: this text must be quoted",
  ],
  ["an open quote", "stack_defaults:\n  before_init:\n    - 'a", "line 3: a quoted text does not end"],
  ["a leap", "stack_defaults:\n      before_init:", "line 2: is indented too far"],
  ["no key", "stack_defaults", "line 1: expected a key, or an element of a list"],
])("%s is refused", (_, text, message) => {
  expect(() => readRuntimeConfig(text, "web")).toThrow(`.spacelift/config.yml, ${message}`);
});

test("its lists stand in place of the stack's; those of contexts stay around them", async () => {
  const { account, close } = await startSpacelift();
  account.stacks.add({ name: "web", hooks: { beforeInit: ["stack"], beforePlan: ["stack"] } });
  account.contexts.create({ name: "c", labels: ["autoattach:*"], hooks: { beforeInit: ["context"] } });

  const { hooks } = runConfiguration(account, "web", { beforeInit: ["project"] });
  await close();

  expect(hooks.beforeInit).toEqual(["context", "project"]);
  expect(hooks.beforePlan).toEqual(["stack"]);
});

test("the example's file installs, synthesizes, and takes CDKTF's own backend out", () => {
  const text = readFileSync(join(__dirname, "../../examples/cdktf/.spacelift/config.yml"), "utf8");

  const { beforeInit = [], ...others } = readRuntimeConfig(text, "admin");

  expect(others).toEqual({});
  expect(beforeInit.slice(0, 3)).toEqual(["npm install", "npm run build", "npm run synth"]);
  expect(beforeInit[3]).toMatch(/delete stack\.terraform\.backend.* > cdk\.tf\.json$/);
});
