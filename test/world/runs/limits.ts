// SPDX-License-Identifier: Apache-2.0

/** What may kill a run that hangs. Milliseconds. Source of the defaults: Spacelift documentation, "Worker pools". */
export interface LimitValues {
  /** How long a phase may print nothing. Spacelift's default is 7 minutes (`SPACELIFT_LAUNCHER_LOGS_TIMEOUT`). */
  readonly silenceMs: number;
  /** How long the phases of a run may take together. Spacelift's default is 70 minutes. */
  readonly runMs: number;
}

/** Spacelift's own limits. */
export const SPACELIFT_LIMITS: LimitValues = { silenceMs: 7 * 60_000, runMs: 70 * 60_000 };

/** Watches the limits of one run while a phase of it is running. The time between phases does not count. */
export class Limits {
  private usedMs = 0;
  private startedAt = 0;
  private silence: NodeJS.Timeout | undefined;
  private run: NodeJS.Timeout | undefined;
  private exceed: (reason: string) => void = () => {};

  constructor(private readonly values: LimitValues) {}

  /** Starts to count. `exceeded` is called once, with the reason, when a limit is passed before {@link stop}. */
  public start(exceeded: (reason: string) => void): void {
    this.exceed = exceeded;
    this.startedAt = Date.now();
    this.run = setTimeout(
      () => this.pass(`the job was killed: it ran longer than the maximum run time of ${this.values.runMs} ms`),
      Math.max(0, this.values.runMs - this.usedMs),
    );
    this.heard();
  }

  /** Notes that something was printed. */
  public heard(): void {
    clearTimeout(this.silence);
    this.silence = setTimeout(
      () => this.pass(`the job was killed: it was not producing any logs for ${this.values.silenceMs} ms`),
      this.values.silenceMs,
    );
  }

  /** Stops to count. */
  public stop(): void {
    clearTimeout(this.silence);
    clearTimeout(this.run);
    this.exceed = () => {};
    this.usedMs += Date.now() - this.startedAt;
  }

  private pass(reason: string): void {
    clearTimeout(this.silence);
    clearTimeout(this.run);
    this.exceed(reason);
  }
}
