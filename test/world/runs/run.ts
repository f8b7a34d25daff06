// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "./container/command.js";
import { Container } from "./container/container.js";
import { findExecutable, preferredNamespaces } from "./container/namespaces.js";
import {
  DEFAULT_COMMANDS,
  IDENTITY_FILE,
  type PhaseName,
  type Plan,
  type RunDefinition,
  type RunOptions,
} from "./definition.js";
import { Ended, endOf } from "./ended.js";
import { Limits, SPACELIFT_LIMITS } from "./limits.js";
import { RunLog } from "./log.js";
import { Masks } from "./masking.js";
import { CarriedEnvironment } from "./phase/carried-environment.js";
import { newRunId, STATE_OF_PHASE, secretsOf } from "./phase/environment.js";
import { type PhaseSpec, runPhase } from "./phase/phase.js";
import type { FinalState, Outputs, PhaseResult, RunEvent, RunResult, RunState, UploadResult } from "./result.js";
import { changesNothing, commandOf, stagesOf } from "./stages.js";
import { readOutputs } from "./worker/outputs.js";
import { upload } from "./worker/upload.js";
import { startUploadTarget } from "./worker/upload-target.js";
import { Workspace } from "./worker/workspace.js";

/** An event before its time is put on it. */
type Untimed<T> = T extends unknown ? Omit<T, "at"> : never;

/**
 * Performs a run the way a Spacelift worker does, as far as that is known. The stages of a run, its environment and its
 * phases are described at {@link stagesOf}, {@link CarriedEnvironment} and {@link runPhase}.
 *
 * @throws when the shell is not on the PATH
 */
export function performRun(definition: RunDefinition, options: RunOptions = {}): Run {
  return new Run(definition, options);
}

/** A run in progress. Made by {@link performRun}. */
export class Run {
  public readonly id: string = newRunId();
  /** What came of it. Rejected only when the run could not be performed at all, not when it fails. */
  public readonly result: Promise<RunResult>;

  private readonly masks = new Masks();
  private readonly log: RunLog;
  private readonly limits: Limits;
  private readonly environment: CarriedEnvironment;
  private readonly shell: readonly string[];
  private readonly directory: string;
  private readonly phases: PhaseResult[] = [];
  private readonly uploads: UploadResult[] = [];
  private outputs: Outputs | null = null;
  private current: Container | null = null;
  private containers = 0;
  private active: { readonly phase: string; readonly shell: Command } | null = null;
  private stopped = false;
  private killed = false;

  constructor(
    private readonly definition: RunDefinition,
    private readonly options: RunOptions,
  ) {
    const [program = "sh", ...args] = options.shell ?? ["sh"];
    const path = program.startsWith("/") ? program : findExecutable(program);
    if (path === null) throw new Error(`the shell ${program} is not on the PATH`);
    this.shell = [path, ...args];
    this.directory = join("/mnt/workspace/source", definition.projectRoot ?? "");
    this.environment = new CarriedEnvironment(definition, this.id, options.environmentFileFormat ?? "env");
    this.log = new RunLog(this.masks, (line) => this.tell({ type: "log", line }));
    this.limits = new Limits({
      silenceMs: options.silenceLimitMs ?? SPACELIFT_LIMITS.silenceMs,
      runMs: options.runLimitMs ?? SPACELIFT_LIMITS.runMs,
    });
    this.result = this.perform();
  }

  /** The container that the run is in at the moment, or null between two of them and at the end. */
  public get container(): Container | null {
    return this.current;
  }

  /**
   * Asks the run to stop: SIGTERM to the shell of the phase in progress. Spacelift allows that while initializing and
   * planning only; what its worker sends is not documented.
   *
   * @returns false when the run cannot be stopped now
   */
  public stop(): boolean {
    if (this.active === null || !["init", "plan"].includes(this.active.phase)) return false;
    this.stopped = true;
    this.active.shell.signal("SIGTERM");
    return true;
  }

  /** Kills the container outright, as when a worker machine goes away. The run fails and nothing else runs in it. */
  public async kill(): Promise<void> {
    this.killed = true;
    await this.current?.kill();
  }

