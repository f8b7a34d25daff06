// SPDX-License-Identifier: Apache-2.0
import { parse } from "yaml";
import type { OutputFormat } from "../../contract/options/option.js";
import { rendered, renderedSet } from "./command.js";
import type { RenderOptions } from "./given.js";
import { setsOf } from "./option-sets.js";
import { BLUEPRINT, CONFIG_YML, MANIFEST, misfits, type Shape } from "./shapes.js";
import { WORKER_POOL } from "./worker-pool-shape.js";

const VERSIONS = ["1.1", "1.2"] as const;

const DOCUMENTS: readonly (readonly [OutputFormat, string, Shape])[] = [
  ...setsOf("config-yml").map((set) => ["config-yml", set, CONFIG_YML] as const),
  ...setsOf("plugin").map((set) => ["plugin", set, MANIFEST] as const),
  ...setsOf("blueprint").map((set) => ["blueprint", set, BLUEPRINT] as const),
  ...setsOf("kubernetes").map((set) => ["kubernetes", set, WORKER_POOL] as const),
];

test.each(DOCUMENTS)(
  "%s: %s has the documented members, of the documented types, in every version of YAML",
  (format, set, shape) => {
    const text = renderedSet(set, format);
    const [one, other] = VERSIONS.map((version) => parse(text, { version, strict: true }));
    expect(misfits(one, shape)).toEqual([]);
    expect(one).toEqual(other);
  },
);

test.each(setsOf("plugin"))(
  "plugin %s: every variable has a value or a parameter, and every parameter is used",
  (set) => {
    const { parameters = [], contexts } = parse(renderedSet(set, "plugin"));
    const env: Readonly<Record<string, unknown>>[] = contexts[0].env ?? [];
    for (const variable of env) {
      expect([variable.key, "value" in variable !== "value_from_parameter" in variable]).toEqual([variable.key, true]);
    }
    const used = env.flatMap(({ value_from_parameter: id, sensitive }) =>
      id === undefined ? [] : [{ id, sensitive }],
    );
    const asked = (parameters as { id: string; sensitive: boolean }[]).map(({ id, sensitive }) => ({ id, sensitive }));
    expect(asked).toEqual(used);
    const names = (parameters as { name: string }[]).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  },
);

test("stacks that the context is attached to have settings of their own, and no others have any", () => {
  const options: RenderOptions = { attachments: [{ stackId: "web" }, { stackId: "api" }] };
  const { version, ...rest } = parse(rendered("config-yml", options));
  expect(version).toBe("2");
  expect(Object.keys(rest)).toEqual(["stacks"]);
  expect(Object.keys(rest.stacks)).toEqual(["web", "api"]);
  expect(rest.stacks.api).toEqual(rest.stacks.web);
});

test("without attachments the settings are those of every stack of the repository", () => {
  expect(Object.keys(parse(rendered("config-yml", {})))).toEqual(["version", "stack_defaults"]);
});

test("what does not fit a shape is noticed", () => {
  expect(
    misfits(
      {
        version: 2,
        stack_defaults: { before_plan: "a", after_plan: [1], before_run: [], environment: { A: true } },
        stacks: [],
        defaults: {},
      },
      CONFIG_YML,
    ),
  ).toEqual([
    "it.version is not one of 2",
    "it.stack_defaults.before_plan is not a list",
    "it.stack_defaults.after_plan[0] is not a string",
    "it.stack_defaults.before_run is unknown",
    "it.stack_defaults.environment.A is not a string",
    "it.stacks is not a mapping",
    "it.defaults is unknown",
  ]);
  const manifest = {
    name: "a",
    version: 1,
    description: "a",
    contexts: [{ name_prefix: "a", priority: 0.5, env: [{}] }],
  };
  expect(misfits(manifest, MANIFEST)).toEqual([
    "it.author is missing",
    "it.version is not a string",
    "it.contexts[0].description is missing",
    "it.contexts[0].priority is not a whole number",
    "it.contexts[0].env[0].key is missing",
  ]);
});
