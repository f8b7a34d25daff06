// SPDX-License-Identifier: Apache-2.0

/** An error for the user to read: one line that says what failed, why, and what to do. */
export class Failure extends Error {
  constructor(message: string) {
    super(message);
    this.name = "Failure";
  }
}

/** An error of a system call, with its name as Node has it, such as ENOENT. */
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
  if (typeof error !== "object" || error === null || !("code" in error)) return "";
  const { code } = error as { code?: string };
  return typeof code === "string" ? code : "";
}

/** The message of whatever was thrown. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : "unknown error";
}
