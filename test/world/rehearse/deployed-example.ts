// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { render } from "../../../render/render.js";
import { AdminStack } from "../admin/admin-stack.js";
import { deploy } from "../deploy/index.js";
import { type Example, synthesizeExample } from "../example.js";
import { serveRelease } from "../release.js";
import { deployRendered, type Rendered, renderedExample } from "../rendered.js";
import { ROOT, type World } from "../world.js";
import { type Resting, restingIn } from "./secrets-at-rest.js";
import type { Timeline } from "./timeline.js";

/** Which example to deploy, and how. */
export interface ExampleChoice {
  /** What `spacetail render` made, instead of the constructs. */
  readonly from?: Rendered;
  /** Deploy examples/cdktf-federated: runs log in by their identity tokens. @default false: by an OAuth client */
  readonly federated?: boolean;
  /** Capture the connections of the phases' commands, which get no proxy variables then. @default false */
  readonly capture?: boolean;
  /**
   * Deploy by a run of an admin stack, as a user of Spacelift does, instead of from here. It takes half a minute
   * more.
   */
  readonly admin?: boolean;
  /** Have runs fetch the executables from a server here; for the constructs and plugins. @default false */
  readonly fetch?: boolean;
}

/** An example as it was deployed. */
export interface DeployedExample {
  /** The label for stacks; null if they need none. */
  readonly label: string | null;
  /** Addresses of its resources, or what else was made. */
  readonly deployed: readonly string[];
  /** What rests after the deployment besides what the account holds. */
  readonly resting: readonly Resting[];
  /** The project of the stack that is rehearsed. */
  readonly project: string;
  /** Secret variables that the stack needs. */
  readonly secrets: Readonly<Record<string, string>>;
  destroy(): Promise<void>;
  close(): Promise<void>;
}

/** @throws when there is no such choice */
export async function deployExample(world: World, choice: ExampleChoice, timeline: Timeline): Promise<DeployedExample> {
  const problem = problemOf(choice);
  if (problem !== undefined) throw new Error(problem);
  const release = choice.fetch ? await serveRelease(ROOT) : undefined;
  const closeServer = async () => {
    await release?.server.close();
  };
  try {
    const deployed = await deployChoice(world, choice, timeline, release?.options);
    return {
      ...deployed,
      close: async () => {
        await deployed.close();
        await closeServer();
      },
    };
  } catch (error) {
    await closeServer();
    throw error;
  }
}

/** Why there is no such choice, or undefined. */
function problemOf({ from, federated, admin, fetch, capture }: ExampleChoice): string | undefined {
  const given = Object.entries({ federated, admin, capture, fetch })
    .filter(([, isGiven]) => isGiven)
    .map(([name]) => name);
  const misfit = (fitting: readonly string[]) => given.find((name) => !fitting.includes(name));
  if (from !== undefined) {
    const name = misfit(from === "plugin" ? ["fetch"] : []);
    return name === undefined ? undefined : `--${name} is not for --from ${from}`;
  }
  const name = admin ? misfit(["admin", "federated"]) : undefined;
  return name === undefined ? undefined : `--${name} is for examples that are deployed from here, not by --admin`;
}

/** @param fetching the options by which runs fetch the executables */
async function deployChoice(
  world: World,
  { from, federated = false, admin = false, capture = false }: ExampleChoice,
  timeline: Timeline,
  fetching: object = {},
): Promise<DeployedExample> {
  const example: Example = federated ? "cdktf-federated" : "cdktf";
  if (from === undefined && admin) return await deployByAdminStack(world, example, timeline);
  if (from === undefined)
    return await deployConstructs(world, example, timeline, { ...(capture ? { capture: "true" } : {}), ...fetching });
  const rendered = from === "plugin" ? renderPlugin(fetching) : undefined;
  const { state, close, ...deployed } = await deployRendered(world, from, {
    folder: rendered ?? renderedExample(from),
    project: PROJECT,
    onCreated: (what, id) => timeline.say("created", `${what} (${id})`),
  });
  return {
    ...deployed,
    resting: state === null ? [] : restingIn(state),
    close: async () => {
      close();
      if (rendered !== undefined) rmSync(rendered, { recursive: true });
    },
  };
}

