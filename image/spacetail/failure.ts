// SPDX-License-Identifier: Apache-2.0

/** An error that the user is meant to read: one line that says what failed, why, and what to do. */
export class Failure extends Error {
  constructor(message: string) {
    super(message);
    this.name = "Failure";
  }
}

/** An error of a system call, with its name as Node gives it, such as ENOENT. */
export class SystemError extends Error {
  readonly code: string;
  constructor(what: string, code: string) {
    super(`${what}: ${code}`);
    this.name = "SystemError";
    this.code = code;
  }
}

/** The system's name of an error, such as ENOENT; empty for other errors. */
export function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return "";
  return (error as NodeJS.ErrnoException).code ?? "";
}

/** The text of whatever was thrown. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : "unknown error";
}
