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

/** Secrets by what they were made of, which may be a secret already: a program's contexts often have the same one. */
const SECRETS = new WeakMap<object, pulumi.Output<string>>();

/** The value as a secret, if there is one. Of one output there is but one secret. */
export function secret<T extends pulumi.Input<string> | undefined>(
  value: T,
): T extends undefined ? undefined : pulumi.Output<string> {
  return sealed(value) as T extends undefined ? undefined : pulumi.Output<string>;
}

function sealed(value: pulumi.Input<string> | undefined): pulumi.Output<string> | undefined {
  if (value === undefined) return undefined;
  const known = typeof value === "object" ? SECRETS.get(value) : undefined;
  if (known !== undefined) return known;
  const made = pulumi.secret(value);
  if (typeof value === "object") SECRETS.set(value, made);
  SECRETS.set(made, made);
  return made;
}

/** True for what {@link secret} made, which need not be made a secret again. */
export function isSealed(value: pulumi.Input<string>): value is pulumi.Output<string> {
  return typeof value === "object" && SECRETS.get(value) === value;
}

/** What outputs of components were made of, where it is plain. */
const SOURCES = new WeakMap<object, unknown>();

/** A value as an output of a component. */
export function told<T>(value: T): pulumi.Output<pulumi.Unwrap<T>> {
  const output = pulumi.output(value) as pulumi.Output<pulumi.Unwrap<T>>;
  if (isPlain(value)) SOURCES.set(output, value);
  return output;
}

/** The plain value that an output of a component was made of, for others to use at once; any other value as it is. */
export function untold<T>(value: T): T {
  return typeof value === "object" && value !== null && SOURCES.has(value) ? (SOURCES.get(value) as T) : value;
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
