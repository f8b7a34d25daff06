// SPDX-License-Identifier: Apache-2.0
import type { Option } from "../options/option.js";

/** All that the rules know of an engine: what the values look like that only it will know. */
export interface Engine {
  /** What such a value is called: `a token`, `an output`. */
  readonly unknown: string;
  /** True if values can be computed from unknown ones, so that less must be known when the program runs. */
  readonly canCompute: boolean;
  /** Options of contexts besides those that all engines have. */
  readonly contextOptions: readonly Option[];
  isUnknown(value: unknown): boolean;
  /** True if the engine treats the value as sensitive, as far as it can be known. */
  isSensitive(value: unknown, property: string): boolean;
  /** What is wrong with the value of an option that only programs of the engine have, or null. */
  programProblem(option: string, value: unknown): string | null;
}

/** A value that is not known yet, or that is wrong and already reported. */
export class Unknown {
  // A class without members would accept every value.
  readonly #unknown = true;

  public static is(value: unknown): value is Unknown {
    return value instanceof Unknown && value.#unknown;
  }
}

/** The one instance: unknown values are alike. */
export const UNKNOWN = new Unknown();

/** Engine of values that are all known. */
export const NO_ENGINE: Engine = {
  unknown: "unknown",
  canCompute: true,
  contextOptions: [],
  isUnknown: () => false,
  isSensitive: () => false,
  programProblem: () => null,
};
