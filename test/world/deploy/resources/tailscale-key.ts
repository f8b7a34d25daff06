// SPDX-License-Identifier: Apache-2.0

import type { Attributes } from "../provider-schema.js";
import { TailscaleApiError } from "../tailscale-client.js";
import type { Clients, ResourceState } from "./resource-type.js";

/** The longest description the provider accepts, in bytes. */
const LONGEST_DESCRIPTION = 50;

/** What Tailscale's API answers about a key; OAuth clients and federated identities are keys to it. */
export interface KeyData {
  readonly id: string;
  readonly description: string;
  readonly scopes: readonly string[];
  readonly tags?: readonly string[];
  readonly created: string;
  readonly updated: string;
  readonly userId?: string;
  /** An OAuth client's secret, when it is created. */
  readonly key?: string;
  readonly audience?: string;
  readonly issuer?: string;
  readonly subject?: string;
  readonly customClaimRules?: Readonly<Record<string, string>>;
}

/** @throws when the description is longer than the provider accepts. */
export function checkDescription({ description }: Attributes): void {
  if (typeof description === "string" && Buffer.byteLength(description) > LONGEST_DESCRIPTION) {
    throw new Error(`attribute description must have at most ${LONGEST_DESCRIPTION} bytes`);
  }
}

/** Creates a key. The provider does not read one that it has just created. */
export async function createKey(clients: Clients, body: object): Promise<KeyData> {
  const key = await (await clients.tailscale()).call<KeyData>("POST", "keys", body);
  if (key === null) throw new Error("Tailscale answered the creation with an empty body");
  return key;
}

/** The key as it is now, or null when it is gone. */
export async function readKey(clients: Clients, state: ResourceState): Promise<KeyData | null> {
  return await unlessGone((await clients.tailscale()).call<KeyData>("GET", path(state)));
}

/** Changes a key. The provider does not read one that it has just changed. */
export async function updateKey(clients: Clients, state: ResourceState, body: object): Promise<KeyData> {
  const key = await (await clients.tailscale()).call<KeyData>("PUT", path(state), body);
  if (key === null) throw new Error("Tailscale answered the change with an empty body");
  return key;
}

/** Deletes a key; gone already is what that wants. */
export async function destroyKey(clients: Clients, state: ResourceState): Promise<void> {
  await unlessGone((await clients.tailscale()).call("DELETE", path(state)));
}

/** What only Tailscale can tell of a new key. */
export function identification(key: KeyData): ResourceState {
  return { id: key.id, created_at: key.created, updated_at: key.updated, user_id: key.userId ?? "" };
}

/** The attributes that every kind of key has, as they are now. */
export function keyAttributes(key: KeyData): ResourceState {
  return {
    ...identification(key),
    description: key.description,
    scopes: [...key.scopes].sort(),
    tags: [...(key.tags ?? [])].sort(),
  };
}

function path({ id }: ResourceState): string {
  return `keys/${encodeURIComponent(id)}`;
}

/** The answer, or null when there is no such key. */
async function unlessGone<T>(answer: Promise<T | null>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof TailscaleApiError && error.status === 404) return null;
    throw error;
  }
}
