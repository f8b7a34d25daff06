// SPDX-License-Identifier: Apache-2.0

const NAME = "TemporaryFailure";

/** A failure, for the user to read, that may be over when the same is tried again: nobody has answered in time. */
export class TemporaryFailure extends Error {
  constructor(message: string) {
    super(message);
    this.name = NAME;
  }
}

/** True for a {@link TemporaryFailure}. Of a caught error the native build keeps name and message only. */
export function isTemporary(error: unknown): boolean {
  return error instanceof Error && error.name === NAME;
}
