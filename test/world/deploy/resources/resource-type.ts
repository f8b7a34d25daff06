// SPDX-License-Identifier: Apache-2.0
import { crc32 } from "node:zlib";
import type { Attributes } from "../provider-schema.js";
import type { SpaceliftClient } from "../spacelift-client.js";
import type { TailscaleClient } from "../tailscale-client.js";
import { UNKNOWN, type Value } from "../template.js";

/** The configured providers; each logs in when it is first used. */
export interface Clients {
  readonly spacelift: () => Promise<SpaceliftClient>;
  readonly tailscale: () => Promise<TailscaleClient>;
}

/** A resource that exists: what Terraform's state would hold of it. */
export type ResourceState = Attributes & { readonly id: string };

/** How one resource type is created, changed and destroyed: the calls its provider makes, in the provider's order. */
export interface ResourceType {
  /** What the provider puts where its user gives nothing. */
  readonly defaults: Attributes;
  /** What the provider refuses beyond its schema; values may be unknown. @throws with the reason. */
  readonly check: (attributes: Attributes) => void;
  /** Creates the resource and reads it back if the provider does; the result is all that goes into the state. */
  readonly create: (clients: Clients, attributes: Attributes) => Promise<ResourceState>;
  readonly destroy: (clients: Clients, state: ResourceState) => Promise<void>;
  /** Reads the resource as it is now; null when it is gone. Without it the state is believed. */
  readonly read?: (clients: Clients, state: ResourceState) => Promise<ResourceState | null>;
  /**
   * Changes the resource in place. Without it every change replaces it. The attributes have the state's values where
   * only the provider sets them.
   */
  readonly update?: (clients: Clients, attributes: Attributes, state: ResourceState) => Promise<ResourceState>;
  /**
   * Attributes whose change replaces the resource although it can be changed in place. Source: the provider's
   * ForceNew.
   */
  readonly replacedBy?: readonly string[];
  /** Attributes that every change in place gives a value of which the plan knows nothing. */
  readonly setByUpdate?: readonly string[];
  /**
   * Whether a value that differs from the state is none the less what the state stands for. Source: DiffSuppressFunc.
   */
  readonly isSame?: (name: string, given: Value, state: Attributes) => boolean;
}

/** Whether an attribute is given; one that the schema leaves out is not. */
export function isGiven(attributes: Attributes, name: string): boolean {
  return (attributes[name] ?? null) !== null;
}

/** @throws unless exactly one of the attributes is given. */
export function requireOneOf(attributes: Attributes, names: readonly string[]): void {
  const given = names.filter((name) => isGiven(attributes, name));
  if (given.length !== 1) {
    throw new Error(`exactly one of ${names.join(", ")} must be given, but ${given.join(" and ") || "none"} is`);
  }
}

/** @throws when the attribute is given: the provider knows it, this loader does not. */
export function refuseAttribute(attributes: Attributes, name: string): void {
  if (isGiven(attributes, name)) throw new Error(`attribute ${name} is not known to this loader`);
}

/** @throws when an attribute, or an element of it, is an empty string. */
export function refuseEmpty(attributes: Attributes, names: readonly string[]): void {
  for (const name of names) {
    if ([attributes[name]].flat().includes(""))
      throw new Error(`attribute ${name} must not be or contain an empty string`);
  }
}

/** An attribute as text. Every attribute is known when something is created. */
export function text(attributes: Attributes, name: string): string {
  const value = attributes[name];
  if (typeof value !== "string") throw new Error(`attribute ${name} is not known or not a string`);
  return value;
}

/** An attribute as text, or null when it is not given. */
export function textOrNull(attributes: Attributes, name: string): string | null {
  return isGiven(attributes, name) ? text(attributes, name) : null;
}

/** An attribute as a list of text; not given is empty. */
export function texts(attributes: Attributes, name: string): readonly string[] {
  return list(attributes[name] ?? null).map(String);
}

/** A list as the state has it: an empty one is none where none was given. */
export function unlessEmpty(given: Value | undefined, read: readonly string[]): Value {
  return read.length === 0 && (given ?? null) === null ? null : read;
}

/**
 * A set in the order the provider sends it, null for one without elements: its framework sorts elements by the decimal
 * text of the CRC-32 of each element with a semicolon behind it. Nothing depends on the order but the comparison with
 * what the provider sends.
 */
export function setOrNull(attributes: Attributes, name: string): readonly string[] | null {
  const code = (element: string) => String(crc32(`${element};`));
  const elements = [...texts(attributes, name)].sort((a, b) => (code(a) < code(b) ? -1 : 1));
  return elements.length === 0 ? null : elements;
}

function list(value: Value): readonly Value[] {
  if (value === UNKNOWN || (value !== null && !Array.isArray(value))) throw new Error("a list was expected");
  return (value ?? []) as readonly Value[];
}
