// SPDX-License-Identifier: Apache-2.0
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Build, type DaemonBuild, imageFolder } from "../world/images.js";
import {
  type Command,
  Container,
  type ContainerProcess,
  containerSupport,
  livingProcesses,
} from "../world/runs/index.js";
import type { Tailnet } from "../world/tailnet.js";
import { ROOT, startWorld, type World } from "../world/world.js";

export const TAG = "tag:spacelift";

/**
 * Reaches a service through the tunnel's HTTP proxy: a line that ends with it shows that the tunnel carries traffic.
 */
export const REACH =
  'node -e \'require("http").get({port: 8080, path: "http://state/hello"}, (r) => r.pipe(process.stdout))\'';

/**
 * Sends bytes from standard input to a port as they are, and prints all that comes back. Then it ends its side, or with
 * a second argument only when the other side has ended.
 */
export const RAW = `node -e '${`
  const open = process.argv[2] !== undefined;
  const socket = require("net").connect({ port: Number(process.argv[1]), host: "127.0.0.1", allowHalfOpen: true });
  process.stdin.pipe(socket, { end: !open });
  if (open) socket.on("end", () => socket.end());
  socket.pipe(process.stdout);
`.replaceAll("\n", " ")}'`;

/** For an `up` that succeeds, or fails for a reason that it finds: it ends before that, however busy the machine is. */
export const PATIENT = { TS_BOOT_TIMEOUT: "5m" } as const;

/** How long to wait for what should happen. Only a test that waits in vain takes that long. Milliseconds. */
const PATIENCE_MS = 120_000;

/** Waits until something is so. */
export async function eventually(is: () => Promise<boolean>, what: string): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!(await is())) {
    if (Date.now() > end) throw new Error(`not so after a long time: ${what}`);
    await sleep(20);
  }
}

/** What a command line printed and how it ended. */
export interface Output {
  readonly code: number | null;
  /** Both streams, in the order of arrival. */
  readonly text: string;
  readonly ms: number;
}

/** `describe` where containers can be made; elsewhere the tests are skipped and the reason is printed. */
export function describeInContainers(name: string, body: () => void): void {
  const reason = containerSupport();
  if (reason !== null) console.warn(`skipped: ${name}: ${reason}`);
  (reason === null ? describe : describe.skip)(name, body);
}

/** An OAuth client that may join nodes under {@link TAG}, and where the embedded tailnet is. */
export interface Access {
  readonly TS_CONTROL_URL: string;
  readonly TS_API_URL: string;
  readonly TS_OAUTH_CLIENT_ID: string;
  readonly TS_OAUTH_CLIENT_SECRET: string;
  readonly TS_OAUTH_TAGS: string;
}

export async function accessTo(tailnet: Tailnet): Promise<Access> {
  const client = await tailnet.makeClient(["auth_keys"], [TAG]);
  return {
    TS_CONTROL_URL: tailnet.info.controlUrl,
    TS_API_URL: tailnet.info.apiUrl,
    TS_OAUTH_CLIENT_ID: client.id,
    TS_OAUTH_CLIENT_SECRET: client.secret,
    TS_OAUTH_TAGS: TAG,
  };
}

/** A world for the tests of one file: call it in `describe`, use it in tests. */
export function useWorld(options: Parameters<typeof startWorld>[0] = {}): () => World {
  let world: World | undefined;
  beforeAll(async () => {
    world = await startWorld({ joinDelayMs: 20, ...options });
  });
  afterEach(async () => {
    await world?.tailnet.clearFaults();
  });
  afterAll(async () => {
    await world?.stop();
  });
  return () => {
    if (world === undefined) throw new Error("the world is not up yet");
    return world;
  };
}

/** What a container has that those of runs do not have. */
export interface Host {
  /** Which tailscaled is in its image. @default "small" */
  readonly daemon?: DaemonBuild;
  /** Whether commands run as root, with all capabilities. @default false */
  readonly asRoot?: boolean;
  /** Mount options of `/tmp`. */
  readonly tmp?: string;
}

/** A fresh container with the image of one build, in which a test plays a runner. */
export class Stage {
  private constructor(
    readonly container: Container,
    readonly workspace: string,
    /** What every command gets. */
    readonly variables: Readonly<Record<string, string>>,
  ) {}

  /** Makes the container; every command in it gets `environment`. */
  static async open(build: Build, environment: object, host: Host = {}): Promise<Stage> {
    const workspace = mkdtempSync(join(tmpdir(), "stage-"));
    chmodSync(workspace, 0o777);
    const { daemon, ...layout } = host;
    const image = imageFolder(ROOT, build, daemon);
    const container = await Container.start({ workspace, hostname: "stage", image, ...layout });
    // The image first, then what a container has; no knob of the caller's gets in.
    const path = { PATH: "/mnt/image:/mnt/bin:/usr/local/bin:/usr/bin:/bin", HOME: "/mnt/home" };
    const guard = { TS_PANIC_IF_HIT_MAIN_CONTROL: "1" };
    return new Stage(container, workspace, { ...path, ...guard, ...(environment as Record<string, string>) });
  }

