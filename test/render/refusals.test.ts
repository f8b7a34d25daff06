// SPDX-License-Identifier: Apache-2.0
// What `spacetail render` refuses although programs take it: secrets, and options that an output has no place for.
import { RENDER_OPTIONS } from "../../contract/options/context-options.js";
import { FORMATS, type OutputFormat } from "../../contract/options/option.js";
import { renderedKind, renderedOptions } from "../../contract/options/option-table.js";
import { problemsOf, runWithOptions } from "./command.js";
import { nested } from "./given.js";

/** Options that are refused, with all that is said about them, in each of some formats. */
interface Refusal {
  readonly formats: readonly OutputFormat[];
  readonly options: object;
  readonly problems: readonly string[];
}

const NO_SECRET = "no secret is rendered";
const YML = ".spacelift/config.yml does not support it";

/** The outputs about runs, and not about what they run in. */
const OF_RUNS = FORMATS.filter((format) => format !== "kubernetes");

const REFUSALS: readonly Refusal[] = [
  { formats: FORMATS, options: { auth: { authKey: "hidden" } }, problems: [`auth.authKey must be true: ${NO_SECRET}`] },
  { formats: FORMATS, options: { auth: { authKey: false } }, problems: [`auth.authKey must be true: ${NO_SECRET}`] },
  { formats: FORMATS, options: { auth: { authKey: {} } }, problems: [`auth.authKey must be true: ${NO_SECRET}`] },
  {
    formats: FORMATS,
    options: { auth: { oauthSecret: "hidden" } },
    problems: [`auth.oauthSecret must be true, or an object: ${NO_SECRET}`],
  },
  {
    formats: FORMATS,
    options: { auth: { oauthSecret: { clientSecret: "hidden", clientId: "k" } } },
    problems: [`auth.oauthSecret.clientSecret must not be given: ${NO_SECRET}`],
  },
  {
    formats: FORMATS,
    options: { auth: { oauthClient: "hidden" } },
    problems: ["auth.oauthClient must not be given: only programs can use it"],
  },
  {
    formats: ["hcl", "plugin"],
    options: { auth: { federated: { identity: "hidden", idToken: "hidden" } } },
    problems: [
      `auth.federated.identity must be true, or an object: ${NO_SECRET}`,
      `auth.federated.idToken must begin with file:, because ${NO_SECRET}`,
    ],
  },
  {
    formats: OF_RUNS,
    options: { secretEnvironment: { TOKEN: "hidden" } },
    problems: [`secretEnvironment must be a list of names: ${NO_SECRET}`],
  },
  {
    formats: OF_RUNS,
    options: { secretEnvironment: ["A", 1, "A", "TS_AUTHKEY", "B-C"] },
    problems: [
      `secretEnvironment[1] must be a name: ${NO_SECRET}`,
      "secretEnvironment[2] must not be given twice",
      "secretEnvironment.TS_AUTHKEY must not be set here: use auth",
      'secretEnvironment["B-C"] must have a name of letters, digits and underscores that does not begin with a digit',
    ],
  },
  {
    formats: ["hcl"],
    options: {
      files: [
        { path: "a", content: "hidden" },
        { path: "b", content: "hidden", secret: true },
      ],
    },
    problems: [
      `files[0].content must not be given unless secret is false: ${NO_SECRET}`,
      `files[1].content must not be given unless secret is false: ${NO_SECRET}`,
    ],
  },
  {
    formats: ["hcl", "plugin"],
    options: { files: [{ path: "a", secret: false }] },
    problems: ["files[0].content must be given"],
  },
  {
    formats: ["plugin"],
    options: { files: [{ path: "a" }] },
    problems: ["files[0].secret must be false: a plugin manifest does not support secret files"],
  },
  {
    formats: ["blueprint"],
    options: { files: [{ path: "a", content: "hidden" }] },
    problems: ["files[0].secret must be false: a blueprint does not support secret files"],
  },
  {
    formats: FORMATS,
    options: { provider: "spacelift.eu", tailscaleProvider: {}, dependsOn: [], lifecycle: { preventDestroy: true } },
    problems: ["provider", "tailscaleProvider", "dependsOn", "lifecycle"].map(
      (name) => `${name} must not be given: only programs can use it`,
    ),
  },
  {
    formats: ["hcl"],
    options: { auth: { authKey: true }, account: "acme", grants: [], tags: "x" },
    problems: ["account", "grants", "tags"].map(
      (name) => `${name} must not be given together with auth: no login is created`,
    ),
  },
  // All stacks of the repository would be on the tailnet.
  {
    formats: ["config-yml"],
    options: { attachments: [] },
    problems: ["attachments must name a stack: without attachments, all stacks of the repository are on the tailnet"],
  },
  {
    formats: ["config-yml"],
    options: { attachments: [{ moduleId: "aws" }, { stackId: "web", priority: 1, id: "a", spaceId: "b" }] },
    problems: [
      `attachments[0].moduleId must not be given: ${YML}`,
      `attachments[1].priority must not be given: ${YML}`,
      `attachments[1].id must not be given: ${YML}`,
      `attachments[1].spaceId must not be given: ${YML}`,
      "attachments[0] must have exactly one of stackId, moduleId",
    ],
  },
  ...[true, { tags: ["tag:a"] }].map((identity) => ({
    formats: ["config-yml" as const],
    options: { auth: { federated: { read: identity, write: identity } } },
    problems: ["read", "write"].map(
      (name) => `auth.federated.${name}.clientId must be given: .spacelift/config.yml cannot ask for it`,
    ),
  })),
  {
    formats: ["blueprint"],
    options: { contextId: "a", autoattach: "b", autoattachLabels: ["c"], autoattachAll: true },
    problems: ["autoattach", "autoattachLabels", "autoattachAll"].map(
      (name) => `${name} must not be given together with contextId`,
    ),
  },
  { formats: ["plugin"], options: { author: "" }, problems: ['author must not be empty, but "" was given'] },
  { formats: ["blueprint"], options: { contextId: " " }, problems: ['contextId must not be empty, but " " was given'] },
  {
    formats: ["hcl"],
    options: {
      secretEnvironment: ["TOKEN", "token"],
      files: [{ path: "a/b" }, { path: "a.b", content: "x", secret: false }, { path: "A/B" }],
      attachments: [{ stackId: "a b" }, { stackId: "a.b" }, { moduleId: "a.b" }],
    },
    problems: [
      'secretEnvironment.token must differ from "TOKEN" in more than case and punctuation: both become secret_token',
      'files[1].path must differ from "a/b" in more than case and punctuation: both become file_a_b',
      'files[2].path must differ from "a/b" in more than case and punctuation: both become var.file_a_b',
      'attachments[1] must differ from "a b" in more than case and punctuation: both become stack_a_b',
    ],
  },
];

