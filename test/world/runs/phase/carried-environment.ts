// SPDX-License-Identifier: Apache-2.0
import type { PhaseName, RunDefinition } from "../definition.js";
import { carryOver, type Environment, environmentOfPhase } from "./environment.js";
import { type EnvironmentFileFormat, parseEnvironmentFile } from "./environment-file.js";

/** The environment of one run on its way from phase to phase. */
export class CarriedEnvironment {
  /** What the last phase left; before that, what it started with. */
  private current: Environment | null = null;
  /** What the last phase would have started with, had no phase before it changed anything. */
  private defined: Environment = {};

  constructor(
    private readonly definition: RunDefinition,
    private readonly runId: string,
    private readonly format: EnvironmentFileFormat,
  ) {}

  /** The environment that commands of the worker itself get. */
  public get last(): Environment {
    return this.current ?? {};
  }

  /** The environment that a phase starts with, its identity token among it if it has one. */
  public enter(phase: PhaseName, identityToken: string | null): Environment {
    const defined = environmentOfPhase(this.definition, this.runId, phase, identityToken);
    this.current = this.current === null ? defined : carryOver(this.current, this.defined, defined);
    this.defined = defined;
    return this.current;
  }

  /**
   * Takes over what a phase left in the environment file.
   *
   * @param text the file's content, or null when there is none, which changes nothing
   * @returns the variables in it
   * @throws when it is malformed
   */
  public leave(text: string | null): Environment | null {
    if (text === null) return null;
    this.current = parseEnvironmentFile(text, this.format);
    return this.current;
  }
}
