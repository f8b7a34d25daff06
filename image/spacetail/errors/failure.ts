// SPDX-License-Identifier: Apache-2.0

/** An error for the user to read: one line that says what failed, why, and what to do. */
export class Failure extends Error {
  constructor(message: string) {
    super(message);
    this.name = "Failure";
  }
}

/** An error with a name for programs, as the errors of Node's API have it, and a message of its own. */
export class CodedError extends Error {
  constructor(code: string, message: string) {
    super(message);
    // Of a caught error the native build keeps name and message only. `errorCode` returns the code.
    this.name = code;
  }
}

/** The system's name of an error of Node's API or of ours, such as ENOENT; empty for other errors. */
export function errorCode(error: unknown): string {
  if (typeof error !== "object" || error === null) return "";
  if ("code" in error) {
    const { code } = error as { code?: string };
    return typeof code === "string" ? code : "";
  }
  if (!(error instanceof Error)) return "";
  // The name of a SystemError is its code; other names, such as TypeError, are not all capitals.
  return error.name === error.name.toUpperCase() ? error.name : "";
}

/** The message of whatever was thrown. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : "unknown error";
}
