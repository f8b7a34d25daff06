// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  containerSupport,
  findExecutable,
  type PhaseName,
  type PhaseResult,
  performRun,
  type Run,
  type RunDefinition,
  type RunOptions,
  type RunResult,
} from "../../world/runs/index.js";

/** Says on standard error why tests are skipped. */
function tellSkipped(reason: string): void {
  process.stderr.write(`skipped: ${reason}\n`);
}

const unsupported = containerSupport();
if (unsupported !== null) tellSkipped(unsupported);

/** `describe` where run containers can be made, else `describe.skip`; the reason was printed. */
export const describeRuns: jest.Describe = unsupported === null ? describe : describe.skip;

/** A shell to run phases with. */
export interface Shell {
  readonly name: "dash" | "bash" | "ash";
  readonly argv: readonly string[];
}

const ALL_SHELLS: readonly Shell[] = [
  { name: "dash", argv: ["dash"] },
  { name: "bash", argv: ["bash"] },
  { name: "ash", argv: ["busybox", "ash"] },
];

/** The shells of {@link ALL_SHELLS} that this machine has; what is missing is printed. */
export const SHELLS: readonly Shell[] = ALL_SHELLS.filter(({ name, argv }) => {
  const present = findExecutable(argv[0] ?? "") !== null;
  if (!present) tellSkipped(`no ${argv.join(" ")} on the PATH, so nothing is tried with ${name}`);
  return present;
});

/** Commands that only say which phase they are. */
const SAY_PHASE: Readonly<Record<PhaseName | "outputs", string>> = {
  init: "echo in init",
  plan: "echo in plan",
  apply: "echo in apply",
  perform: "echo in perform",
  destroy: "echo in destroy",
  outputs: "echo '{}'",
};

/**
 * Starts a run of an empty project whose commands only say which phase they are; a proposed one unless told
 * otherwise.
 */
export function startFakeRun(definition: Partial<RunDefinition> = {}, options: RunOptions = {}): Run {
  const source = mkdtempSync(join(tmpdir(), "fake-project-"));
  const remove = () => rmSync(source, { recursive: true, force: true });
  try {
    const commands = { ...SAY_PHASE, ...definition.commands };
    const run = performRun({ type: "proposed", stack: { id: "demo" }, source, ...definition, commands }, options);
    run.result.then(remove, remove);
    return run;
  } catch (error) {
    remove();
    throw error;
  }
}

/** Like {@link startFakeRun}, to the end. */
export function fakeRun(definition: Partial<RunDefinition> = {}, options: RunOptions = {}): Promise<RunResult> {
  return startFakeRun(definition, options).result;
}

/** The phase of that name in a result. */
export function phaseOf(result: RunResult, name: PhaseResult["name"]): PhaseResult {
  const found = result.phases.find((phase) => phase.name === name);
  if (found === undefined) throw new Error(`the run had no ${name}: ${result.failure}`);
  return found;
}

/** The lines that a phase printed, as users see them. */
export function linesOf(result: RunResult, phase: string): readonly string[] {
  return result.logs.filter((line) => line.phase === phase).map(({ text }) => text);
}
