// SPDX-License-Identifier: Apache-2.0
import { join } from "node:path";
import { AdminStack } from "../admin/admin-stack.js";
import { deploy } from "../deploy/index.js";
import { type Example, synthesizeExample } from "../example.js";
import { imageFolder, type Lane } from "../images.js";
import { givenByAccount, identityTokens } from "../run-definition.js";
import { performRun, type Run, type RunDefinition, type RunResult } from "../runs/index.js";
import { runConfiguration } from "../spacelift/index.js";
import { ROOT, startWorld, type World } from "../world.js";
import { SecretWatch } from "./secret-watch.js";
import { type Resting, restingIn, secretsAtRest } from "./secrets-at-rest.js";
import { Timeline } from "./timeline.js";

/** How to rehearse. */
export interface RehearsalOptions {
  readonly lane: Lane;
  /** Deploy examples/cdktf-federated: runs log in by their identity tokens. @default false: by an OAuth client */
  readonly federated?: boolean;
  /** Make the apply phase fail. */
  readonly failApply?: boolean;
  /** Attach another context whose hooks put their own EXIT trap in place of ours. */
  readonly stealTrap?: boolean;
  /** How long peers do not know a new node. Milliseconds. */
  readonly joinDelayMs?: number;
  /** Deploy by a run of an admin stack, as a user of Spacelift does, instead of from here. It takes half a minute more. */
  readonly admin?: boolean;
  /** Shell of the phases. @default sh */
  readonly shell?: readonly string[];
  /** Gets the lines of the timeline. */
  readonly print: (line: string) => void;
}

/** What a rehearsal saw, before it is judged. */
export interface Rehearsal {
  readonly run: RunResult;
  readonly timeline: Timeline;
  /** Names of nodes that are still on the tailnet besides its own peers. */
  readonly nodesLeft: readonly string[];
  /** Where a secret was seen. */
  readonly secretsSeen: readonly string[];
  /** The places that were searched for them. */
  readonly watched: readonly string[];
  /** Where a secret of the tailnet rests, or is given to the run: the state, the account, the environment. */
  readonly secretsAtRest: readonly string[];
  /** The resources that the example made, and their destruction. */
  readonly deployed: readonly string[];
}

const STACK = "demo";

/**
 * Deploys an example to an embedded Spacelift and an embedded tailnet, performs a tracked run of a small Terraform
 * project whose state lives on that tailnet, and takes everything down again.
 */
export async function rehearse(options: RehearsalOptions): Promise<Rehearsal> {
  const world = await startWorld(options.joinDelayMs === undefined ? {} : { joinDelayMs: options.joinDelayMs });
  const timeline = await Timeline.start(world, options.print);
  let close = async () => {};
  try {
    timeline.say("world", `tailnet ${world.tailnet.info.domain}: ${timeline.peers()}`);
    timeline.say("world", `Spacelift at ${world.spacelift.url}`);
    timeline.say("world", `identity tokens by ${world.oidc.issuer}`);
    const deployment = await (options.admin ? deployByAdminStack : deployExample)(world, options, timeline);
    close = deployment.close;
    addStack(world, options, deployment.label);
    const watch = new SecretWatch(world);
    const run = startRun(world, options, timeline, watch);
    const result = await run.result;
    await timeline.flush();
    const secretsSeen = await watch.findings(result);
    const atRest = [...(await secretsAtRest(world, STACK, deployment.resting)), ...(await watch.givenToRun())];
    const nodesLeft = (await world.tailnet.guests()).map((node) => node.name);
    const { deployed } = deployment;
    await deployment.destroy();
    await timeline.flush();
    const { places: watched } = watch;
    return { run: result, timeline, nodesLeft, secretsSeen, watched, secretsAtRest: atRest, deployed };
  } finally {
    await close();
    await world.stop();
  }
}

/** The example as it was deployed. */
interface DeployedExample {
  /** The label for stacks. */
  readonly label: string;
  /** Addresses of its resources. */
  readonly deployed: readonly string[];
  /** What rests after the deployment besides what the account holds. */
  readonly resting: readonly Resting[];
  destroy(): Promise<void>;
  close(): Promise<void>;
}

function exampleOf({ federated }: RehearsalOptions): Example {
  return federated ? "cdktf-federated" : "cdktf";
}

async function deployExample(world: World, options: RehearsalOptions, timeline: Timeline): Promise<DeployedExample> {
  const { apiUrl, admin } = world.tailnet.info;
  const deployment = await deploy({
    stackJson: synthesizeExample(ROOT, exampleOf(options)) as object,
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
    destroy: () => deployment.destroy(),
    close: async () => {},
  };
}

/** The same by runs of an admin stack: one that applies, and at the end one that destroys. */
async function deployByAdminStack(
  world: World,
  options: RehearsalOptions,
  timeline: Timeline,
): Promise<DeployedExample> {
  const deployed: string[] = [];
  const admin = await AdminStack.create(world, {
    source: join(ROOT, "examples", exampleOf(options)),
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
    destroy: async () => {
      await perform("destroy");
    },
    close: () => admin.close(),
  };
}

/** How Terraform, and the deploy loader, tell that they made something. */
const CREATION = /^(\S+): Creation complete (?:after \w+ )?\[id=(.*)\]$/;

/** The stack carries the label that the example hands out, and knows where the embedded tailnet is. */
function addStack(world: World, options: RehearsalOptions, label: string): void {
  const { account } = world.spacelift;
  const { controlUrl, apiUrl } = world.tailnet.info;
  const stack = account.stacks.add({ name: STACK, id: STACK, labels: [label] });
  const variables = {
    TS_CONTROL_URL: controlUrl,
    TS_API_URL: apiUrl,
    // Should anything go wrong, it must not go to the real service.
    TS_PANIC_IF_HIT_MAIN_CONTROL: "1",
    TF_VAR_fail_apply: options.failApply ? "yes" : "",
  };
  for (const [id, value] of Object.entries(variables)) {
    stack.elements.add({ id, type: "ENVIRONMENT_VARIABLE", value, writeOnly: false });
  }
  if (options.stealTrap) {
    // Auto-attached contexts run their before hooks in reverse alphabetical order, so this one comes after ours.
    account.contexts.create({
      name: "another",
      labels: [`autoattach:${label}`],
      hooks: {
        beforeInit: ["trap 'echo another trap' EXIT"],
        beforePlan: ["trap 'echo another trap' EXIT"],
        beforeApply: ["trap 'echo another trap' EXIT"],
      },
    });
  }
}

function startRun(world: World, options: RehearsalOptions, timeline: Timeline, watch: SecretWatch): Run {
  const { account } = world.spacelift;
  const { stack, contexts } = runConfiguration(account, STACK);
  const names = contexts.map((context) => context.name).join(", ");
  timeline.say("stack", `${stack.id} carries the label ${stack.labels.join(", ")}: gets ${names}`);
  const run = { ...givenByAccount(account, STACK), type: "tracked" as const };
  const definition: RunDefinition = {
    ...run,
    source: join(ROOT, "test/world/rehearse/project"),
    identityToken: identityTokens(world.oidc, run),
  };
  const terraform = process.env.SPACETAIL_TERRAFORM;
  return performRun(definition, {
    image: imageFolder(ROOT, options.lane),
    ...(terraform === undefined ? {} : { terraform }),
    ...(options.shell === undefined ? {} : { shell: options.shell }),
    silenceLimitMs: 30_000,
    runLimitMs: 180_000,
    onEvent: (event) => {
      if (event.type === "container-started") watch.follow(event.container);
      timeline.take(event);
    },
  });
}
