// SPDX-License-Identifier: Apache-2.0
import type { CommandReport, StandardInput } from "./worker-protocol.js";

/** What to start in a container, and who hears of it. */
export interface CommandOptions {
  readonly argv: readonly string[];
  /** The whole environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** The working directory inside the container. */
  readonly directory: string;
  /** One pipe for each entry, on all descriptors of that entry: `[[1, 2], [3]]` merges output and errors. */
  readonly pipes: readonly (readonly number[])[];
  /** Default `null`. */
  readonly input?: StandardInput | undefined;
  /** Whether files appearing in the directory of marks are told. Default false. */
  readonly marks?: boolean | undefined;
  readonly onOutput?: ((pipe: number, text: string, at: number) => void) | undefined;
  readonly onMark?: ((name: string, at: number) => void) | undefined;
}

/** How a command's own process ended. */
export interface Exit {
  /** Null when a signal or the end of the container ended it, or when it could not be started. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Why it could not be started, or why it went without an end of its own; null for an ordinary end. */
  readonly problem: string | null;
}

/** A command in a container. */
export class Command {
  /** Settles when the command's own process has ended; its children may live on and hold its pipes. */
  public readonly exited: Promise<Exit>;
  /** Settles when the process has ended **and** all its pipes are at end-of-file: nobody holds them any more. */
  public readonly ended: Promise<Exit>;

  private readonly open: Set<number>;
  private exit: Exit | null = null;
  private resolveExited: (exit: Exit) => void = () => {};
  private resolveEnded: (exit: Exit) => void = () => {};

  constructor(
    private readonly options: CommandOptions,
    private readonly send: (signal: NodeJS.Signals) => void,
  ) {
    this.open = new Set(options.pipes.keys());
    this.exited = new Promise((resolve) => {
      this.resolveExited = resolve;
    });
    this.ended = new Promise((resolve) => {
      this.resolveEnded = resolve;
    });
  }

  /** Sends a signal to the command's own process. Does nothing once that has ended. */
  public signal(signal: NodeJS.Signals): void {
    if (this.exit === null) this.send(signal);
  }

  /** Indexes of the pipes that somebody still holds. */
  public get openPipes(): readonly number[] {
    return [...this.open];
  }

  /** Takes a report of the worker in. For the container that owns the command. */
  public take(report: CommandReport): void {
    if (report.event === "output") this.options.onOutput?.(report.pipe, report.text, report.at);
    else if (report.event === "mark") this.options.onMark?.(report.name, report.at);
    else if (report.event === "closed") this.open.delete(report.pipe);
    else if (report.event === "exit") this.finish(report.code, report.signal, report.at);
    else if (report.event === "failed") {
      this.open.clear();
      this.finish(null, null, report.at, report.message);
    }
    this.settle();
  }

  /** Ends the command because its container is gone. For the container that owns the command. */
  public containerGone(): void {
    this.open.clear();
    this.finish(null, "SIGKILL", Date.now(), "the container is gone");
    this.settle();
  }

  private finish(code: number | null, signal: NodeJS.Signals | null, at: number, problem: string | null = null): void {
    if (this.exit !== null) return;
    this.exit = { code, signal, at, problem };
    this.resolveExited(this.exit);
  }

  private settle(): void {
    if (this.exit !== null && this.open.size === 0) this.resolveEnded(this.exit);
  }
}
