// SPDX-License-Identifier: Apache-2.0

/** Something that the user should read: one line for each problem. */
export class Failure extends Error {
  /** The exit status. */
  public readonly status: number = 1;

  /** One sentence each, without a full stop. */
  public readonly problems: readonly string[];

  constructor(...problems: readonly string[]) {
    super(problems.join("\n"));
    this.name = "Failure";
    this.problems = problems;
  }
}

/** A command line that cannot be understood. */
export class UsageError extends Failure {
  public override readonly status = 2;
}

/** The system's name of an error, such as ENOENT; empty for other errors. */
export function errorCode(error: unknown): string {
  const known = typeof error === "object" && error !== null && "code" in error;
  return known && typeof error.code === "string" ? error.code : "";
}

/** The text of whatever was thrown. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : "unknown error";
}
