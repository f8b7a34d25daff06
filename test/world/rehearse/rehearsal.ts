// SPDX-License-Identifier: Apache-2.0
import { type Build, imageFolder } from "../images.js";
import { givenByAccount, identityTokens } from "../run-definition.js";
import { performRun, type Run, type RunDefinition, type RunResult } from "../runs/index.js";
import { projectConfig, type RuntimeConfig, runConfiguration } from "../spacelift/index.js";
import { ROOT, startWorld, type World } from "../world.js";
import { type DeployedExample, deployExample, type ExampleChoice } from "./deployed-example.js";
import { SecretWatch } from "./secret-watch.js";
import { secretsAtRest } from "./secrets-at-rest.js";
import { Timeline } from "./timeline.js";

/** How to rehearse. */
export interface RehearsalOptions extends ExampleChoice {
  readonly build: Build;
  /** The file system of a runner image to rehearse in. Default: the caller's, with what an image adds. */
  readonly root?: string;
  /** Make the apply phase fail. */
  readonly failApply?: boolean;
  /** Attach another context whose hooks put their own EXIT trap in place of ours. */
  readonly stealTrap?: boolean;
  /** How long peers do not know a new node. Milliseconds. */
  readonly joinDelayMs?: number;
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
    const deployment = await deployExample(world, options, timeline);
    close = deployment.close;
    addStack(world, options, deployment);
    const runtime = projectConfig(deployment.project, STACK);
    const watch = new SecretWatch(world);
    const run = startRun(world, options, timeline, watch, deployment.project, runtime);
    const result = await run.result;
    await timeline.flush();
    const secretsSeen = await watch.findings(result);
    const atRest = [...(await secretsAtRest(world, STACK, deployment.resting, runtime)), ...(await watch.givenToRun())];
    const nodesLeft = (await world.tailnet.joinedNodes()).map((node) => node.name);
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

/** The stack has the label and the secrets that the example wants, and knows where the embedded tailnet is. */
function addStack(world: World, options: RehearsalOptions, { label, secrets }: DeployedExample): void {
  const { account } = world.spacelift;
  const { controlUrl, apiUrl } = world.tailnet.info;
  const stack = account.stacks.add({ name: STACK, id: STACK, labels: label === null ? [] : [label] });
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
  for (const [id, value] of Object.entries(secrets)) {
    stack.elements.add({ id, type: "ENVIRONMENT_VARIABLE", value, writeOnly: true });
  }
  if (options.stealTrap) {
    // Auto-attached contexts run their before hooks in reverse alphabetical order, so this one comes after ours.
    account.contexts.create({
      name: "another",
      labels: [`autoattach:${label ?? "*"}`],
      hooks: {
        beforeInit: ["trap 'echo another trap' EXIT"],
        beforePlan: ["trap 'echo another trap' EXIT"],
        beforeApply: ["trap 'echo another trap' EXIT"],
      },
    });
  }
}

function startRun(
  world: World,
  options: RehearsalOptions,
  timeline: Timeline,
  watch: SecretWatch,
  project: string,
  runtime: RuntimeConfig,
): Run {
  const { account } = world.spacelift;
  const { stack, contexts } = runConfiguration(account, STACK, runtime);
  const labels = stack.labels.length === 0 ? "no label" : `the label ${stack.labels.join(", ")}`;
  const gets = [...contexts.map(({ name }) => name), ...(runtime.hooks === undefined ? [] : [".spacelift/config.yml"])];
  timeline.say("stack", `${stack.id} carries ${labels}: gets ${gets.join(", ")}`);
  const run = { ...givenByAccount(account, STACK, runtime), type: "tracked" as const };
  const definition: RunDefinition = {
    ...run,
    source: project,
    identityToken: identityTokens(world.oidc, run),
  };
  const terraform = process.env.SPACETAIL_TERRAFORM;
  return performRun(definition, {
    ...(options.root === undefined ? {} : { root: options.root, shell: ["/bin/sh"] }),
    ...(options.root === undefined && options.fetch !== true ? { image: imageFolder(ROOT, options.build) } : {}),
    ...(terraform === undefined ? {} : { terraform }),
    ...(options.shell === undefined ? {} : { shell: options.shell }),
    // Limits for what hangs; on a busy machine everything else takes its time.
    silenceLimitMs: 120_000,
    runLimitMs: 600_000,
    graceMs: 30_000,
    onEvent: (event) => {
      if (event.type === "container-started") watch.follow(event.container);
      timeline.take(event);
    },
  });
}
