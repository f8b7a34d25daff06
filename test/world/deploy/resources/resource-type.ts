// SPDX-License-Identifier: Apache-2.0
import type { Attributes } from "../provider-schema.js";
import type { SpaceliftClient } from "../spacelift-client.js";
import type { TailscaleClient } from "../tailscale-client.js";
import { UNKNOWN, type Value } from "../template.js";

/** The configured providers; each logs in when it is first used. */
export interface Clients {
  readonly spacelift: () => Promise<SpaceliftClient>;
  readonly tailscale: () => Promise<TailscaleClient>;
}

/** How one resource type is created and destroyed: the calls its provider makes, in the provider's order. */
export interface ResourceType {
  /** What the provider puts where its user gives nothing. */
  readonly defaults: Attributes;
  /** What the provider refuses beyond its schema; values may be unknown. @throws with the reason. */
  readonly check: (attributes: Attributes) => void;
  /** Creates the resource and reads it back if the provider does; the result is all that goes into the state. */
  readonly create: (clients: Clients, attributes: Attributes) => Promise<Attributes & { readonly id: string }>;
  readonly destroy: (clients: Clients, state: Attributes & { readonly id: string }) => Promise<void>;
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

function list(value: Value): readonly Value[] {
  if (value === UNKNOWN || (value !== null && !Array.isArray(value))) throw new Error("a list was expected");
  return (value ?? []) as readonly Value[];
}
