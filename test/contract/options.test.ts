// SPDX-License-Identifier: Apache-2.0
import {
  AFTER_HOOK_OPTIONS,
  ATTACHMENT_OPTIONS,
  BEFORE_HOOK_OPTIONS,
  CONTEXT_OPTIONS,
  createdLoginProblems,
  FILE_OPTIONS,
  flagName,
  flatten,
  formatsOf,
  GRANT_OPTIONS,
  IDENTITY_OPTIONS,
  META_OPTIONS,
  type NamedOption,
  NO_ENGINE,
  OAUTH_CLIENT_OPTIONS,
  type Option,
  POLICY_OPTIONS,
  RENDER_OPTIONS,
  readOptions,
  renderedOptions,
  TAILNET_OPTIONS,
  TAILSCALE_PROVIDER_OPTION,
  VARIABLES,
  WRITE_ONLY_OPTION,
} from "../../contract/index.js";

/** All lists of rows, by what they are the options of. */
const LISTS: Readonly<Record<string, readonly Option[]>> = {
  context: CONTEXT_OPTIONS,
  tailnet: TAILNET_OPTIONS,
  render: RENDER_OPTIONS,
  identity: IDENTITY_OPTIONS,
  client: OAUTH_CLIENT_OPTIONS,
  policy: POLICY_OPTIONS,
  grant: GRANT_OPTIONS,
  file: FILE_OPTIONS,
  "hook before": BEFORE_HOOK_OPTIONS,
  "hook after": AFTER_HOOK_OPTIONS,
  attachment: ATTACHMENT_OPTIONS,
  program: [...META_OPTIONS, TAILSCALE_PROVIDER_OPTION, WRITE_ONLY_OPTION],
};

/** Every row with a path that begins with the name of its list. */
const ROWS: readonly NamedOption[] = Object.entries(LISTS).flatMap(([name, options]) => flatten(options, `${name}: `));

test.each(Object.entries(LISTS))("the options of a %s have a name of their own each", (_, options) => {
  const paths = flatten(options).map(({ path }) => path);
  expect(new Set(paths).size).toBe(paths.length);
});

test.each(ROWS.map(({ path, option }) => [path, option] as const))(
  "%s has one sentence and one default",
  (_, option) => {
    expect(option.doc).toMatch(/^[A-Z].*\.$/);
    expect(option.doc).not.toMatch(/\. [A-Z]/);
    const { default: value, defaultText, isRequired } = option;
    const ways = [value !== undefined, defaultText !== undefined, isRequired === true];
    // `name` must be given to a context, and has a default in a Tailnet; the login is required of a context only.
    expect(ways.filter((way) => way)).toHaveLength(1);
    expect(option.members !== undefined).toBe(option.kind === "object" || option.kind === "objects");
  },
);

test.each(ROWS.filter(({ option }) => option.default !== undefined).map(({ path, option }) => [path, option] as const))(
  "the default of %s keeps the option's own rules",
  (_, option) => {
    expect(readOptions([option], { [option.name]: option.default }, NO_ENGINE).problems).toEqual([]);
  },
);

test("a readable value is never a secret one", () => {
  const both = ROWS.filter(({ option }) => option.isSecret === true && option.isReadable === true);
  expect(both.map(({ path }) => path)).toEqual([]);
});

test("every option of `render` has a place in an output", () => {
  const nowhere = renderedOptions().filter(({ option }) => formatsOf(option).length === 0);
  expect(nowhere.map(({ path }) => path)).toEqual([]);
});

test("flags are unique", () => {
  const flags = renderedOptions()
    .map(flagName)
    .filter((flag) => flag !== "");
  expect(new Set(flags).size).toBe(flags.length);
  expect(flags).toEqual(expect.arrayContaining(["auth.oauth-secret.client-id", "wait-for", "autoattach-labels"]));
});

test("the variables of the options are those of the executable, and each of those names its options", () => {
  const carried = flatten(RENDER_OPTIONS).flatMap(({ path, option: { variable } }) => {
    return variable === undefined
      ? []
      : [{ name: variable.replace(/^(ro|wo)_/, ""), option: path.split(".")[0] ?? "" }];
  });
  const names = [...new Set(carried.map(({ name }) => name))];
  // containerboot's name for a flag that contexts set in TS_EXTRA_ARGS.
  const shared = VARIABLES.filter(({ name }) => name !== "TS_ACCEPT_DNS");
  // Those of `spacetail serve`, and of the place that a run is in, are not a context's.
  const variables = shared.filter(({ options }) => options.length > 0);
  const ofPlaces = ["TS_SIDECAR", "TS_DIALECT", "TS_EPHEMERAL", "TS_RUN_WITHOUT_CREDENTIAL"];
  const others = shared.filter(({ name, options }) => options.length === 0 && !ofPlaces.includes(name));
  expect(others.map(({ doc }) => doc)).toEqual(Array(7).fill(expect.stringMatching(/^For `spacetail serve`: /)));
  expect(names.sort()).toEqual(variables.map(({ name }) => name).sort());
  for (const { name, options } of variables) {
    const carriedBy = new Set(carried.filter((one) => one.name === name).map((one) => one.option));
    expect([name, [...options].sort()]).toEqual([name, [...carriedBy].sort()]);
  }
});

test("the default tags of a created login are the ones in its row", () => {
  // A grant from another tag is refused unless that is the default.
  const refused = (src: string) => createdLoginProblems({ grants: [{ dst: ["*"], src: [src] }] }, NO_ENGINE);
  const tags = TAILNET_OPTIONS.find(({ name }) => name === "tags")?.default as readonly string[];
  expect(tags.flatMap(refused)).toEqual([]);
  expect(refused("tag:other")).toHaveLength(1);
});
