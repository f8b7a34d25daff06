// SPDX-License-Identifier: Apache-2.0
import { cpSync, existsSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { FakeEngine } from "../pulumi/engine/fake-engine.js";
import { PluginHost } from "../pulumi/engine/plugin-host.js";
import { output, UNKNOWN } from "../pulumi/engine/property-values.js";
import { runPython } from "../pulumi/engine/python-program.js";
import { NODE } from "../pulumi/engine/run.js";
import { runYaml } from "../pulumi/engine/yaml-program.js";
import { nodeOf } from "./nodes.js";
import { Unreachable, unlessUnreachable } from "./npm.js";
import { EXAMPLE_RESOURCES, HOSTILE, PublishedPlugin } from "./plugin.js";
import { pythonPackage } from "./python.js";
import { ROOT } from "./tarball.js";

const SCHEMA = join(ROOT, "test/pulumi/golden/schema.json");
const VARIABLE = "spacelift:index/environmentVariable:EnvironmentVariable";

// These run npm and compilers.
jest.setTimeout(300_000);

let published: PublishedPlugin;
let plugin: string | null = null;

beforeAll(async () => {
  published = await PublishedPlugin.publish();
  try {
    plugin = await published.install();
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    process.stderr.write(`skipped: the Pulumi plugin: ${error.message}\n`);
  }
});

afterAll(() => published?.remove());

test("no packages but its own are in its reach", () => {
  if (plugin === null) return;
  const found = [];
  for (let folder = realpathSync(plugin); folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, "node_modules"))) found.push(folder);
  }
  expect(found).toEqual([realpathSync(plugin)]);
});

describe.each([22, 24])("the plugin, cloned and installed on its own, on Node %i", (major) => {
  const { bin } = nodeOf(major);
  let host: PluginHost | undefined;
  beforeAll(async () => {
    if (plugin === null || bin === null) return;
    host = await PluginHost.start({ node: join(bin, "node"), plugin, project: published.project(HOSTILE) });
  });
  afterAll(() => host?.stop());

  /** Other languages' SDKs are made from it: a change that is meant is written by `UPDATE_GOLDEN=1`, then read. */
  test("has the schema of the golden file", async () => {
    if (host === undefined) return;
    const schema = await host.schema();
    if (process.env.UPDATE_GOLDEN === "1") writeFileSync(SCHEMA, `${JSON.stringify(schema, null, 2)}\n`);
    expect(schema).toEqual(JSON.parse(readFileSync(SCHEMA, "utf8")));
  });

  test("constructs a component with all its children", async () => {
    if (host === undefined) return;
    const clientSecret = output({ value: "tskey-client-hidden", secret: true });
    const inputs = { name: output({ value: "My tailnet" }), auth: { oauthSecret: { clientSecret } }, phases: ["plan"] };
    const { urn, outputs } = await host.construct("spacetail:index:TailnetContext", "tailnet", inputs);
    expect(urn).toBe("urn:pulumi:stack::project::spacetail:index:TailnetContext::tailnet");
    const labels = { stackLabel: "my-tailnet", stackLabels: ["my-tailnet"] };
    expect(outputs).toEqual({ contextId: "id-tailnet", phases: ["plan"], ...labels });
    const { engine } = host;
    expect(engine.only("spacelift:index/context:Context")).toMatchObject({
      parent: urn,
      packageReference: "package-1",
      inputs: { name: "My tailnet", labels: ["autoattach:my-tailnet"] },
    });
    expect(engine.only(VARIABLE).inputs).toMatchObject({
      name: "TS_OAUTH_CLIENT_SECRET",
      value: { secret: "tskey-client-hidden" },
    });
    expect(engine.only("spacetail:index:TailnetContext").inputs).toMatchObject({
      auth: { oauthSecret: { clientSecret: { secret: "tskey-client-hidden" } } },
    });
  });

  test("takes from one component what another one tells, known or not", async () => {
    if (host === undefined) return;
    const made = await host.construct("spacetail:index:TailnetOAuthClient", "client", { tags: ["tag:a"] });
    expect(made.outputs).toMatchObject({ clientId: "id-client", clientSecret: { secret: "tskey-client-client" } });
    const oauthClient = { clientId: output({}), clientSecret: output({ secret: true }), tags: ["tag:a"] };
    await host.construct("spacetail:index:TailnetContext", "later", { name: "later", auth: { oauthClient } });
    const variables = host.engine.all(VARIABLE).filter(({ name }) => name.startsWith("later-"));
    expect(Object.fromEntries(variables.map(({ inputs }) => [inputs.name, inputs.value]))).toEqual({
      TS_OAUTH_CLIENT_ID: { secret: UNKNOWN },
      TS_OAUTH_CLIENT_SECRET: { secret: UNKNOWN },
      TS_OAUTH_TAGS: { secret: "tag:a" },
    });
  });

  test("takes what must be plain, which other languages' SDKs send as it is", async () => {
    if (host === undefined) return;
    const { outputs } = await host.construct("spacetail:index:Tailnet", "structures", {
      name: output({ value: "structures" }),
      account: "acme",
      trust: { stack: output({ value: "web" }) },
      grants: [{ dst: ["tag:db"], ip: ["tcp:5432"] }],
      autoattachAll: true,
      outermost: true,
      beforeHooks: [{ phase: "plan", command: output({ value: "date" }), outsideTunnel: true }],
      afterHooks: [{ phase: "plan", command: "date" }],
      files: [{ path: "a", content: output({ value: "b", secret: true }), secret: true }],
      environment: { A: output({ value: "a" }) },
      attachments: [{ stackId: output({}), id: "web" }],
    });
    const { policyJson } = outputs as { policyJson: string };
    expect(JSON.parse(policyJson).grants).toEqual([{ src: ["tag:spacelift"], dst: ["tag:db"], ip: ["tcp:5432"] }]);
    const contexts = host.engine.all("spacelift:index/context:Context").filter(({ name }) => name === "structures");
    expect(contexts.map(({ inputs: { name, labels, beforePlans } }) => ({ name, labels, beforePlans }))).toEqual([
      { name: "zzzzz-structures", labels: ["autoattach:*"], beforePlans: expect.arrayContaining(["date"]) },
    ]);
  });

  test("makes its children with the providers that it was given", async () => {
    if (host === undefined) return;
    const spacelift = "urn:pulumi:stack::project::pulumi:providers:spacelift::account::id-1";
    const inputs = { name: "explicit", auth: { authKey: "key" } };
    await host.construct("spacetail:index:TailnetContext", "explicit", inputs, { spacelift });
    const children = host.engine.resources.filter(({ custom, name }) => custom && name.startsWith("explicit"));
    expect(children.map(({ provider }) => provider)).toEqual([spacelift, spacelift]);
  });

  test("refuses in the words of the constructs", async () => {
    if (host === undefined) return;
    const construct = host.construct("spacetail:index:TailnetContext", "bad", { name: "", auth: { authKey: "key" } });
    await expect(construct).rejects.toThrow(`TailnetContext 'bad': name must not be empty, but "" was given`);
  });
});

