// SPDX-License-Identifier: Apache-2.0
import type { Masks } from "./masking.js";

/** One line of a run's log. */
export interface LogLine {
  /** When its last part was read, in milliseconds since the epoch. */
  readonly at: number;
  /** The phase it belongs to, `after_run`, or `worker` for what the worker itself says. */
  readonly phase: string;
  /** The line as users see it, secrets masked. */
  readonly text: string;
  /** The line as it was printed. For tests that look for secrets. */
  readonly raw: string;
}

/** The log of a run: standard output and standard error of everything in it, in the order of arrival. */
export class RunLog {
  private readonly written: LogLine[] = [];
  private partial: { readonly phase: string; text: string } | null = null;

  constructor(
    private readonly masks: Masks,
    private readonly onLine: (line: LogLine) => void = () => {},
  ) {}

  /** All lines so far. */
  public get lines(): readonly LogLine[] {
    return [...this.written];
  }

  /** Takes a piece of output, which may end inside a line. */
  public write(phase: string, text: string, at: number = Date.now()): void {
    if (this.partial !== null && this.partial.phase !== phase) this.flush(at);
    const pieces = `${this.partial?.text ?? ""}${text}`.split("\n");
    const rest = pieces.pop() ?? "";
    for (const piece of pieces) this.add(phase, piece, at);
    this.partial = rest === "" ? null : { phase, text: rest };
  }

  /** Ends a line that was left without a newline. */
  public flush(at: number = Date.now()): void {
    if (this.partial === null) return;
    const { phase, text } = this.partial;
    this.partial = null;
    this.add(phase, text, at);
  }

  private add(phase: string, raw: string, at: number): void {
    const line = { at, phase, text: this.masks.apply(raw), raw };
    this.written.push(line);
    this.onLine(line);
  }
}
