// SPDX-License-Identifier: Apache-2.0
// Whoever describes a context gives the same options everywhere, and gets the same context: by the constructs on both
// engines, by Pulumi's components, and by all that `spacetail render` prints.
import { rendered } from "./command.js";
import { byComponents } from "./components.js";
import type { RenderOptions } from "./given.js";
import { INPUTS, SECRETS } from "./inputs.js";
import { OPTION_SETS } from "./option-sets.js";
import { build, byConstructs, readingOfManifest } from "./programs.js";
import { type Reading, readConfigYml, readManifest, readModule } from "./readings.js";

/** Options that decide about hooks or variables, beside the sets of all other tests. */
const MORE: Readonly<Record<string, RenderOptions>> = {
  "without an EXIT trap": { auth: { oauthSecret: true }, exitTrap: false },
  "with other proxies": {
    auth: { oauthSecret: true },
    httpProxy: "[::1]:3128",
    socks5Server: "127.0.0.1:1081",
    noProxy: ["a.test", ".b.test"],
  },
  "with more proxy variables": {
    auth: { oauthSecret: true },
    proxyVariables: ["ALL_PROXY", "NODE_USE_ENV_PROXY", "JAVA_TOOL_OPTIONS", "GLOBAL_AGENT_NO_PROXY"],
  },
  "with the default proxies said": {
    auth: { authKey: true },
    httpProxy: "localhost:8080",
    socks5Server: "localhost:1080",
  },
  "one phase": { auth: { oauthSecret: true }, phases: ["perform"] },
  "all phases, out of order": { auth: { authKey: true }, phases: ["destroy", "perform", "apply", "plan", "init"] },
  "own hooks of phases that are on the tailnet, and of others": {
    auth: { oauthSecret: true },
    phases: ["plan"],
    beforeHooks: [
      { phase: "plan", command: "echo 1" },
      { phase: "apply", command: "echo 2", outsideTunnel: true },
      { phase: "plan", command: "echo 3", outsideTunnel: true },
      { phase: "plan", command: "echo 4" },
    ],
    afterHooks: [
      { phase: "plan", command: "echo 5", outsideTunnel: true },
      { phase: "plan", command: "echo 6" },
      { phase: "run", command: "echo 7" },
    ],
  },
  "an EXIT trap of their own": {
    auth: { oauthSecret: true },
    exitTrap: false,
    beforeHooks: [{ phase: "plan", command: "trap 'echo gone' EXIT" }],
  },
  "texts that mean something to engines": {
    auth: { oauthSecret: { clientId: "$" + "{id}" } },
    environment: { A: "$" + "{var.a} %" + "{if true} $$" + "{b} \\n", B: "yes", C: "1e3", D: "a: b # c", E: " " },
    secretEnvironment: ["PASSWORD"],
  },
  "what is the default anyway": {
    auth: { authKey: true },
    acceptDns: true,
    acceptRoutes: false,
    shieldsUp: true,
    trace: false,
  },
};

/** Sets of options, and whether each output has a place for all of them. */
const CASES: readonly (readonly [string, RenderOptions, Readonly<Record<string, boolean>>])[] = [
  ...Object.entries(OPTION_SETS)
    .filter(([, { formats }]) => formats.some((one) => one !== "blueprint"))
    .map(
      ([name, { options, formats }]) =>
        [
          name,
          options,
          Object.fromEntries(["hcl", "config-yml", "plugin"].map((one) => [one, formats.includes(one as "hcl")])),
        ] as const,
    ),
  ...Object.entries(MORE).map(
    ([name, options]) => [name, options, { hcl: true, "config-yml": true, plugin: true }] as const,
  ),
];

function withoutUndefined(reading: Reading): unknown {
  return JSON.parse(JSON.stringify(reading));
}

/** Unless a login is given, programs and Terraform create one, and the other outputs ask for the secret of a client. */
function withLogin(options: RenderOptions): RenderOptions {
  const { account: _, trust: __, tags: ___, applyTags: ____, grants: _____, ...others } = options;
  return options.auth === undefined ? { ...others, auth: { oauthSecret: true } } : options;
}

describe.each(CASES)("%s", (_, options, places) => {
  const expected = byConstructs(options);
  const given = byConstructs(withLogin(options));

  test("there are hooks and variables to compare", () => {
    expect(Object.keys(expected.hooks).length).toBeGreaterThan(0);
    expect(Object.keys(expected.variables).length).toBeGreaterThan(0);
  });

  test("CDK Terrain", () => {
    expect(withoutUndefined(byCdkTerrain(options))).toEqual(withoutUndefined(expected));
  });

  test("Pulumi", async () => {
    expect(withoutUndefined(await byComponents(options))).toEqual(withoutUndefined(expected));
  });

  // Formats without a place for some of the options refuse them: see the tests of refusals.
  const when = (format: string) => (places[format] === true ? test : () => {});

  when("hcl")("Terraform module", async () => {
    expect(withoutUndefined(await readModule(rendered("hcl", options), INPUTS))).toEqual(withoutUndefined(expected));
  });

  when("config-yml")(".spacelift/config.yml", () => {
    const text = rendered("config-yml", options);
    const { hooks, variables, runnerImage } = given;
    const stacks = (options.attachments ?? []).map(({ stackId }) => stackId ?? "");
    for (const stack of stacks.length === 0 ? ["any"] : stacks) {
      const reading = readConfigYml(text, stack, SECRETS);
      expect(withoutUndefined(reading)).toEqual(
        withoutUndefined({ hooks, variables: readable(variables), runnerImage }),
      );
    }
    if (stacks.length > 0) expect(readConfigYml(text, "another", SECRETS).hooks).toEqual({});
  });

  when("plugin")("plugin", () => {
    const { name, labels, hooks, variables, files, description } = given;
    // The label is the installer's to choose.
    const others = (labels as string[]).filter((label) => !label.startsWith("autoattach:"));
    expect(withoutUndefined(readManifest(rendered("plugin", options), INPUTS))).toEqual(
      withoutUndefined({ name, description, labels: others, hooks, variables, files: files ?? {} }),
    );
  });
});

/** What everybody can read in a file of the repository: the path of a token is not a secret. */
function readable(variables: Reading["variables"]): Reading["variables"] {
  const paths = Object.entries(variables).map(([name, { value, secret }]) => {
    return [name, { value, secret: secret === true && !String(value).startsWith("file:") }];
  });
  return Object.fromEntries(paths);
}

/** What the built constructs for CDK Terrain make of the options. */
function byCdkTerrain(options: RenderOptions): Reading {
  const { TerraformStack, Testing } = require("cdktn");
  const cdktn = require("../../dist/cdktn/index.js");
  const stack = new TerraformStack(Testing.app({ context: { targetVersions: { terraform: ">=1.11.0" } } }), "app");
  new cdktn.spacelift.SpaceliftProvider(stack, "spacelift");
  new cdktn.tailscale.TailscaleProvider(stack, "tailscale");
  const context = build(cdktn, stack, options);
  return readingOfManifest(JSON.parse(Testing.synth(stack)), context);
}
