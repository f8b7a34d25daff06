// SPDX-License-Identifier: Apache-2.0
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are Terraform's templates, not JavaScript's.
import { execFile } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { type RunToken, type SpaceliftApi, startSpacelift } from "../../world/spacelift/index.js";
import { REQUIRED_PROVIDERS } from "./stack-json.js";

const ROOT = join(__dirname, "../../..");

let folder: string;
let api: SpaceliftApi;
let token: RunToken;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "loader-"));
  const entryPoints = [join(ROOT, "test/world/deploy/cli/main.ts")];
  const outfile = join(folder, "loader/loader.cjs");
  buildSync({ entryPoints, outfile, bundle: true, platform: "node", target: "node20", logLevel: "warning" });
  cpSync(join(ROOT, "constructs/bindings/schema"), join(folder, "loader/schema"), { recursive: true });
  mkdirSync(join(folder, "project"));
  chmodSync(folder, 0o755);
});
afterAll(() => rmSync(folder, { recursive: true }));

beforeEach(async () => {
  api = await startSpacelift();
  const { stacks, roles, roleBindings } = api.account;
  stacks.add({ name: "admin" });
  roleBindings.create({ roleID: roles.bySlug("space-admin")?.id ?? "", stackID: "admin", spaceID: "legacy" });
  token = api.issueRunToken("admin");
  token.active = true;
});
afterEach(() => api.close());

function configure(resource: object, more: object = {}): void {
  const { terraform } = REQUIRED_PROVIDERS;
  const { backend, ...others } = more as { backend?: object };
  const text = { ...others, resource, terraform: { ...terraform, ...(backend === undefined ? {} : { backend }) } };
  writeFileSync(join(folder, "project/cdk.tf.json"), JSON.stringify(text));
}

/** Runs the loader in the project's folder, as a run would. */
function loader(args: readonly string[], environment: object = {}): Promise<{ code: number; text: string }> {
  const env = { PATH: process.env.PATH ?? "", SPACELIFT_API_TOKEN: token.value, ...token.state, ...environment };
  const options = { cwd: join(folder, "project"), env };
  return new Promise((resolve) => {
    execFile(process.execPath, [join(folder, "loader/loader.cjs"), ...args], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), text: (stdout + stderr).trim() });
    });
  });
}

const context = (name: string, more: object = {}) => ({ spacelift_context: { c: { name, ...more } } });

test("plan, show, apply, output and destroy, each a process of its own; the state is at Spacelift", async () => {
  configure(context("tailnet", { labels: ["autoattach:tailnet"] }), {
    output: { label: { value: "${spacelift_context.c.name}" }, hidden: { value: "h", sensitive: true } },
  });

  expect((await loader(["init", "-input=false"])).code).toBe(0);
  expect((await loader(["plan", "-input=false", "-out=plan"])).text).toBe(
    "+ spacelift_context.c\nPlan: 1 to add, 0 to change, 0 to destroy.",
  );
  expect(api.account.contexts.list()).toEqual([]);
  expect(JSON.parse((await loader(["show", "-json", "plan"])).text).resource_changes).toEqual([
    { address: "spacelift_context.c", type: "spacelift_context", change: { actions: ["create"] } },
  ]);
  expect((await loader(["apply", "-input=false", "plan"])).text).toBe(
    "spacelift_context.c: Creation complete [id=tailnet]\nDone: 1 resources exist.",
  );
  expect(JSON.parse((await loader(["output", "-json"])).text)).toEqual({
    label: { sensitive: false, type: "string", value: "tailnet" },
    hidden: { sensitive: true, type: "string", value: "h" },
  });
  expect(api.account.states.get("admin")).toContain('"spacelift_context.c"');

  expect((await loader(["destroy", "-auto-approve"])).text).toBe(
    "spacelift_context.c: Destruction complete\nDone: 0 resources exist.",
  );
  expect(api.account.contexts.list()).toEqual([]);
});

test("what changed is told by its name, and nothing by its value", async () => {
  const resources = (value: string) => ({
    ...context("tailnet", value === "two" ? { description: "d" } : {}),
    spacelift_environment_variable: { v: { context_id: "${spacelift_context.c.id}", name: "V", value } },
  });
  configure(resources("one"));
  await loader(["plan", "-out=plan"]);
  await loader(["apply", "plan"]);
  configure(resources("two"));

  const { text } = await loader(["plan", "-out=plan"]);

  expect(text.split("\n")).toEqual([
    "~ spacelift_context.c (description)",
    "-/+ spacelift_environment_variable.v (value)",
    "Plan: 1 to add, 1 to change, 1 to destroy.",
  ]);
  expect((await loader(["apply", "plan"])).code).toBe(0);
  expect((await loader(["plan"])).text).toBe("No changes.");
});

test("a configuration with a backend of its own is refused: CDKTF's must be taken out", async () => {
  configure(context("tailnet"), { backend: { local: { path: "terraform.tfstate" } } });

  expect(await loader(["init"])).toEqual({
    code: 1,
    text: "Error: cdk.tf.json has the backend local, but the state is kept elsewhere: take it out",
  });
});

test("a plan that others have overtaken is stale", async () => {
  configure(context("one"));
  await loader(["plan", "-out=plan"]);
  await loader(["apply", "plan"]);

  expect(await loader(["apply", "plan"])).toEqual({
    code: 1,
    text: "Error: the saved plan is stale: the state has changed since",
  });
});

test("a deployment that fails keeps the state of what was made", async () => {
  api.account.contexts.create({ name: "taken" });
  configure({ spacelift_context: { a: { name: "made" }, b: { name: "taken" } } });
  await loader(["plan", "-out=plan"]);

  const { code, text } = await loader(["apply", "plan"]);

  expect(code).toBe(1);
  expect(text).toMatch(/Error: spacelift_context\.b: could not persist context/);
  expect(api.account.states.get("admin")).toContain('"spacelift_context.a"');
});

describe("the place of the state", () => {
  test("opens to the run of that stack only", async () => {
    api.account.stacks.add({ name: "other" });
    const other = api.issueRunToken("other");
    configure(context("one"));
    const { TF_HTTP_USERNAME, TF_HTTP_PASSWORD } = other.state;

    const foreign = await loader(["init"], { TF_HTTP_USERNAME, TF_HTTP_PASSWORD });
    const wrong = await loader(["init"], { TF_HTTP_PASSWORD: "wrong" });

    for (const { text } of [foreign, wrong]) {
      expect(text).toBe("Error: the state cannot be read: HTTP 401: unauthorized");
    }
    expect((await loader(["init"], { TF_HTTP_ADDRESS: "" })).text).toBe(
      "Error: TF_HTTP_ADDRESS must name the place of the state",
    );
  });

  test("is emptied with its stack", () => {
    api.account.states.put("admin", "{}");

    api.account.stacks.delete("admin");

    expect(api.account.states.get("admin")).toBeUndefined();
  });
});

test("what the loader does not know, it says", async () => {
  expect((await loader(["import"])).text).toMatch(/^Error: the loader knows init, plan, .* not "import"$/);
  expect((await loader(["apply"])).text).toBe("Error: apply needs a plan file");
  expect(readFileSync(join(folder, "loader/loader.cjs"), "utf8")).not.toContain(ROOT);
});
