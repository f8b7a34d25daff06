// SPDX-License-Identifier: Apache-2.0

/** Names and values of variables. */
export type Values = Readonly<Record<string, string | undefined>>;

/** What becomes of a variable in a file. */
export interface Change {
  readonly kind: "keep" | "remove" | "set";
  /** The new value of "set". */
  readonly value: string;
}

export const KEEP: Change = { kind: "keep", value: "" };
export const REMOVE: Change = { kind: "remove", value: "" };

/** Who reads a file in one of the formats, and decides about its variables. */
export interface Visitor {
  readonly variable: (name: string, value: string) => Change;
  /** A part of the file that the format does not explain. It stays. */
  readonly other: (text: string) => void;
}

/** A part of a text that was read, and where the text goes on. */
export interface Part {
  readonly value: string;
  readonly end: number;
}
