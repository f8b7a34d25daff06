// SPDX-License-Identifier: Apache-2.0
import { isPending } from "./outputs.js";

/** `T` whose members that may be undefined are optional: they may be absent, but not undefined. */
export type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Arguments without those that are undefined. */
export function defined<T extends object>(args: T): Defined<T> {
  return Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined)) as Defined<T>;
}

/**
 * Arguments of a component, some of them replaced, without those that are undefined. What is not an object is left as
 * it is, for the rules to refuse.
 */
export function definedArgs<T extends object>(args: T, replaced: object = {}): T {
  const isObject = typeof args === "object" && args !== null && !Array.isArray(args) && !isPending(args);
  return isObject ? (defined({ ...args, ...replaced }) as T) : args;
}

/** True for an object that consists of its own members, as resources and other instances do not. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
