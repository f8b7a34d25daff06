// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const EXAMPLES = join(__dirname, "../../examples");

// The example imports the package as its users do; here that is the source.
jest.mock("spacetail", () => jest.requireActual("../../constructs/index"), { virtual: true });

/** Runs an example's program. @returns the JSON that it synthesizes */
function synthesizeExample(name: string) {
  const output = mkdtempSync(join(tmpdir(), "spacetail-example-"));
  process.env.CDKTF_OUTDIR = output;
  try {
    jest.isolateModules(() => require(join(EXAMPLES, name, "main")));
    return JSON.parse(readFileSync(join(output, "stacks/tailnet/cdk.tf.json"), "utf8"));
  } finally {
    delete process.env.CDKTF_OUTDIR;
    rmSync(output, { recursive: true });
  }
}

test("the example creates an OAuth client and a context for init, plan and apply, and outputs the stacks' label", () => {
  const { resource, output } = synthesizeExample("cdktf");
  const [context] = Object.values<Record<string, unknown>>(resource.spacelift_context);
  const phases = Object.keys(context ?? {}).filter((name) => name.startsWith("before_"));
  expect(phases).toEqual(["before_apply", "before_init", "before_plan"]);
  expect(context).toMatchObject({ name: "tailnet", labels: ["autoattach:tailnet"] });
  expect(Object.keys(resource.tailscale_oauth_client)).toHaveLength(1);
  expect(output).toEqual({ stack_label: { value: "tailnet" } });
});

test("the federated example makes two identities and hands one to applying, the other to all else, without a secret", () => {
  const { resource } = synthesizeExample("cdktf-federated");
  const identities = Object.values<Record<string, unknown>>(resource.tailscale_federated_identity);
  const variables = Object.values<Record<string, unknown>>(resource.spacelift_environment_variable);
  expect(identities.map(({ issuer, subject, tags }) => [issuer, subject, tags])).toEqual([
    ["https://example.app.spacelift.io", "space:*:*:*:run_type:*:scope:*", ["tag:spacelift-read"]],
    ["https://example.app.spacelift.io", "space:*:stack:*:run_type:*:scope:write", ["tag:spacelift-write"]],
  ]);
  expect(variables.map(({ name, write_only }) => [name, write_only])).toEqual([
    ["ro_TS_CLIENT_ID", false],
    ["ro_TS_OAUTH_TAGS", false],
    ["wo_TS_CLIENT_ID", false],
    ["wo_TS_OAUTH_TAGS", false],
  ]);
});

test.each(["cdktf", "cdktf-federated"])("%s is short, and imports nothing but the package and its peers", (example) => {
  const source = readFileSync(join(EXAMPLES, example, "main.ts"), "utf8");
  const { dependencies } = JSON.parse(readFileSync(join(EXAMPLES, example, "package.json"), "utf8"));
  const imports = [...source.matchAll(/from "([^"]+)"/g)].map(([, specifier]) => specifier);
  expect(imports.sort()).toEqual(["cdktf", "spacetail"]);
  expect(Object.keys(dependencies)).toEqual(["cdktf", "constructs", "spacetail"]);
  expect(source.trimEnd().split("\n").length).toBeLessThanOrEqual(27);
});

test("the examples deploy from admin stacks by the same hooks", () => {
  const [one, other] = ["cdktf", "cdktf-federated"].map((name) =>
    readFileSync(join(EXAMPLES, name, ".spacelift/config.yml"), "utf8"),
  );
  expect(one).toBe(other);
});

test("the example for CDK Terrain differs in its imports alone", () => {
  const example = (name: string, file: string) => readFileSync(join(EXAMPLES, name, file), "utf8");
  const translated = example("cdktf", "main.ts")
    .replace('"cdktf"', '"cdktn"')
    .replace('"spacetail"', '"spacetail/cdktn"');
  expect(example("cdktn", "main.ts")).toBe(translated);
  for (const file of ["tsconfig.json", "cdktf.json"]) expect(example("cdktn", file)).toBe(example("cdktf", file));
});

test.each(["cdktf", "cdktn"])("the example for %s asks for versions within the ranges of the package", (name) => {
  const read = (file: string) => JSON.parse(readFileSync(join(EXAMPLES, "..", file), "utf8"));
  const { dependencies } = read(`examples/${name}/package.json`);
  const { version, peerDependencies } = read("package.json");
  expect(dependencies[name]).toBe(peerDependencies[name]);
  expect(dependencies.spacetail).toBe(`^${version}`);
});
