// SPDX-License-Identifier: Apache-2.0

/** A parser under test. */
export interface Target {
  readonly name: string;
  /**
   * What the parser makes of an input, as a text. Rejects if it fails in another way than by saying that the input is
   * malformed.
   */
  readonly run: (input: Buffer) => Promise<string>;
}

/** The byte at an offset; 0 outside, where reading would end the native build. */
export function byteAt(bytes: Buffer, at: number): number {
  return at >= 0 && at < bytes.length ? bytes.readUInt8(at) : 0;
}

/** The name of an error, and what it says. */
export function described(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : "not an error";
}
