// SPDX-License-Identifier: Apache-2.0
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { RENDER_OPTIONS } from "../../contract/options/context-options.js";
import { renderedOptions } from "../../contract/options/option-table.js";
import { readArguments } from "../../render/arguments.js";
import { type Flag, OPTION_FLAGS } from "../../render/flags.js";
import { inFolder, problemsOf, rendered, runExecutable, runRender } from "./command.js";
import { nested } from "./given.js";

/** The options that flags and a file give together. */
function optionsOf(file: unknown, ...flags: readonly string[]): unknown {
  return inFolder((folder) => {
    const path = join(folder, "options.json");
    writeFileSync(path, JSON.stringify(file));
    const { options, ...rest } = readArguments(["--format", "hcl", "--options", path, ...flags]);
    expect(rest).toEqual({ format: "hcl", output: "" });
    return options;
  });
}

/** A flag with a value of its kind, and what it means. */
function example({ name, kind }: Flag): { readonly flags: readonly string[]; readonly value: unknown } {
  const flag = `--${name}`;
  switch (kind) {
    case "text":
      return { flags: [flag, "a, b=c"], value: "a, b=c" };
    case "list":
      return { flags: [flag, "a,b", `${flag}=c`], value: ["a", "b", "c"] };
    case "map":
      return { flags: [flag, "A=1,2=3", flag, "B="], value: { A: "1,2=3", B: "" } };
    case "boolean":
      return { flags: [`--no-${name}`], value: false };
    default:
      return { flags: [flag], value: true };
  }
}

test.each(OPTION_FLAGS.map((flag) => [flag.name, flag] as const))(
  "--%s means the same as its option in a file",
  (_, flag) => {
    const { flags, value } = example(flag);
    expect(optionsOf({}, ...flags)).toEqual(nested(flag.path, value));
    expect(optionsOf(nested(flag.path, value))).toEqual(nested(flag.path, value));
  },
);

test("every option is a flag, an object whose members are, a list of objects, or only for programs", () => {
  const flags = new Set(OPTION_FLAGS.map(({ path }) => path));
  const others = renderedOptions().filter(({ path }) => !flags.has(path));
  expect(others.filter(({ option }) => option.kind === "objects").map(({ path }) => path)).toEqual(
    RENDER_OPTIONS.filter(({ kind }) => kind === "objects").map(({ name }) => name),
  );
  const rest = others.filter(({ option }) => option.kind !== "objects").map(({ path }) => path);
  expect(rest).toEqual(["trust", "auth", "auth.federated", "auth.oauthClient"]);
  expect(new Set(OPTION_FLAGS.map(({ name }) => name)).size).toBe(OPTION_FLAGS.length);
});

test.each<[string, unknown, readonly string[], unknown]>([
  ["a text", { name: "file" }, ["--name", "flag"], { name: "flag" }],
  ["a list", { waitFor: ["a:1", "b:1"] }, ["--wait-for", "c:1"], { waitFor: ["c:1"] }],
  ["a list without elements", { waitFor: ["a:1"] }, ["--wait-for", ""], { waitFor: [] }],
  ["true over false", { trace: false }, ["--trace"], { trace: true }],
  ["false over true", { exitTrap: true }, ["--no-exit-trap"], { exitTrap: false }],
  ["the last of several texts", {}, ["--name", "one", "--name=two"], { name: "two" }],
  ["the last of true and false", {}, ["--no-trace", "--trace"], { trace: true }],
  ["a value with a dash in front", {}, ["--tailscaled-args=--verbose=1"], { tailscaledArgs: ["--verbose=1"] }],
  [
    "a map, which is joined",
    { environment: { A: "file", B: "file" } },
    ["--environment", "B=flag", "--environment=C=flag"],
    { environment: { A: "file", B: "flag", C: "flag" } },
  ],
  [
    "a member, beside which others stay",
    { auth: { oauthSecret: { clientId: "file", tags: ["tag:a"] } } },
    ["--auth.oauth-secret.client-id", "flag"],
    { auth: { oauthSecret: { clientId: "flag", tags: ["tag:a"] } } },
  ],
  [
    "a member of what was true",
    { auth: { oauthSecret: true } },
    ["--auth.oauth-secret.client-id", "flag"],
    { auth: { oauthSecret: { clientId: "flag" } } },
  ],
  [
    "what the file gives with members already",
    { auth: { oauthSecret: { clientId: "file" } } },
    ["--auth.oauth-secret"],
    { auth: { oauthSecret: { clientId: "file" } } },
  ],
])("a flag takes precedence over the file: %s", (_, file, flags, options) => {
  expect(optionsOf(file, ...flags)).toEqual(options);
});

