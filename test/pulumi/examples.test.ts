// SPDX-License-Identifier: Apache-2.0
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { deploy } from "./deploy.js";

const ROOT = join(__dirname, "../..");
const SCHEMA = JSON.parse(readFileSync(join(__dirname, "golden/schema.json"), "utf8"));

// The example imports the package as its users do; here that is the source.
jest.mock("spacetail/pulumi", () => jest.requireActual("../../pulumi/index"), { virtual: true });

/** The YAML reader that Pulumi's SDK brings along. */
const { load }: { load(text: string): unknown } = createRequire(require.resolve("@pulumi/pulumi"))("js-yaml");

interface YamlResource {
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

function read(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

/** The type `spacetail:index:X` of what YAML calls `spacetail:X`. */
function token(type: string): string {
  return type.replace(":", ":index:");
}

test("the TypeScript example creates a client and a context, and outputs the stacks' label", async () => {
  let stackLabel: unknown;
  const registrations = await deploy(() => {
    jest.isolateModules(() => {
      stackLabel = require("../../examples/pulumi-ts/index").stackLabel;
    });
  });
  expect(stackLabel).toBeDefined();
  expect(registrations.map(({ type, name }) => `${type} ${name}`).sort()).toEqual([
    "spacelift:index/context:Context tailnet",
    "spacelift:index/environmentVariable:EnvironmentVariable tailnet-TS_OAUTH_CLIENT_ID",
    "spacelift:index/environmentVariable:EnvironmentVariable tailnet-TS_OAUTH_CLIENT_SECRET",
    "spacelift:index/environmentVariable:EnvironmentVariable tailnet-TS_OAUTH_TAGS",
    "spacetail:index:TailnetContext tailnet",
    "spacetail:index:TailnetOAuthClient oauth-client",
    "tailscale:index/oauthClient:OauthClient oauth-client",
  ]);
});

describe("the YAML example", () => {
  const program = load(read("examples/pulumi-yaml/Pulumi.yaml")) as {
    readonly packages: unknown;
    readonly resources: Readonly<Record<string, YamlResource>>;
    readonly outputs: unknown;
  };

  test("names properties that the schema has, and all that it requires", () => {
    for (const { type, properties } of Object.values(program.resources)) {
      const { inputProperties, requiredInputs } = SCHEMA.resources[token(type)];
      expect(Object.keys(inputProperties)).toEqual(expect.arrayContaining(Object.keys(properties)));
      expect(Object.keys(properties)).toEqual(expect.arrayContaining(requiredInputs));
    }
    const { properties } = program.resources.tailnet as YamlResource;
    const auth = properties.auth as Record<string, Record<string, unknown>>;
    for (const [member, values] of Object.entries(auth)) {
      const type = SCHEMA.types["spacetail:index:TailnetAuth"].properties[member].$ref.replace("#/types/", "");
      expect(Object.keys(SCHEMA.types[type].properties)).toEqual(expect.arrayContaining(Object.keys(values)));
    }
  });

  test("refers to outputs that its resources have", () => {
    const references = [...JSON.stringify(program).matchAll(/\$\{([\w-]+)\.(\w+)\}/g)];
    expect(references).toHaveLength(4);
    for (const [, name = "", property = ""] of references) {
      const { type } = program.resources[name] as YamlResource;
      expect(Object.keys(SCHEMA.resources[token(type)].properties)).toContain(property);
    }
  });

  test("takes the plugin from this repository, as the Python example does", () => {
    expect(program.packages).toEqual({ spacetail: "../../pulumi" });
    expect(load(read("examples/pulumi-python/Pulumi.yaml"))).toMatchObject({ packages: program.packages });
  });
});

describe("the Python example", () => {
  const program = read("examples/pulumi-python/__main__.py");

  test("names arguments and outputs that the SDK has, which are the schema's in Python's spelling", () => {
    const owners = [...Object.values(SCHEMA.resources), ...Object.values(SCHEMA.types)] as Record<string, object>[];
    const names = owners.flatMap(({ inputProperties, properties }) => [
      ...Object.keys(inputProperties ?? {}),
      ...Object.keys(properties ?? {}),
    ]);
    const known = new Set(names.map((name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)));
    const used = [...program.matchAll(/(?:\b(\w+)=|\b(?:oauth_client|context)\.(\w+))/g)].map(
      ([, a, b]) => a ?? b ?? "",
    );
    expect(used.length).toBeGreaterThan(8);
    expect(used.filter((name) => !known.has(name))).toEqual([]);
    const classes = [...program.matchAll(/spacetail\.(\w+)/g)].map(([, name = ""]) => name.replace(/Args$/, ""));
    const made = Object.keys({ ...SCHEMA.resources, ...SCHEMA.types }).map((one) => one.split(":")[2]);
    expect(made).toEqual(expect.arrayContaining(classes));
  });

  const hasPython = spawnSync("python3", ["--version"]).status === 0;
  if (!hasPython) process.stderr.write("skipped: the syntax of the Python example: python3 is not on PATH\n");
  (hasPython ? test : test.skip)("is Python", () => {
    const check = "import ast, sys; ast.parse(sys.stdin.read())";
    expect(() => execFileSync("python3", ["-c", check], { input: program, stdio: "pipe" })).not.toThrow();
  });
});