  private async perform(): Promise<RunResult> {
    const { options } = this;
    const scratch = await mkdtemp(join(options.scratch ?? tmpdir(), "run-"));
    const target = options.upload === undefined ? await startUploadTarget() : null;
    try {
      return await this.throughStates(scratch, options.upload ?? target?.url ?? "");
    } finally {
      await this.closeContainer();
      await target?.close();
      if (options.scratch === undefined) await rm(scratch, { recursive: true, force: true });
    }
  }

  private async throughStates(scratch: string, uploadUrl: string): Promise<RunResult> {
    const { source, files = [] } = this.definition;
    for (const secret of secretsOf(this.definition, this.id)) this.masks.add(secret);
    this.enter("PREPARING");
    const namespaces = this.options.namespaces ?? preferredNamespaces();
    let workspace = await Workspace.create(join(scratch, "workspace-1"), namespaces, source, files);
    const atStart = new Set(await workspace.entries());

    const archive = join(scratch, "workspace.tar");
    const send = (stage: UploadResult["stage"]) => this.upload(stage, workspace, archive, uploadUrl);
    const [first = [], second] = stagesOf(this.definition);
    let end = await endOf(async () => {
      await this.openContainer(workspace);
      const plan = await this.runPhases(first, workspace);
      if (second === undefined) return;
      await send("planned");
      await this.awaitConfirmation(plan);
      workspace = await Workspace.restore(join(scratch, "workspace-2"), namespaces, archive);
      await this.openContainer(workspace);
      await this.runPhases(second, workspace);
    });
    if (this.current?.running) {
      const uploaded = await endOf(() => send("ended"));
      // The first failure is the one to tell.
      if (end.state !== "FAILED" && uploaded.state === "FAILED") end = uploaded;
    }
    if (this.current?.running) await this.runAfterHooks(end.state, workspace);
    const newFiles = (await workspace.entries()).filter((entry) => !atStart.has(entry));
    await this.closeContainer();
    this.enter(end.state);
    const { id, phases, outputs, uploads } = this;
    return { id, state: end.state, failure: end.reason, phases, logs: this.log.lines, outputs, uploads, newFiles };
  }

  /**
   * @returns the plan, if these phases made one
   * @throws Ended when a phase fails or the run is stopped, and when there is nothing to apply
   */
  private async runPhases(names: readonly PhaseName[], workspace: Workspace): Promise<Plan | null> {
    let plan: Plan | null = null;
    for (const name of names) {
      this.enter(STATE_OF_PHASE[name]);
      const { hooks } = this.definition;
      await this.runPhase(workspace, {
        name,
        before: hooks?.[`before_${name}`] ?? [],
        command: commandOf(this.definition, name),
        after: hooks?.[`after_${name}`] ?? [],
        environment: this.environment.enter(name, await this.identify(name, workspace)),
        directory: this.directory,
      });
      if (name === "plan") {
        const text = await workspace.read("spacelift.plan.json");
        plan = text === null ? null : (JSON.parse(text) as Plan);
        if (this.definition.type === "tracked" && plan !== null && changesNothing(plan))
          throw new Ended("FINISHED", null);
      }
      if (name === "apply") await this.readOutputs();
    }
    return plan;
  }

  /** Gives a phase its identity token: answers it for the environment, null without one. */
  private async identify(phase: PhaseName, workspace: Workspace): Promise<string | null> {
    const token = this.definition.identityToken?.(phase, this.id) ?? null;
    if (token === null) return null;
    this.masks.add(token);
    await workspace.write(IDENTITY_FILE, token);
    return token;
  }

