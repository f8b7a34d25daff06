// SPDX-License-Identifier: Apache-2.0
import * as pulumi from "@pulumi/pulumi";

/** `T` with its undefined members optional: they may be absent, but not undefined. */
export type Given<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Arguments without those that are undefined. */
export function given<T extends object>(args: T): Given<T> {
  return Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined)) as Given<T>;
}

/** True for a value that the program itself cannot see yet. */
export function isPending(value: unknown): boolean {
  return pulumi.Output.isInstance(value) || value instanceof Promise;
}

/** The value as a secret, if there is one. */
export function secret<T extends pulumi.Input<string> | undefined>(
  value: T,
): T extends undefined ? undefined : pulumi.Output<string> {
  const sealed = value === undefined ? undefined : pulumi.secret(value);
  return sealed as T extends undefined ? undefined : pulumi.Output<string>;
}

/** True for a value that is plain in all its parts, or absent: what is made of it can be made at once. */
export function isPlain(value: unknown): boolean {
  if (isPending(value)) return false;
  if (Array.isArray(value)) return value.every(isPlain);
  return typeof value !== "object" || value === null || Object.values(value).every(isPlain);
}

/**
 * Makes a value of others: at once if they are plain. An output costs as much as a small resource, and a program may have
 * thousands of them.
 */
export function made<T, U>(from: T, make: (known: pulumi.Unwrap<T>) => U): U | pulumi.Output<U> {
  if (isPlain(from)) return make(from as pulumi.Unwrap<T>);
  return pulumi.output(from).apply(make) as pulumi.Output<U>;
}

/** A list as one text. */
export function joined(values: pulumi.Input<pulumi.Input<string>[]>, separator: string): pulumi.Input<string> {
  return made(values, (known) => known.join(separator));
}