  /** Starts a line in its own shell, and returns while it runs. */
  start(
    line: string,
    environment: object = {},
    shell: readonly string[] = ["sh"],
  ): { command: Command; output: Promise<Output> } {
    let text = "";
    const began = Date.now();
    const command = this.container.start({
      argv: [...shell, "-c", line],
      environment: { ...this.variables, ...(environment as Record<string, string>) },
      directory: "/mnt/workspace",
      pipes: [[1, 2]],
      onOutput: (_, piece) => {
        text += piece;
      },
    });
    const output = command.ended.then(({ code, problem }) => {
      if (problem !== null) throw new Error(`${line}: ${problem}`);
      return { code, text, ms: Date.now() - began };
    });
    return { command, output };
  }

  /** Runs a line until its output is closed. */
  async run(line: string, environment: object = {}, shell: readonly string[] = ["sh"]): Promise<Output> {
    return await this.start(line, environment, shell).output;
  }

  /** The command lines that `line` matches and that are still running after a while in which they could end. */
  async leftovers(line = /^/, graceMs = PATIENCE_MS): Promise<readonly string[]> {
    const end = Date.now() + graceMs;
    let left = this.commandLines(line);
    while (left.length > 0 && Date.now() < end) {
      await sleep(10);
      left = this.commandLines(line);
    }
    return left;
  }

  /** Waits until a running process has a command line like that. */
  async find(line: RegExp): Promise<ContainerProcess> {
    const end = Date.now() + PATIENCE_MS;
    while (Date.now() < end) {
      const found = livingProcesses(this.container).find((one) => line.test(one.commandLine.join(" ")));
      if (found !== undefined) return found;
      await sleep(10);
    }
    throw new Error(`no process with a command line like ${line}`);
  }

  /** Waits until a line has come to its {@link PAUSE}. */
  async paused(): Promise<void> {
    await eventually(async () => existsSync(join(this.workspace, "paused")), "the line has come to its pause");
  }

  /** Lets a line go on after its {@link PAUSE}. */
  resume(): void {
    writeFileSync(join(this.workspace, "resumed"), "");
  }

  private commandLines(line: RegExp): readonly string[] {
    return livingProcesses(this.container)
      .map((one) => one.commandLine.join(" "))
      .filter((text) => line.test(text));
  }

  async close(): Promise<void> {
    await this.container.kill();
    rmSync(this.workspace, { recursive: true, force: true });
  }
}

/** What {@link runOnce} runs. */
export interface OneRun {
  /** Variables besides {@link PATIENT}. */
  readonly environment: object;
  /** By default `up` and `down`. */
  readonly line?: string;
  /** Prepares the container's workspace. */
  readonly prepare?: (stage: Stage) => void;
}

/** Runs a line in a fresh container, and checks that it leaves neither processes nor nodes behind. */
export async function runOnce(tailnet: Tailnet, build: Build, run: OneRun): Promise<Output> {
  const stage = await Stage.open(build, { ...PATIENT, ...run.environment });
  try {
    run.prepare?.(stage);
    const output = await stage.run(run.line ?? "spacetail up && spacetail down");
    expect(await stage.leftovers()).toEqual([]);
    expect(await nodesLeft(tailnet)).toEqual([]);
    return output;
  } finally {
    await stage.close();
  }
}

/** In a line that {@link Stage.start} starts: waits until the test calls {@link Stage.resume}. */
export const PAUSE = "touch paused && until [ -e resumed ]; do sleep 0.05; done";

/** A line that waits until the tunnel is down. */
export const UNTIL_DOWN = "until spacetail status 2>&1 | grep -q ^down; do sleep 0.05; done";

/**
 * A limit for an `up` that only its deadline ends: a few times as long as one that succeeds takes on this machine,
 * which others may keep busy. Call it in `describe`, use it in tests.
 */
export function useDeadline(world: () => World, build: Build): (atLeastMs?: number) => { TS_BOOT_TIMEOUT: string } {
  let ms = 0;
  beforeAll(async () => {
    const output = await runOnce(world().tailnet, build, { environment: await accessTo(world().tailnet) });
    if (output.code !== 0) throw new Error(output.text);
    ms = output.ms;
  });
  return (atLeastMs = 1000) => ({ TS_BOOT_TIMEOUT: `${Math.max(atLeastMs, 4 * ms)}ms` });
}

/** The nodes besides the world's own peers that are still on the tailnet after a while in which they could leave. */
export async function nodesLeft(tailnet: Tailnet): Promise<string[]> {
  const end = Date.now() + PATIENCE_MS;
  let nodes = await tailnet.joinedNodes();
  while (nodes.length > 0 && Date.now() < end) {
    await sleep(10);
    nodes = await tailnet.joinedNodes();
  }
  return nodes.map((node) => node.name);
}

/** Takes the nodes besides the world's own peers off the tailnet, which must not look like those of the next test. */
export async function deleteNodes(tailnet: Tailnet): Promise<void> {
  for (const { name } of await tailnet.joinedNodes()) await tailnet.deleteNode(name);
}

/** Waits until the control server has been asked to register a node, and has not answered yet. */
export async function untilAsked(tailnet: Tailnet, since: number): Promise<void> {
  const isAsked = async () => (await tailnet.events(since)).some(({ type }) => type === "node-asked");
  await eventually(isAsked, "the control server is asked to register a node");
}
