// SPDX-License-Identifier: Apache-2.0

import type { Attributes } from "../provider-schema.js";
import { TailscaleApiError } from "../tailscale-client.js";
import { type ResourceState, type ResourceType, text, texts } from "./resource-type.js";

/** The longest description the provider accepts, in bytes. */
const LONGEST_DESCRIPTION = 50;

interface KeyData {
  readonly id: string;
  readonly description: string;
  readonly scopes: readonly string[];
  readonly tags?: readonly string[];
  readonly key: string;
  readonly created: string;
  readonly updated: string;
  readonly userId?: string;
}

/**
 * `tailscale_oauth_client`: POST keys; GET, PUT and DELETE keys/{id}. The provider does not read a client it has just
 * created or changed.
 */
export const oauthClientResource: ResourceType = {
  defaults: { description: "", tags: [] },
  setByUpdate: ["updated_at"],

  check({ description }) {
    if (typeof description === "string" && Buffer.byteLength(description) > LONGEST_DESCRIPTION) {
      throw new Error(`attribute description must have at most ${LONGEST_DESCRIPTION} bytes`);
    }
  },

  async create(clients, attributes) {
    const client = await clients.tailscale();
    const key = await client.call<KeyData>("POST", "keys", bodyOf(attributes));
    if (key === null) throw new Error("Tailscale answered the creation with an empty body");
    return {
      ...attributes,
      id: key.id,
      key: key.key,
      created_at: key.created,
      updated_at: key.updated,
      user_id: key.userId ?? "",
    };
  },

  async read(clients, state) {
    const client = await clients.tailscale();
    const key = await unlessGone(client.call<KeyData>("GET", path(state)));
    if (key === null) return null;
    return {
      ...state,
      description: key.description,
      scopes: [...key.scopes].sort(),
      tags: [...(key.tags ?? [])].sort(),
      created_at: key.created,
      updated_at: key.updated,
      user_id: key.userId ?? "",
    };
  },

  async update(clients, attributes, state) {
    const client = await clients.tailscale();
    const key = await client.call<KeyData>("PUT", path(state), bodyOf(attributes));
    if (key === null) throw new Error("Tailscale answered the change with an empty body");
    return { ...attributes, id: state.id, updated_at: key.updated };
  },

  async destroy(clients, state) {
    // Gone already is what destroying wants.
    await unlessGone((await clients.tailscale()).call("DELETE", path(state)));
  },
};

function path({ id }: ResourceState): string {
  return `keys/${encodeURIComponent(id)}`;
}

function bodyOf(attributes: Attributes): object {
  return {
    keyType: "client",
    scopes: texts(attributes, "scopes"),
    tags: texts(attributes, "tags"),
    description: text(attributes, "description"),
  };
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
