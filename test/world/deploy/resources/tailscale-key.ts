// SPDX-License-Identifier: Apache-2.0
import type { Attributes } from "../provider-schema.js";
import { TailscaleApiError } from "../tailscale-client.js";
import type { Clients } from "./resource-type.js";

/** The longest description the provider accepts, in bytes. */
const LONGEST_DESCRIPTION = 50;

/** What Tailscale's API answers about a key; OAuth clients and federated identities are keys to it. */
export interface KeyData {
  readonly id: string;
  /** The secret, for those that have one. */
  readonly key?: string;
  readonly created: string;
  readonly updated: string;
  readonly userId?: string;
  readonly audience?: string;
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

/** The attributes that only Tailscale can tell, for every key. */
export function keyAttributes(key: KeyData): Attributes & { readonly id: string } {
  return { id: key.id, created_at: key.created, updated_at: key.updated, user_id: key.userId ?? "" };
}

/** Deletes a key. */
export async function destroyKey(clients: Clients, id: string): Promise<void> {
  try {
    await (await clients.tailscale()).call("DELETE", `keys/${encodeURIComponent(id)}`);
  } catch (error) {
    // Gone already is what destroying wants.
    if (!(error instanceof TailscaleApiError && error.status === 404)) throw error;
  }
}
