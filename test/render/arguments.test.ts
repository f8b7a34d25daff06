// SPDX-License-Identifier: Apache-2.0
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { flagName } from "../../contract/options/option-table.js";
import { OPTIONS } from "../../contract/options/options.js";
import { readArguments } from "../../render/arguments.js";
import { inFolder, runExecutable } from "./command.js";

/** The options that flags, and a file, come to. */
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
function example(option: (typeof OPTIONS)[number]): { readonly flags: readonly string[]; readonly value: unknown } {
  const flag = `--${flagName(option)}`;
  switch (option.kind) {
    case "text":
      return { flags: [flag, "a, b=c"], value: "a, b=c" };
    case "list":
      return { flags: [flag, "a,b", `${flag}=c`], value: ["a", "b", "c"] };
    case "map":
      return { flags: [flag, "A=1,2=3", flag, "B="], value: { A: "1,2=3", B: "" } };
    case "boolean":
      return { flags: [`--no-${flagName(option)}`], value: false };
    default:
      return { flags: [flag], value: true };
  }
}

const FLAGS = OPTIONS.filter((option) => flagName(option) !== "");

/** An object with one member, at the end of a path. */
function nested(path: string, value: unknown): object {
  const [name = "", ...rest] = path.split(".");
  return { [name]: rest.length === 0 ? value : nested(rest.join("."), value) };
}

test.each(FLAGS.map((option) => [option.name, option] as const))(
  "%s means the same as a flag and in a file",
  (name, option) => {
    const { flags, value } = example(option);
    expect(optionsOf({}, ...flags)).toEqual(nested(name, value));
    expect(optionsOf(nested(name, value))).toEqual(nested(name, value));
  },
);

test("every option can be given: as a flag, or as a list of objects in a file", () => {
  const others = OPTIONS.filter(({ kind, name }) => kind !== "program" && !FLAGS.some((flag) => flag.name === name));
  expect(others.map(({ kind }) => kind)).toEqual(others.map(() => "objects"));
  expect(new Set(FLAGS.map(flagName)).size).toBe(FLAGS.length);
});

test.each<[string, unknown, readonly string[], unknown]>([
  ["a text", { name: "file" }, ["--name", "flag"], { name: "flag" }],
  ["a list", { waitFor: ["a:1", "b:1"] }, ["--wait-for", "c:1"], { waitFor: ["c:1"] }],
  ["true over false", { trace: false }, ["--trace"], { trace: true }],
  ["false over true", { exitTrap: true }, ["--no-exit-trap"], { exitTrap: false }],
  ["the last of several texts", {}, ["--name", "one", "--name=two"], { name: "two" }],
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
    "what is there already, of which members are known",
    { auth: { oauthSecret: { clientId: "file" } } },
    ["--auth.oauth-secret"],
    { auth: { oauthSecret: { clientId: "file" } } },
  ],
])("a flag goes before the file: %s", (_, file, flags, options) => {
  expect(optionsOf(file, ...flags)).toEqual(options);
});

