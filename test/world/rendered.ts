// SPDX-License-Identifier: Apache-2.0
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readTerraformFolder } from "./deploy/configuration/hcl.js";
import { deploy, type State, type Value } from "./deploy/index.js";
import { pluginResource } from "./deploy/resources/plugin.js";
import { pluginTemplateResource } from "./deploy/resources/plugin-template.js";
import type { Clients } from "./deploy/resources/resource-type.js";
import { SpaceliftClient } from "./deploy/spacelift-client.js";
import { TailscaleClient } from "./deploy/tailscale-client.js";
import { ROOT, type World } from "./world.js";

/** What `spacetail render` makes of a context. */
export const RENDERED = ["hcl", "config-yml", "plugin"] as const;

export type Rendered = (typeof RENDERED)[number];

/** Whether that is a kind. */
export function isRendered(text: string): text is Rendered {
  return (RENDERED as readonly string[]).includes(text);
}

/** The folder of the example of one kind. */
export function renderedExample(kind: Rendered): string {
  return join(ROOT, "examples", kind);
}

/** What to deploy. */
export interface RenderedOptions {
  /** The folder with the root module, with `.spacelift/config.yml`, or with `plugin.yaml`. */
  readonly folder: string;
  /** The project of the stack. */
  readonly project: string;
  /**
   * Values for the variables of the root module, or parameters of the plugin. @default the secret of a new OAuth
   * client
   */
  readonly values?: Readonly<Record<string, string>>;
  /** The label that stacks are to carry, for a plugin. @default "tailnet" */
  readonly stackLabel?: string;
  /** The space for a plugin. @default "legacy" */
  readonly space?: string;
  /** Hears of everything that is made, with its id. */
  readonly onCreated?: (what: string, id: string) => void;
}

/** Where a context is that was rendered. */
export interface DeployedRendered {
  /** The label for stacks; null if they need none. */
  readonly label: string | null;
  /** The project for the stack's runs. */
  readonly project: string;
  /** Secret variables that the stack needs. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Everything that was made. */
  readonly deployed: readonly string[];
  /** The state of Terraform, where there is one. */
  readonly state: State | null;
  /** Takes everything down that was made. */
  destroy(): Promise<void>;
  /** Leaves no files behind, destroyed or not. */
  close(): void;
}

/** The tags that nodes get by default. */
const TAGS = ["tag:spacelift"];

/** The name that a login's secret has as a variable of a module and as a parameter of a plugin. */
const SECRET = "oauth_client_secret";

/** Puts what was rendered where it belongs in a world, as a user would. */
export async function deployRendered(
  world: World,
  kind: Rendered,
  options: RenderedOptions,
): Promise<DeployedRendered> {
  const deployed: string[] = [];
  const { onCreated = () => {} } = options;
  const tell = (what: string, id: string) => {
    deployed.push(what);
    onCreated(what, id);
  };
  switch (kind) {
    case "hcl":
      return { ...(await deployHcl(world, options, tell)), deployed };
    case "config-yml":
      return { ...(await deployConfigYml(world, options, tell)), deployed };
    case "plugin":
      return { ...(await deployPlugin(world, options, tell)), deployed };
  }
}

type Deployed = Omit<DeployedRendered, "deployed">;
type Tell = (what: string, id: string) => void;

async function deployHcl(world: World, { folder, project, values }: RenderedOptions, tell: Tell): Promise<Deployed> {
  const terraform = await readTerraformFolder(folder);
  const asksForSecret = SECRET in ((terraform.stackJson as { variable?: object }).variable ?? {});
  const client = values === undefined && asksForSecret ? await makeClient(world, tell) : null;
  const deployment = await deploy({
    ...terraform,
    schema: join(ROOT, "constructs/bindings/schema"),
    spacelift: world.spacelift.credentials,
    tailscale: tailscaleCredentials(world),
    variables: values ?? (client === null ? {} : { [SECRET]: client.secret }),
    onEvent: ({ kind, address, id }) => {
      if (kind === "created") tell(address, id ?? "");
    },
  });
  const { stack_label: label } = deployment.outputs;
  return {
    label: typeof label === "string" ? label : null,
    project,
    secrets: {},
    state: deployment.state,
    destroy: async () => {
      await deployment.destroy();
      await client?.destroy();
    },
    close: () => {},
  };
}

async function deployConfigYml(world: World, options: RenderedOptions, tell: Tell): Promise<Deployed> {
  const client = await makeClient(world, tell);
  const project = mkdtempSync(join(tmpdir(), "spacetail-project-"));
  cpSync(options.project, project, { recursive: true });
  cpSync(join(options.folder, ".spacelift/config.yml"), join(project, ".spacelift/config.yml"));
  return {
    label: null,
    project,
    secrets: { TS_OAUTH_CLIENT_SECRET: client.secret },
    state: null,
    destroy: client.destroy,
    close: () => rmSync(project, { recursive: true, force: true }),
  };
}

async function deployPlugin(world: World, options: RenderedOptions, tell: Tell): Promise<Deployed> {
  const { folder, project, values, stackLabel = "tailnet", space = "legacy" } = options;
  const manifest = readFileSync(join(folder, "plugin.yaml"), "utf8");
  const client = values === undefined ? await makeClient(world, tell) : null;
  const parameters: Readonly<Record<string, Value>> = values ?? { [SECRET]: client?.secret ?? "" };
  const clients = clientsFor(world);
  const template = await pluginTemplateResource.create(clients, { name: "tailnet", manifest });
  tell("plugin template tailnet", template.id);
  const plugin = await pluginResource.create(clients, {
    name: "tailnet",
    plugin_template_id: template.id,
    stack_label: stackLabel,
    space_id: space,
    parameters,
  });
  tell("plugin tailnet", plugin.id);
  return {
    label: stackLabel,
    project,
    secrets: {},
    state: null,
    destroy: async () => {
      await pluginResource.destroy(clients, plugin);
      await pluginTemplateResource.destroy(clients, template);
      await client?.destroy();
    },
    close: () => {},
  };
}

/** An OAuth client as an administrator makes one by hand, and its end. */
async function makeClient(world: World, tell: Tell): Promise<{ secret: string; destroy: () => Promise<void> }> {
  const tailscale = new TailscaleClient(tailscaleCredentials(world));
  const order = { keyType: "client", scopes: ["auth_keys"], tags: TAGS, description: "Spacelift runs" };
  const made = await tailscale.call<{ id: string; key: string }>("POST", "keys", order);
  if (made === null) throw new Error("the embedded Tailscale answered with an empty body");
  tell("OAuth client", made.id);
  return {
    secret: made.key,
    destroy: async () => {
      await tailscale.call("DELETE", `keys/${made.id}`);
    },
  };
}

function clientsFor(world: World): Clients {
  return {
    spacelift: () => SpaceliftClient.login(world.spacelift.credentials),
    tailscale: async () => new TailscaleClient(tailscaleCredentials(world)),
  };
}

function tailscaleCredentials({ tailnet }: World) {
  const { apiUrl, admin } = tailnet.info;
  return { baseUrl: apiUrl, clientId: admin.clientId, clientSecret: admin.clientSecret };
}
