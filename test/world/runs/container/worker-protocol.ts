// SPDX-License-Identifier: Apache-2.0

/** What a command in a container has as its standard input: /dev/null, or a pipe that nobody writes to any more. */
export type StandardInput = "null" | "closed-pipe";

/** Asks the worker inside a container to start a command. */
export interface StartRequest {
  readonly request: "start";
  readonly id: number;
  readonly argv: readonly string[];
  /** The whole environment of the command. */
  readonly environment: Readonly<Record<string, string>>;
  readonly directory: string;
  /** One pipe for each entry, which the command gets on all descriptors of that entry. */
  readonly pipes: readonly (readonly number[])[];
  readonly input: StandardInput;
  /** Whether files appearing in `/mnt/worker/marks/<id>` are reported. */
  readonly marks: boolean;
}

/** Asks the worker to send a signal to the command's own process, not to its children. */
export interface SignalRequest {
  readonly request: "signal";
  readonly id: number;
  readonly signal: NodeJS.Signals;
}

/** What the host asks of the worker. */
export type Request = StartRequest | SignalRequest;

/** What the worker tells about one command. `at` is in milliseconds since the epoch, by the clock of the machine. */
export type CommandReport = { readonly id: number; readonly at: number } & (
  | { readonly event: "started"; readonly pid: number }
  | { readonly event: "output"; readonly pipe: number; readonly text: string }
  | { readonly event: "closed"; readonly pipe: number }
  | { readonly event: "mark"; readonly name: string }
  | { readonly event: "exit"; readonly code: number | null; readonly signal: NodeJS.Signals | null }
  | { readonly event: "failed"; readonly message: string }
);

/** Everything that comes out of a container: first its PID 1 as the host counts, then that the worker is ready. */
export type Report =
  | { readonly event: "container"; readonly pid: number }
  | { readonly event: "ready"; readonly at: number }
  | CommandReport;