/** Wrong command lines: what is in the file, if there is one, what is on the command line, and what is said. */
test.each<[unknown, readonly string[], string]>([
  [undefined, [], "--format must be one of hcl, config-yml, plugin"],
  [undefined, ["--format", "json"], '--format must be one of hcl, config-yml, plugin, but "json" was given'],
  [undefined, ["--format", "hcl", "--colour"], "Unknown option '--colour'"],
  [undefined, ["--format", "hcl", "--waitFor", "a:1"], "Unknown option '--waitFor'"],
  [undefined, ["--format", "hcl", "--no-name"], "Unknown option '--no-name'"],
  [undefined, ["--format", "hcl", "--name"], "Option '--name <value>' argument missing"],
  [undefined, ["--format", "hcl", "--name", "--trace"], "Option '--name' argument is ambiguous"],
  [undefined, ["--format", "hcl", "--trace=yes"], "Option '--trace' does not take an argument"],
  [undefined, ["--format", "hcl", "tailnet"], "There must be nothing but flags and their values"],
  [undefined, ["--format", "hcl", "--environment", "A"], "environment must be NAME=VALUE"],
  [undefined, ["--format", "hcl", "--environment", "=A"], "environment must be NAME=VALUE"],
  [
    undefined,
    ["--format", "hcl", "--no-auth.auth-key"],
    "auth.authKey must be true, or an object with its members if it has some",
  ],
  [[], ["--format", "hcl"], "--options names FILE, which holds no JSON object"],
  [null, ["--format", "hcl"], "--options names FILE, which holds no JSON object"],
  [{ colour: 1 }, ["--format", "hcl"], "colour is no option"],
  [{ constructor: {} }, ["--format", "hcl"], "constructor is no option"],
  [JSON.parse('{ "__proto__": { "name": "a" } }'), ["--format", "hcl"], "__proto__ is no option"],
  [{ auth: { password: "a" } }, ["--format", "hcl"], "auth.password is no option"],
  [{ auth: "a" }, ["--format", "hcl"], "auth must be an object"],
  [{ auth: { federated: true } }, ["--format", "hcl"], "auth.federated must be an object"],
  [{ name: 1 }, ["--format", "hcl"], "name must be a text"],
  [{ name: null }, ["--format", "hcl"], "name must be a text"],
  [{ trace: "true" }, ["--format", "hcl"], "trace must be true or false"],
  [{ waitFor: "a:1,b:1" }, ["--format", "hcl"], "waitFor must be a list of texts"],
  [{ waitFor: [1] }, ["--format", "hcl"], "waitFor must be a list of texts"],
  [{ environment: ["A=1"] }, ["--format", "hcl"], "environment must be an object whose members are texts"],
  [{ environment: { A: 1 } }, ["--format", "hcl"], "environment must be an object whose members are texts"],
  [{ secretEnvironment: { A: "x" } }, ["--format", "hcl"], "secretEnvironment must be a list of texts"],
  [{ files: { path: "a" } }, ["--format", "hcl"], "files must be a list of objects"],
  [{ files: [{ file: "a" }] }, ["--format", "hcl"], "files.file is no option: there are path, content, secret"],
  [{ files: [{ toString: "a" }] }, ["--format", "hcl"], "files.toString is no option: there are path, content, secret"],
  [{ files: [{ secret: "no" }] }, ["--format", "hcl"], "files.secret must be true or false"],
  [{ attachments: [{ stackId: "a", priority: "1" }] }, ["--format", "hcl"], "attachments.priority must be a number"],
  [{ grants: [{ dst: "tag:a" }] }, ["--format", "hcl"], "grants.dst must be a list of texts"],
  [
    { provider: "spacelift.eu" },
    ["--format", "hcl"],
    "provider must be left to programs, which alone have such a thing",
  ],
  [
    { auth: { oauthSecret: { clientSecret: "hidden" } } },
    ["--format", "hcl"],
    "auth.oauthSecret.clientSecret must not be given: no secret is in what is rendered, so say auth.oauthSecret alone",
  ],
  [
    { auth: { authKey: "hidden" } },
    ["--format", "hcl"],
    "auth.authKey must be true, or an object with its members if it has some",
  ],
])("%j with %j is wrong: %s", (file, args, problem) => {
  const outcome = inFolder((folder) => {
    const path = join(folder, "options.json");
    writeFileSync(path, JSON.stringify(file) ?? "");
    const { err, ...rest } = runExecutable([...args, ...(file === undefined ? [] : ["--options", path])]);
    return { ...rest, err: err.replace(path, "FILE") };
  });
  const err = `spacetail render: ${problem}. See \`spacetail render --help\`.\n`;
  expect(outcome).toEqual({ status: 2, out: "", err });
});

test.each<[string, string]>([
  ['{ "name": "a", }', " from character 15 on"],
  ['{ "auth": { "authKey": hidden-key } }', ""],
  ['{ "name": "hidden-name" "b" }', " from character 24 on"],
  ["", ""],
])("a file that is no JSON is told without what is in it: %s", (text, where) => {
  inFolder((folder) => {
    const path = join(folder, "options.json");
    writeFileSync(path, text);
    const err = `spacetail render: --options names ${path}, which is no JSON${where}. See \`spacetail render --help\`.\n`;
    expect(runExecutable(["--format", "hcl", "--options", path])).toEqual({ status: 2, out: "", err });
  });
});

test("a file that cannot be read is told with the reason", () => {
  const { status, err } = runExecutable(["--format", "hcl", "--options", "/nowhere/options.json"]);
  expect(status).toBe(2);
  expect(err).toMatch(/^spacetail render: --options names \/nowhere\/options\.json, which cannot be read: ENOENT.*\n$/);
});
