// SPDX-License-Identifier: Apache-2.0
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are Terraform's templates, not JavaScript's.
import { deploy, planDeployment } from "../../world/deploy/index.js";
import { runConfiguration, type SpaceliftApi, startSpacelift } from "../../world/spacelift/index.js";
import { MANIFEST } from "./plugin-manifest.js";
import { PROVIDER_SCHEMAS } from "./provider-schemas.js";
import { REQUIRED_PROVIDERS } from "./stack-json.js";

let api: SpaceliftApi;

beforeEach(async () => {
  api = await startSpacelift();
  api.account.stacks.add({ name: "web", labels: ["tailnet"], space: "root" });
});
afterEach(() => api.close());

const options = (parameters: object, more: object = {}) => ({
  schema: PROVIDER_SCHEMAS,
  spacelift: api.credentials,
  ...more,
  stackJson: {
    ...REQUIRED_PROVIDERS,
    resource: {
      spacelift_plugin_template: { t: { name: "Tailnet", manifest: MANIFEST, labels: ["b", "a"] } },
      spacelift_plugin: {
        p: {
          name: "mine",
          plugin_template_id: "${spacelift_plugin_template.t.id}",
          stack_label: "tailnet",
          parameters,
        },
      },
    },
  },
});

test("a template and its plugin are deployed as the provider does, and are gone after the destruction", async () => {
  const deployment = await deploy(options({ client_secret: "s" }));

  const { environment } = runConfiguration(api.account, "web");
  expect(environment.find(({ name }) => name === "TS_OAUTH_CLIENT_SECRET")).toMatchObject({ value: "s", secret: true });
  expect(deployment.resources.get("spacelift_plugin.p")?.attributes).toMatchObject({ space_id: "root", labels: null });
  const names = api.requests.flatMap(({ operation }) => operation?.name ?? []);
  expect(names).toEqual([
    "PluginTemplateCreate",
    "PluginTemplateRead",
    "PluginTemplateReadForParams",
    "PluginInstall",
    "PluginRead",
  ]);
  const installed = api.requests.find(({ operation }) => operation?.name === "PluginInstall");
  expect(installed?.body).toMatchObject({
    variables: {
      input: {
        parameters: [
          { id: "client_secret", value: "s" },
          { id: "hostname", value: "runner" },
        ],
        space: "root",
        labels: null,
      },
    },
  });

  await deployment.destroy();

  expect(api.account.contexts.list()).toEqual([]);
  expect(api.account.pluginTemplates.list()).toEqual([]);
});

test("once more there is nothing to do; another parameter replaces the plugin alone", async () => {
  const { state } = await deploy(options({ client_secret: "s" }));

  const actions = async (parameters: object) =>
    (await planDeployment(options(parameters, { state }))).map(({ address, action }) => [address, action]);

  expect(await actions({ client_secret: "s" })).toEqual([
    ["spacelift_plugin_template.t", "no-op"],
    ["spacelift_plugin.p", "no-op"],
  ]);
  expect(await actions({ client_secret: "other" })).toEqual([
    ["spacelift_plugin_template.t", "no-op"],
    ["spacelift_plugin.p", "replace"],
  ]);
});

test.each<[object, string]>([
  [{}, "spacelift_plugin.p: required parameter 'client_secret' is missing"],
  [{ client_secret: "s", nope: "x" }, "spacelift_plugin.p: unknown parameter 'nope': not defined in plugin template"],
])("the provider refuses the parameters %j", async (parameters, message) => {
  await expect(deploy(options(parameters))).rejects.toThrow(message);
});
