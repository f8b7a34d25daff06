// SPDX-License-Identifier: Apache-2.0
// The plugin and its examples with Pulumi itself, where there is one: `SPACETAIL_PULUMI` names its program, beside
// which are the language hosts for Node, Python and YAML. Everything is real but the providers, which not every
// machine can download, and which would ask for accounts.
import { execFile } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { NODE } from "../pulumi/engine/run.js";
import { EXAMPLE_RESOURCES, HOSTILE, PublishedPlugin } from "./plugin.js";
import { ROOT } from "./tarball.js";

const program = process.env.SPACETAIL_PULUMI;
if (program === undefined) process.stderr.write("skipped: Pulumi's own engine: SPACETAIL_PULUMI is not set\n");

// These clone, run npm and pip, and generate SDKs.
jest.setTimeout(1_800_000);

(program === undefined ? describe.skip : describe)("with Pulumi's own engine", () => {
  let published: PublishedPlugin;
  let environment: NodeJS.ProcessEnv;

  beforeAll(async () => {
    published = await PublishedPlugin.publish();
    const { base } = published;
    const home = join(base, "home");
    addProvider(home, "tailscale", "0.29.1");
    addProvider(home, "terraform-provider", "1.1.3");
    mkdirSync(join(base, "state"));
    environment = {
      ...process.env,
      ...published.environment,
      PATH: `${dirname(NODE)}:${dirname(program ?? "")}:${process.env.PATH}`,
      PULUMI_HOME: home,
      PULUMI_BACKEND_URL: `file://${join(base, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "passphrase",
      PULUMI_SKIP_UPDATE_CHECK: "true",
    };
  });
  afterAll(() => published?.remove());

  /** Not execFileSync, since the Git server is in this process. */
  async function pulumi(folder: string, ...words: string[]): Promise<string> {
    const options = { cwd: folder, env: environment, maxBuffer: 2 ** 26 };
    const { stdout } = await promisify(execFile)(program ?? "", [...words, "--non-interactive"], options);
    return stdout;
  }

  /** A copy of an example that has the plugin not from this repository but from the Git server. */
  async function addedTo(example: string, files: Readonly<Record<string, string>> = {}): Promise<string> {
    const folder = published.project(files);
    cpSync(join(ROOT, "examples", example), folder, { recursive: true });
    const settings = readFileSync(join(folder, "Pulumi.yaml"), "utf8");
    writeFileSync(join(folder, "Pulumi.yaml"), settings.replace("packages:\n  spacetail: ../../pulumi\n", ""));
    await pulumi(folder, "package", "add", published.url);
    expect(readFileSync(join(folder, "Pulumi.yaml"), "utf8")).toContain("git.example.com/acme/spacetail/pulumi");
    return folder;
  }

  /** What a preview creates, by type and name. */
  async function previewed(folder: string, stack: string): Promise<string[]> {
    await pulumi(folder, "stack", "init", stack);
    const { steps } = JSON.parse(await pulumi(folder, "preview", "--json"));
    const urns = steps.map(({ op, urn }: { op: string; urn: string }) => `${op} ${urn}`.split("::"));
    return urns.map(([, , types = "", name]: string[]) => `${types.split("$").at(-1)} ${name}`).sort();
  }

  test("YAML, in a folder whose files are not for the plugin", async () => {
    const folder = await addedTo("pulumi-yaml", HOSTILE);
    await pulumi(folder, "install");
    expect(await previewed(folder, "yaml")).toEqual([...EXAMPLE_RESOURCES, "pulumi:pulumi:Stack tailnet-yaml"].sort());
  });

  test("Python", async () => {
    const folder = await addedTo("pulumi-python");
    const main = join(folder, "__main__.py");
    // The SDK has the name of the repository's owner.
    writeFileSync(main, readFileSync(main, "utf8").replace("import pulumi_spacetail", "import acme_spacetail"));
    expect(await previewed(folder, "py")).toEqual([...EXAMPLE_RESOURCES, "pulumi:pulumi:Stack tailnet-py"].sort());
  });
});

/** Installs a provider where Pulumi keeps those that it has downloaded. */
function addProvider(home: string, name: string, version: string): void {
  const folder = join(home, "plugins", `resource-${name}-v${version}`);
  mkdirSync(folder, { recursive: true });
  const command = [NODE, join(ROOT, "test/pulumi/engine/provider.cjs"), name, version];
  const file = join(folder, `pulumi-resource-${name}`);
  writeFileSync(file, `#!/bin/sh\nexec ${command.join(" ")} "$@"\n`);
  chmodSync(file, 0o755);
}
