// SPDX-License-Identifier: Apache-2.0

/** An error that the user is meant to read: one line that says what failed, why, and what to do. */
export class Failure extends Error {
  constructor(message: string) {
    super(message);
    this.name = "Failure";
  }
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