/** The plugin of the example with more options, in a folder of its own. */
function renderPlugin(more: object): string {
  const folder = mkdtempSync(join(tmpdir(), "spacetail-plugin-"));
  const example = readFileSync(join(renderedExample("plugin"), "plugin.yaml"), "utf8");
  const [, options = "{}"] = /^# Options: (.*)$/m.exec(example) ?? [];
  const file = join(folder, "options.json");
  writeFileSync(file, JSON.stringify({ ...JSON.parse(options), ...more }));
  const words = ["--format", "plugin", "--options", file, "--output", join(folder, "plugin.yaml")];
  if (render(words) !== 0) throw new Error(`spacetail render ${words.join(" ")} failed`);
  return folder;
}

const PROJECT = join(ROOT, "test/world/rehearse/project");

async function deployConstructs(
  world: World,
  example: Example,
  timeline: Timeline,
  more: object,
): Promise<DeployedExample> {
  const { apiUrl, admin } = world.tailnet.info;
  const deployment = await deploy({
    stackJson: synthesizeExample(ROOT, example, membersOf(more)) as object,
    schema: join(ROOT, "constructs/bindings/schema"),
    spacelift: world.spacelift.credentials,
    tailscale: { baseUrl: apiUrl, clientId: admin.clientId, clientSecret: admin.clientSecret },
    onEvent: ({ kind, address, id }) => {
      if (kind === "created") timeline.say("created", `${address} (${id})`);
    },
  });
  return {
    label: String(deployment.outputs.stack_label),
    deployed: [...deployment.resources.keys()],
    resting: restingIn(deployment.state),
    project: PROJECT,
    secrets: {},
    destroy: () => deployment.destroy(),
    close: async () => {},
  };
}

/** The members of an object, as they are written in a program. */
function membersOf(values: object): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}: ${JSON.stringify(value)},`)
    .join(" ");
}

/** The same by runs of an admin stack: one that applies, and at the end one that destroys. */
async function deployByAdminStack(world: World, example: Example, timeline: Timeline): Promise<DeployedExample> {
  const deployed: string[] = [];
  const admin = await AdminStack.create(world, {
    source: join(ROOT, "examples", example),
    providers: process.env.SPACETAIL_PROVIDERS,
    onEvent: (event) => {
      timeline.take(event);
      const [, address, id] = event.type === "log" ? (CREATION.exec(event.line.text) ?? []) : [];
      if (address === undefined) return;
      deployed.push(address);
      timeline.say("created", `${address} (${id})`);
    },
  });
  const perform = async (type: "tracked" | "destroy") => {
    const { state, failure, outputs, logs } = await admin.run(type, { autodeploy: true });
    await timeline.flush();
    if (state !== "FINISHED") {
      const last = logs.slice(-20).map(({ phase, text }) => `  ${phase}: ${text}`);
      throw new Error([`the run of the admin stack ended ${state}: ${failure ?? "no reason"}`, ...last].join("\n"));
    }
    return String(outputs?.values?.stack_label?.value);
  };
  timeline.say("stack", `${AdminStack.ID} has the role space-admin: deploys the example`);
  const label = await perform("tracked");
  const state = world.spacelift.account.states.get(AdminStack.ID) ?? "";
  return {
    label,
    deployed,
    resting: [{ place: "the state", text: state }],
    project: PROJECT,
    secrets: {},
    destroy: async () => {
      await perform("destroy");
    },
    close: () => admin.close(),
  };
}

/** How Terraform, and the deploy loader, tell that they made something. */
const CREATION = /^(\S+): Creation complete (?:after \w+ )?\[id=(.*)\]$/;
