// SPDX-License-Identifier: Apache-2.0
import * as pulumi from "@pulumi/pulumi";
import type { Engine } from "../../contract/index.js";
import type { TextsInput } from "./list-types.js";

/** The engine as the rules see it: outputs and promises stand for what is known later. */
export const OUTPUTS: Engine = {
  unknown: "an output",
  canCompute: true,
  contextOptions: [],
  isUnknown: isPending,
  // Outputs know it only when they are known themselves: see `checked`.
  isSensitive: () => false,
  programProblem: () => null,
};

/** True for a value that the program itself cannot see yet. */
export function isPending(value: unknown): boolean {
  return pulumi.Output.isInstance(value) || value instanceof Promise;
}

/** True for a value that is plain in all its parts, or absent, so that other values can be computed from it at once. */
export function isPlain(value: unknown): boolean {
  if (isPending(value)) return false;
  if (Array.isArray(value)) return value.every(isPlain);
  return typeof value !== "object" || value === null || Object.values(value).every(isPlain);
}

/** Computes a value from others: at once if they are plain, so that what depends on it is known in previews too. */
export function mapInput<T, U>(from: T, compute: (known: pulumi.Unwrap<T>) => U): U | pulumi.Output<U> {
  if (isPlain(from)) return compute(from as pulumi.Unwrap<T>);
  return pulumi.output(from).apply(compute) as pulumi.Output<U>;
}

/** A list for resources, whose types do not say that they only read it. */
export function writable(list: TextsInput): pulumi.Input<pulumi.Input<string>[]> {
  return list as pulumi.Input<pulumi.Input<string>[]>;
}

/** A list as one text. */
export function joined(values: pulumi.Input<pulumi.Input<string>[]>, separator: string): pulumi.Input<string> {
  return mapInput(values, (known) => known.join(separator));
}

/** A list whose order means nothing, sorted, so that another order is no change. */
export function joinedSet(values: pulumi.Input<pulumi.Input<string>[]>, separator: string): pulumi.Input<string> {
  return mapInput(values, (known) => [...known].sort().join(separator));
}

/** The plain values that outputs of components were made from. */
const SOURCES = new WeakMap<object, unknown>();

/** A value as an output of a component. */
export function asOutput<T>(value: T): pulumi.Output<pulumi.Unwrap<T>> {
  const output = pulumi.output(value) as pulumi.Output<pulumi.Unwrap<T>>;
  if (isPlain(value)) SOURCES.set(output, value);
  return output;
}

/** The plain value that an output of a component was made from, for others to use at once; any other value as it is. */
export function plainValueOf<T>(value: T): T {
  return typeof value === "object" && value !== null && SOURCES.has(value) ? (SOURCES.get(value) as T) : value;
}
