// SPDX-License-Identifier: Apache-2.0
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: texts of shells hold such placeholders
// What the constructs synthesize is deployed to the embedded Spacelift, and a run of a stack must get it.
import { TailnetContext, type TailnetContextProps } from "../../../constructs/index.js";
import { hookLists } from "../../../contract/index.js";
import { synthesize } from "../../constructs/manifest.js";
import { deploy } from "../../world/deploy/index.js";
import { environmentOf, runConfiguration, type SpaceliftApi, startSpacelift } from "../../world/spacelift/index.js";
import { PROVIDER_SCHEMAS } from "./provider-schemas.js";
import { RECORDED_CREDENTIALS } from "./recorded-tailscale.js";

let api: SpaceliftApi;
beforeEach(async () => {
  api = await startSpacelift();
  api.account.stacks.add({ name: "web", labels: ["tailnet"] });
});
afterEach(() => api.close());

/** Deploys a context, besides an identity that exists already. @returns what a run of the stack `web` gets */
async function deployed(props: Partial<TailnetContextProps>, more: (context: TailnetContext) => void = () => {}) {
  const auth = { federated: { identity: { clientId: "k1", tags: ["tag:a"] } } };
  const { resource, terraform } = synthesize((stack) => {
    more(new TailnetContext(stack, "tailnet", { name: "tailnet", auth, ...props }));
  });
  await deploy({
    stackJson: { resource, terraform },
    schema: PROVIDER_SCHEMAS,
    spacelift: api.credentials,
    tailscale: { baseUrl: "http://127.0.0.1:9", ...RECORDED_CREDENTIALS },
  });
  return runConfiguration(api.account, "web");
}

test("files arrive as they were written, secret unless they are not", async () => {
  const files = [
    { path: "spacetail/boot.sh", content: 'echo "${HOME}" %{x} é\n' },
    { path: "motd", content: "hello", secret: false },
  ];
  const { mountedFiles } = await deployed({ files });
  const found = mountedFiles.map(({ path, content, secret }) => [path, content.toString(), secret]);
  expect(found).toEqual(expect.arrayContaining(files.map((f) => [f.path, f.content, f.secret ?? true])));
  expect(found).toHaveLength(2);
});

test("a pair of identities: a plan has one client id and its tags, an apply has the other", async () => {
  const read = { clientId: "k1", tags: ["tag:plan"] };
  const write = { clientId: "k2", tags: ["tag:apply"] };
  const { environment } = await deployed({ auth: { federated: { read, write } } });
  const loginOf = (phase: "plan" | "apply") => {
    return Object.fromEntries(environmentOf(phase, environment).map(({ name, value }) => [name, value]));
  };
  expect(loginOf("plan")).toEqual({ TS_CLIENT_ID: "k1", TS_OAUTH_TAGS: "tag:plan" });
  expect(loginOf("apply")).toEqual({ TS_CLIENT_ID: "k2", TS_OAUTH_TAGS: "tag:apply" });
});

test("secrets arrive by write-only attributes too", async () => {
  const { environment, mountedFiles } = await deployed({
    secretEnvironment: { PASSWORD: "p" },
    files: [{ path: "key", content: "k" }],
    writeOnlyVersion: "1",
  });
  expect(environment).toContainEqual({ name: "PASSWORD", value: "p", secret: true });
  expect(mountedFiles.map(({ content, secret }) => [content.toString(), secret])).toEqual([["k", true]]);
});

test("own hooks stand where they were placed, around and inside of the tunnel", async () => {
  const { hooks } = await deployed({ phases: ["plan"] }, (context) => {
    context.addBeforeHook("plan", 'echo "${HOME}"');
    context.addBeforeHook("plan", "date", { outsideTunnel: true });
    context.addAfterHook("run", "echo over");
  });
  const ours = hookLists({ phases: ["plan"], httpProxy: "localhost:8080", exitTrap: true });
  expect(hooks).toMatchObject({
    beforePlan: ["date", ...(ours.before_plan ?? []), 'echo "${HOME}"'],
    afterPlan: ours.after_plan,
    afterRun: ["echo over"],
  });
});

test("an outermost context is around every other that is attached by label", async () => {
  api.account.contexts.create({ name: "zebra", labels: ["autoattach:*"] });
  api.account.contexts.create({ name: "alpha", labels: ["autoattach:tailnet"] });
  const { contexts } = await deployed({ outermost: true });
  expect(contexts.map(({ name }) => name)).toEqual(["zzzzz-tailnet", "zebra", "alpha"]);
});

test("without that it stands where its name puts it, and inside of contexts that are attached explicitly", async () => {
  api.account.contexts.create({ name: "zebra", labels: ["autoattach:*"] });
  api.account.contexts.create({ name: "alpha", labels: [] });
  api.account.attachments.attach("alpha", "web", 0);
  const { contexts } = await deployed({});
  expect(contexts.map(({ name }) => name)).toEqual(["alpha", "zebra", "tailnet"]);
});

test("attached explicitly, it is around all others with a higher priority", async () => {
  api.account.contexts.create({ name: "zebra", labels: [] });
  api.account.attachments.attach("zebra", "web", 5);
  const { contexts } = await deployed({ autoattach: "nobody" }, (context) => context.attachTo("web", { priority: 3 }));
  expect(contexts.map(({ name, priority }) => [name, priority])).toEqual([
    ["tailnet", 3],
    ["zebra", 5],
  ]);
});
