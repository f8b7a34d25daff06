// SPDX-License-Identifier: Apache-2.0
import type { Container } from "./container/container.js";
import type { ContainerProcess } from "./container/processes.js";
import type { PhaseName } from "./definition.js";
import type { LogLine } from "./log.js";
import type { PhaseElement } from "./phase/phase-line.js";

/** The states of a run that are met here. Source: Spacelift documentation, "Environment", `run_state`. */
export type RunState =
  | "PREPARING"
  | "INITIALIZING"
  | "PLANNING"
  | "UNCONFIRMED"
  | "CONFIRMED"
  | "PREPARING_APPLY"
  | "APPLYING"
  | "PERFORMING"
  | "DESTROYING"
  | FinalState;

/** The states in which a run ends. */
export type FinalState = "FINISHED" | "FAILED" | "DISCARDED" | "STOPPED";

/** A hook or a phase's own command that was run through. */
export interface ElementTiming extends PhaseElement {
  /** Milliseconds since the epoch, to about 4 ms. */
  readonly endedAt: number;
  readonly durationMs: number;
}

/** What came of one phase. */
export interface PhaseResult {
  readonly name: PhaseName | "after_run";
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Until the phase ended, that is until its shell was gone and nobody held its pipes any more. */
  readonly durationMs: number;
  /** Until its shell was gone. Longer phases than shells were held by somebody who kept a pipe open. */
  readonly shellMs: number;
  /** The elements that succeeded, in order. Empty without hook timings. */
  readonly elements: readonly ElementTiming[];
  /**
   * How long the shell lived on after its last element, failed or not: what its EXIT trap took. Null without hook
   * timings, and when the shell did not reach the end of its line.
   */
  readonly trapMs: number | null;
  /** Null when a signal ended the shell. */
  readonly exitCode: number | null;
  /** Why the phase failed, in one line, or null. */
  readonly failure: string | null;
  /** Processes that still ran a short grace after the shell was gone. */
  readonly processesLeft: readonly ContainerProcess[];
  /** The variables in the environment file when the phase was over. Null when there was no such file. */
  readonly environmentFile: Readonly<Record<string, string>> | null;
}

/** One transfer of the workspace to Spacelift. */
export interface UploadResult {
  readonly at: number;
  /** When it was made. */
  readonly stage: "planned" | "ended";
  /** Size of the archive. */
  readonly bytes: number;
  /** Why it failed, or null. */
  readonly failure: string | null;
}

/** What the worker read with `terraform output -json` after an apply, or why it could not. */
export type Outputs =
  | { readonly values: Readonly<Record<string, OutputValue>>; readonly failure: null }
  | { readonly values: null; readonly failure: string };

/** One output as Terraform prints it. */
export interface OutputValue {
  readonly value: unknown;
  readonly type: unknown;
  readonly sensitive: boolean;
}

/** What came of a run. */
export interface RunResult {
  readonly id: string;
  readonly state: FinalState;
  /** Why it failed, in one line, or null. */
  readonly failure: string | null;
  readonly phases: readonly PhaseResult[];
  readonly logs: readonly LogLine[];
  /** Null when no apply succeeded. */
  readonly outputs: Outputs | null;
  readonly uploads: readonly UploadResult[];
  /** Files in the workspace at the end that were not there at the start, relative to it, sorted. */
  readonly newFiles: readonly string[];
}

/** What happens in a run. `at` is in milliseconds since the epoch. */
export type RunEvent = { readonly at: number } & (
  | { readonly type: "state"; readonly state: RunState }
  | { readonly type: "container-started"; readonly container: Container }
  | { readonly type: "container-gone"; readonly container: Container }
  | { readonly type: "phase-started"; readonly phase: string }
  | { readonly type: "element-finished"; readonly phase: string; readonly element: ElementTiming }
  | { readonly type: "phase-ended"; readonly phase: PhaseResult }
  | { readonly type: "outputs"; readonly outputs: Outputs }
  | { readonly type: "upload"; readonly upload: UploadResult }
  | { readonly type: "log"; readonly line: LogLine }
);