test("an empty list of labels attaches the context by ID only", () => {
  expect(rendered("hcl", { autoattachLabels: [] })).toContain("labels         = var.labels\n");
  const { out } = runRender("--format", "hcl", "--autoattach-labels", "");
  expect(out).not.toContain("stack_label");
  expect(out).not.toContain("autoattach:${");
});

test.each<[string, unknown, readonly string[], string]>([
  ["no object", 5, ["--auth.auth-key"], "auth must be an object, but 5 was given"],
  ["no object either", { federated: "k" }, ["--auth.federated.identity"], "auth.federated must be an object"],
])("what the file has in the way of a flag is refused, not replaced: %s", (_, auth, flags, problem) => {
  inFolder((folder) => {
    const path = join(folder, "options.json");
    writeFileSync(path, JSON.stringify({ auth }));
    const { status, err } = runRender("--format", "hcl", "--options", path, ...flags);
    expect(status).toBe(1);
    expect(err).toContain(`spacetail render: ${problem}\n`);
  });
});

const HELP = "spacetail render: see `spacetail render --help`\n";
const FORMATS = "hcl, config-yml, plugin, blueprint, kubernetes";

test.each<[readonly string[], readonly string[]]>([
  [[], [`--format must be given: one of ${FORMATS}`]],
  [["--format", "json"], [`--format must be one of ${FORMATS}, but "json" was given`]],
  [["--format", "hcl", "--colour"], ["--colour is not a flag"]],
  [["--format", "hcl", "--waitFor", "a:1"], ["--waitFor is not a flag: did you mean --wait-for?"]],
  [["--format", "hcl", "--no-name"], ["--no-name is not a flag"]],
  [["--format", "hcl", "--no-auth.auth-key"], ["--no-auth.auth-key is not a flag: did you mean --auth.auth-key?"]],
  [["--format", "hcl", "--name"], ["--name must have a value: write --name=VALUE if the value begins with a dash"]],
  [
    ["--format", "hcl", "--name", "--trace"],
    ["--name must have a value: write --name=VALUE if the value begins with a dash"],
  ],
  [["--format", "hcl", "--trace=yes"], ["--trace must not have a value"]],
  [["--format", "hcl", "--auth.auth-key=hidden"], ["--auth.auth-key must not have a value: no secret is rendered"]],
  [["--format", "hcl", "tailnet"], ["unexpected argument: flags begin with --"]],
  [["--format", "hcl", "-x"], ["unexpected argument: flags begin with --"]],
  [["--format", "hcl", "--"], ["unexpected argument: flags begin with --"]],
  [["--format", "hcl", "--environment", "A"], ["--environment must be NAME=VALUE"]],
  [["--format", "hcl", "--environment", "=A"], ["--environment must be NAME=VALUE"]],
  [
    ["--frmat", "hcl", "--name", "--trace=1", "x"],
    [
      "--frmat is not a flag: did you mean --format?",
      "--name must have a value: write --name=VALUE if the value begins with a dash",
      "--trace must not have a value",
      "unexpected argument: flags begin with --",
      `--format must be given: one of ${FORMATS}`,
    ],
  ],
])("%j is a wrong command line: %j", (args, problems) => {
  const err = problems.map((problem) => `spacetail render: ${problem}\n`).join("") + HELP;
  expect(runExecutable(args)).toEqual({ status: 2, out: "", err });
});

test.each([[], null, "a", 7, true].map((value) => [value]))(
  "%j is refused as a file of options, as in programs",
  (value) => {
    expect(problemsOf("hcl", value)).toEqual([`options must be an object, but ${JSON.stringify(value)} was given`]);
  },
);

test.each<[string, string]>([
  ['{ "name": "a", }', " from character 15"],
  ['{ "auth": { "authKey": hidden-key } }', ""],
  ['{ "name": "hidden-name" "b" }', " from character 24"],
  ["", ""],
])("a file that is not valid JSON is named without what is in it: %s", (text, where) => {
  inFolder((folder) => {
    const path = join(folder, "options.json");
    writeFileSync(path, text);
    const err = `spacetail render: --options ${path} is not valid JSON${where}\n${HELP}`;
    expect(runExecutable(["--format", "hcl", "--options", path])).toEqual({ status: 2, out: "", err });
  });
});

test("a file that cannot be read is named, with the reason", () => {
  const { status, err } = runExecutable(["--format", "hcl", "--options", "/nowhere/options.json"]);
  expect(status).toBe(2);
  expect(err).toMatch(
    /^spacetail render: --options \/nowhere\/options\.json cannot be read: ENOENT.*\nspacetail render: see .*\n$/,
  );
});