const CASES = REFUSALS.flatMap(({ formats, ...rest }) => formats.map((format) => ({ format, ...rest })));

test.each(CASES)("$format refuses $options: $problems", ({ format, options, problems }) => {
  expect(problemsOf(format, options)).toEqual(problems);
});

/** A value for an option by its kind, good enough to be looked at. */
const VALUES = { text: "a", boolean: true, list: ["a"], map: { A: "a" }, presence: true, object: {}, objects: [] };

test.each(FORMATS)("%s refuses every option that it has no place for, by its name, and all at once", (format) => {
  const without = RENDER_OPTIONS.filter(({ places }) => !(format in places));
  expect(without.length).toBeGreaterThan(0);
  const given = Object.fromEntries(without.map((one) => [one.name, VALUES[renderedKind(one) as keyof typeof VALUES]]));
  const title = {
    hcl: "a Terraform module",
    "config-yml": ".spacelift/config.yml",
    plugin: "a plugin manifest",
    blueprint: "a blueprint",
    kubernetes: "a worker pool",
  };
  expect(problemsOf(format, given)).toEqual(
    without.map(({ name }) => `${name} must not be given: ${title[format]} does not support it`),
  );
});

test.each(FORMATS)("%s has a place for all members of the objects that it has a place for", (format) => {
  const members = renderedOptions().filter(({ path, option }) => path.includes(".") && option.kind !== "object");
  expect(members.length).toBeGreaterThan(0);
  for (const { path, option } of members) {
    const [outer = ""] = path.split(".");
    const isPlaced = RENDER_OPTIONS.some(({ name, places }) => name === outer && format in places);
    // Only programs can use the one login, and only runs have the token for the other.
    const isLeftOut = path === "auth.oauthClient" || (format === "kubernetes" && path.startsWith("auth.federated"));
    if (isPlaced && !isLeftOut) expect([path, format in option.places]).toEqual([path, true]);
  }
});

test("an attachment twice is reported once", () => {
  expect(problemsOf("hcl", { attachments: [{ stackId: "a" }, { stackId: "a" }] })).toEqual([
    'attachments[1].stackId must not be attached twice, but "a" was given',
  ]);
});

test("a name of punctuation alone is good for a plugin, which has no label", () => {
  expect(runWithOptions("plugin", { name: "+" })).toMatchObject({ status: 0, err: "" });
  for (const format of ["hcl", "blueprint"] as const) {
    expect(problemsOf(format, { name: "+" })).toEqual([expect.stringMatching(/^name must contain a letter or digit/)]);
    expect(runWithOptions(format, { name: "+", autoattachLabels: [] })).toMatchObject({ status: 0, err: "" });
  }
});

test("a blueprint whose context has an ID needs no label", () => {
  expect(runWithOptions("blueprint", { name: "+", contextId: "tailnet" })).toMatchObject({ status: 0, err: "" });
});

test("what is nested wrongly is named where it is", () => {
  expect(problemsOf("hcl", nested("auth.federated.read", { clientID: "k", tags: ["a"] }))).toEqual([
    "auth.federated.read.clientID is not an option: did you mean clientId?",
    'auth.federated.read.tags[0] must begin with "tag:", but "a" was given',
    "phases must not include apply unless auth.federated.write is given",
  ]);
});
