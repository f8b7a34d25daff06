// SPDX-License-Identifier: Apache-2.0
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of blueprints look like such placeholders
import fc from "fast-check";
import { parse } from "yaml";
import { holds, line, text } from "../property.js";
import { ANSWERS, filledIn, stackOf } from "./blueprints.js";
import { rendered, renderedSet } from "./command.js";
import type { RenderOptions } from "./given.js";
import { INPUTS } from "./inputs.js";
import { OPTION_SETS, setsOf } from "./option-sets.js";
import { byConstructs } from "./programs.js";

const SETS = setsOf("blueprint");

function stack(options: RenderOptions, answers = {}) {
  return stackOf(rendered("blueprint", options), { ...ANSWERS, ...INPUTS, ...answers });
}

test.each<[string, RenderOptions, object]>([
  ["the label of the context", {}, { labels: ["tailnet"] }],
  ["the label that is derived from its name", { name: "Tailnet (prod)" }, { labels: ["tailnet-prod"] }],
  ["the label that was chosen", { autoattach: "vpn" }, { labels: ["vpn"] }],
  ["one of several labels", { autoattachLabels: ["vpn", "tailnet"] }, { labels: ["vpn"] }],
  ["its ID", { contextId: "tailnet-x7" }, { attachments: { contexts: [{ id: "tailnet-x7" }] } }],
  ["an ID that is asked for", { autoattachLabels: [] }, { attachments: { contexts: [{ id: "tailnet-x1" }] } }],
  ["nothing, because every stack has it", { autoattachAll: true }, {}],
])("a stack gets the context by %s", (_, options, expected) => {
  const { labels, attachments } = stack(options);
  expect({ labels, attachments }).toEqual({ labels: undefined, attachments: undefined, ...expected });
});

test("a stack is asked for what is not known, and nothing else", () => {
  const asked = (options: RenderOptions) => {
    const { inputs } = parse(rendered("blueprint", options));
    return (inputs as { id: string }[]).map(({ id }) => id);
  };
  const always = ["stack_name", "space", "repository", "branch"];
  expect(asked({})).toEqual([...always, "runner_image"]);
  expect(asked({ runnerImage: "a" })).toEqual(always);
  expect(asked({ runnerRegistry: "a", autoattachLabels: [] })).toEqual([...always, "context_id"]);
  expect(asked({ runnerImage: "a", auth: { oauthSecret: true }, secretEnvironment: ["PASSWORD"] })).toEqual([
    ...always,
    "oauth_client_secret",
    "secret_password",
  ]);
});

test.each(SETS)(
  "%s: every answer is used, must be given unless there is a default, and is masked if it is a secret",
  (set) => {
    const text = renderedSet(set, "blueprint");
    const { inputs, stack: used } = parse(text);
    const { variables = [] } = used.environment ?? {};
    for (const { id, default: answer, validations, type } of inputs) {
      expect(JSON.stringify(used)).toContain(`inputs.${id}.`);
      expect([id, validations]).toEqual([id, answer === undefined ? { required: true } : undefined]);
      const { secret = false } =
        (variables as { value: string; secret: boolean }[]).find(({ value }) => value.includes(`inputs.${id}.`)) ?? {};
      expect([id, type]).toEqual([id, secret ? "secret" : undefined]);
    }
  },
);

test.each(SETS)("%s: a stack has the variables, files and image that a context would have", (set) => {
  const { auth = { external: true }, ...options } = OPTION_SETS[set]?.options ?? {};
  const { contextId: _, ...shared } = options;
  // Phases are the business of the context.
  const phases = auth.federated?.read === undefined ? ["apply"] : ["plan", "apply"];
  const expected = byConstructs({ ...shared, auth, ...(auth.federated === undefined ? {} : { phases }) });
  const { runner_image, environment = {} } = stackOf(renderedSet(set, "blueprint"), { ...ANSWERS, ...INPUTS });
  const { variables = [], mounted_files = [] } = environment;
  expect(Object.fromEntries(variables.map(({ name, ...rest }) => [name, rest]))).toEqual(
    Object.fromEntries(
      Object.entries(expected.variables).map(([name, one]) => [name, { ...one, value: String(one.value) }]),
    ),
  );
  expect(Object.fromEntries(mounted_files.map(({ path, ...rest }) => [path, rest]))).toEqual(expected.files);
  expect(runner_image).toBe(expected.runnerImage ?? ANSWERS.runner_image);
});

test("the form begins with the space that is given", () => {
  const { inputs } = parse(rendered("blueprint", { spaceId: "platform-01" }));
  expect((inputs as object[])[1]).toMatchObject({ id: "space", default: "platform-01" });
});

/** What can be typed into one line. */
const answer = line
  .map((one) => one.replace(/[\p{Cc}\u2028\u2029\ufeff]|\p{Cs}/gu, "_"))
  .filter((one) => one.trim() !== "");

test("whatever is typed into the form is the text that the stack gets", () => {
  holds(fc.tuple(answer, answer), ([name, secret]) => {
    const given = stack({ auth: { oauthSecret: true } }, { stack_name: name, oauth_client_secret: secret });
    expect(given.name).toBe(name);
    expect(given.environment?.variables).toEqual([{ name: "TS_OAUTH_CLIENT_SECRET", value: secret, secret: true }]);
    expect(Object.keys(given)).toEqual(["name", "space", "labels", "runner_image", "environment", "vcs", "vendor"]);
  });
});

test("whatever is in an option is the text that the stack gets, and no expression", () => {
  holds(fc.record({ value: line, content: text, id: line }), ({ value, content, id }) => {
    const given = stack({
      contextId: `a${id}`,
      environment: { A: value },
      files: [{ path: "a", content: `${content}.`, secret: false }],
    });
    expect(given.attachments?.contexts).toEqual([{ id: `a${id}` }]);
    expect(given.environment?.variables).toEqual([{ name: "A", value, secret: false }]);
    expect(given.environment?.mounted_files).toEqual([{ path: "a", content: `${content}.`, secret: false }]);
  });
});

test("a mistake in an expression is noticed here", () => {
  expect(() => filledIn("a: ${{ inputs.other }}", {})).toThrow("nothing is known of");
  expect(() => filledIn("a: ${{ b", {})).toThrow("has no end");
  expect(() => filledIn("a: $é", {})).toThrow("is lost");
  expect(filledIn("# ${{ b\na: $${{ '$' }}", {})).toBe("# ${{ b\na: $${{ '$' }}");
});