  /** Runs a phase and takes over the environment it left. */
  private async runPhase(workspace: Workspace, spec: PhaseSpec): Promise<void> {
    const { options } = this;
    const container = this.requireContainer();
    this.tell({ type: "phase-started", phase: spec.name });
    const outcome = await runPhase(spec, {
      container,
      shell: this.shell,
      environmentFileFormat: options.environmentFileFormat ?? "env",
      extraDescriptors: options.extraDescriptors ?? [],
      input: options.input ?? "null",
      hookTimings: options.hookTimings ?? true,
      graceMs: options.graceMs ?? 1000,
      log: this.log,
      limits: this.limits,
      onElement: (element) => this.tell({ type: "element-finished", phase: spec.name, element }),
      onShell: (shell) => {
        this.active = { phase: spec.name, shell };
      },
    });
    this.active = null;
    let environmentFile: PhaseResult["environmentFile"] = null;
    let failure = this.killed ? "the container was killed" : outcome.failure;
    try {
      environmentFile = this.environment.leave(await workspace.read(".env_hooks_after"));
    } catch (error) {
      failure ??= (error as Error).message;
    }
    const result: PhaseResult = { ...outcome, failure, environmentFile };
    this.phases.push(result);
    this.tell({ type: "phase-ended", phase: result });
    if (this.stopped && !this.killed) throw new Ended("STOPPED", null);
    if (failure !== null) throw new Ended("FAILED", `${spec.name}: ${failure}`);
  }

  private async readOutputs(): Promise<void> {
    const command = this.definition.commands?.outputs ?? DEFAULT_COMMANDS.outputs;
    const argv = [...this.shell, "-c", command];
    const options = { argv, environment: this.environment.last, directory: this.directory };
    this.outputs = await readOutputs(this.requireContainer(), options, this.options.workerTimeoutMs ?? 60_000);
    this.tell({ type: "outputs", outputs: this.outputs });
  }

  /** @throws Ended when the transfer fails */
  private async upload(
    stage: UploadResult["stage"],
    workspace: Workspace,
    archive: string,
    url: string,
  ): Promise<void> {
    const bytes = await workspace.archive(archive);
    let failure: string | null = null;
    try {
      await upload(url, archive, this.environment.last, this.options.workerTimeoutMs ?? 60_000);
    } catch (error) {
      failure = `upload failed: ${(error as Error).message}`;
      this.log.write("worker", `${failure}\n`);
    }
    const result: UploadResult = { at: Date.now(), stage, bytes, failure };
    this.uploads.push(result);
    this.tell({ type: "upload", upload: result });
    if (failure !== null) throw new Ended("FAILED", failure);
  }

  /** @throws Ended when the plan is discarded */
  private async awaitConfirmation(plan: Plan | null): Promise<void> {
    await this.closeContainer();
    this.enter("UNCONFIRMED");
    const { confirm = true } = this.definition;
    if (!(typeof confirm === "boolean" ? confirm : await confirm(plan))) throw new Ended("DISCARDED", null);
    this.enter("CONFIRMED");
    this.enter("PREPARING_APPLY");
  }

  /** `after_run` hooks see how the run ended and change nothing about it. Source: documentation, "Stack settings". */
  private async runAfterHooks(state: FinalState, workspace: Workspace): Promise<void> {
    const before = this.definition.hooks?.after_run ?? [];
    if (before.length === 0) return;
    const environment = { ...this.environment.last, TF_VAR_spacelift_final_run_state: state };
    const spec = {
      name: "after_run" as const,
      before,
      command: null,
      after: [],
      environment,
      directory: this.directory,
    };
    await endOf(() => this.runPhase(workspace, spec));
  }

  private async openContainer(workspace: Workspace): Promise<void> {
    const { image, root, terraform, namespaces, reapsOrphans } = this.options;
    this.containers += 1;
    const hostname = `run-${this.id.slice(-10).toLowerCase()}-${this.containers}`;
    const container = await Container.start({
      workspace: workspace.path,
      hostname,
      image,
      root,
      terraform,
      namespaces,
      reapsOrphans,
    });
    this.current = container;
    this.tell({ type: "container-started", container });
  }

  private async closeContainer(): Promise<void> {
    const container = this.current;
    if (container === null) return;
    await container.kill();
    this.current = null;
    this.tell({ type: "container-gone", container });
  }

  private requireContainer(): Container {
    if (!this.current?.running) throw new Ended("FAILED", "the container was killed");
    return this.current;
  }

  private enter(state: RunState): void {
    this.tell({ type: "state", state });
  }

  private tell(event: Untimed<RunEvent>): void {
    this.options.onEvent?.({ at: Date.now(), ...event });
  }
}