describe("the examples in other languages, previewed from a folder of their own", () => {
  let host: PluginHost | undefined;
  let project: string;
  beforeEach(async () => {
    if (plugin === null) return;
    project = published.project();
    host = await PluginHost.start({ node: NODE, plugin, project, preview: true });
  });
  afterEach(() => host?.stop());

  function expectMade(engine: FakeEngine): void {
    expect(engine.logs).toEqual([]);
    const resources = engine.resources.filter(({ type }) => type !== "pulumi:pulumi:Stack");
    expect(resources.map(({ type, name }) => `${type} ${name}`).sort()).toEqual(EXAMPLE_RESOURCES);
    const { inputs } = engine.only("spacelift:index/context:Context");
    expect(Object.keys(inputs)).toEqual(expect.arrayContaining(["beforeInits", "beforePlans", "beforeApplies"]));
    const secret = engine.all(VARIABLE).find(({ name }) => name === "tailnet-TS_OAUTH_CLIENT_SECRET");
    expect(secret?.inputs).toMatchObject({ value: { secret: UNKNOWN }, writeOnly: true });
  }

  test("YAML", async () => {
    if (host === undefined) return;
    const program = readFileSync(join(ROOT, "examples/pulumi-yaml/Pulumi.yaml"), "utf8");
    expect(await runYaml(program, host.address)).toEqual({ stackLabel: "tailnet" });
    expectMade(host.engine);
  });

  const packages = unlessUnreachable("the Python example", () => pythonPackage("pulumi==3.270.0"));
  (packages === null ? test.skip : test)("Python", async () => {
    if (host === undefined) return;
    cpSync(join(ROOT, "examples/pulumi-python"), project, { recursive: true });
    const schema = join(published.base, "schema.json");
    writeFileSync(schema, JSON.stringify(await host.schema()));
    const ended = await runPython({ host, folder: project, packages: packages ?? "", schema });
    expect(ended).toEqual({ status: 0, output: "" });
    expectMade(host.engine);
    expect(host.engine.only("pulumi:pulumi:Stack").outputs).toEqual({ stack_label: "tailnet" });
  });
});
