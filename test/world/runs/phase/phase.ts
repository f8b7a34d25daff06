// SPDX-License-Identifier: Apache-2.0
import { setTimeout as sleep } from "node:timers/promises";
import type { Command, Exit } from "../container/command.js";
import type { Container } from "../container/container.js";
import { type ContainerProcess, livingProcesses } from "../container/processes.js";
import type { StandardInput } from "../container/worker-protocol.js";
import type { Limits } from "../limits.js";
import type { RunLog } from "../log.js";
import type { ElementTiming, PhaseResult } from "../result.js";
import type { Environment } from "./environment.js";
import { type EnvironmentFileFormat, writeCommand } from "./environment-file.js";
import { CHAIN_ENDED, elementsOf, type PhaseElement, type PhaseLine, shellText } from "./phase-line.js";

/** What a phase runs. */
export interface PhaseSpec extends Pick<PhaseLine, "before" | "command" | "after"> {
  readonly name: PhaseResult["name"];
  readonly environment: Environment;
  /** The working directory inside the container. */
  readonly directory: string;
}

/** What a phase runs in. */
export interface PhaseSetting {
  readonly container: Container;
  /** An absolute path and arguments; `-c` and the line are added. */
  readonly shell: readonly string[];
  readonly environmentFileFormat: EnvironmentFileFormat;
  readonly extraDescriptors: readonly number[];
  readonly input: StandardInput;
  readonly hookTimings: boolean;
  readonly graceMs: number;
  readonly log: RunLog;
  readonly limits: Limits;
  readonly onElement: (element: ElementTiming) => void;
  /** Hears of the phase's shell as soon as it is asked for, so that it can be sent a signal. */
  readonly onShell: (shell: Command) => void;
}

/** A phase's result but for what is read from the workspace. */
export type PhaseOutcome = Omit<PhaseResult, "environmentFile">;

/**
 * Runs one phase: all its hooks and its command in one shell. It is over when the shell is gone and its output pipe,
 * and every extra pipe, is at end-of-file: whoever inherited one of them holds the phase, until a limit kills the
 * container.
 */
export async function runPhase(spec: PhaseSpec, setting: PhaseSetting): Promise<PhaseOutcome> {
  const { container, limits, log } = setting;
  const line: PhaseLine = {
    ...spec,
    save: spec.name === "after_run" ? null : writeCommand(setting.environmentFileFormat),
    savedBeforeAfterHooks: spec.name === "apply",
    marks: setting.hookTimings ? container.nextMarks() : null,
  };
  const startedAt = Date.now();
  const timings = new Timings(elementsOf(line), startedAt, setting.onElement);
  const shell = container.start({
    argv: [...setting.shell, "-c", shellText(line)],
    environment: spec.environment,
    directory: spec.directory,
    // Standard output and standard error are one pipe: the log is one stream.
    pipes: [[1, 2], ...setting.extraDescriptors.map((descriptor) => [descriptor])],
    input: setting.input,
    marks: setting.hookTimings,
    onOutput: (pipe, text, at) => {
      // Only the log counts as a sign of life.
      if (pipe !== 0) return;
      limits.heard();
      log.write(spec.name, text, at);
    },
    onMark: (name, at) => timings.take(name, at),
  });
  let killed: string | null = null;
  limits.start((reason) => {
    killed = reason;
    log.write("worker", `${reason}\n`);
    void container.kill();
  });
  setting.onShell(shell);

  const [exit, processesLeft] = await Promise.all([shell.ended, leftAfter(shell, container, setting.graceMs)]);
  const endedAt = Date.now();
  limits.stop();
  log.flush();
  return {
    name: spec.name,
    startedAt,
    durationMs: endedAt - startedAt,
    shellMs: exit.at - startedAt,
    elements: timings.elements,
    trapMs: timings.sinceChain(exit.at),
    exitCode: exit.code,
    failure: killed ?? failureOf(exit, timings.unfinished),
    processesLeft,
  };
}

async function leftAfter(shell: Command, container: Container, graceMs: number): Promise<readonly ContainerProcess[]> {
  const { at } = await shell.exited;
  for (;;) {
    const left = livingProcesses(container);
    if (left.length === 0 || Date.now() >= at + graceMs) return left;
    await sleep(10);
  }
}

function failureOf(exit: Exit, unfinished: PhaseElement | null): string | null {
  if (exit.problem !== null) return exit.problem;
  if (exit.code === 0) return null;
  const end = exit.signal === null ? `exit code ${exit.code}` : `signal ${exit.signal}`;
  if (unfinished === null) return `the phase's shell ended with ${end}`;
  const what = unfinished.kind === "command" ? "the phase's command" : `a hook ${unfinished.kind} the phase`;
  return `${what} ended with ${end}: ${unfinished.text}`;
}

/** Turns the marks of a line into the times of its elements. */
class Timings {
  public readonly elements: ElementTiming[] = [];
  private chainEndedAt: number | null = null;

  constructor(
    private readonly line: readonly PhaseElement[],
    private readonly startedAt: number,
    private readonly onElement: (element: ElementTiming) => void,
  ) {}

  public take(name: string, at: number): void {
    if (name === CHAIN_ENDED) {
      this.chainEndedAt = at;
      return;
    }
    const element = this.line[this.elements.length];
    if (element === undefined) return;
    const since = this.elements.at(-1)?.endedAt ?? this.startedAt;
    // File times are coarser than the clock and may lag behind it.
    const timing = { ...element, endedAt: Math.max(at, since), durationMs: Math.max(0, at - since) };
    this.elements.push(timing);
    this.onElement(timing);
  }

  /** The element at which a failed phase stopped; null when all were run through, or without any marks. */
  public get unfinished(): PhaseElement | null {
    if (this.chainEndedAt === null && this.elements.length === 0) return null;
    return this.line[this.elements.length] ?? null;
  }

  public sinceChain(at: number): number | null {
    return this.chainEndedAt === null ? null : Math.max(0, at - this.chainEndedAt);
  }
}
