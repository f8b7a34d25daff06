// SPDX-License-Identifier: Apache-2.0
import { TailscaleApiError } from "../tailscale-client.js";
import { type ResourceType, text, texts } from "./resource-type.js";

/** The longest description the provider accepts, in bytes. */
const LONGEST_DESCRIPTION = 50;

interface KeyData {
  readonly id: string;
  readonly key: string;
  readonly created: string;
  readonly updated: string;
  readonly userId?: string;
}

/** `tailscale_oauth_client`: POST keys; DELETE keys/{id}. The provider does not read a client it has just created. */
export const oauthClientResource: ResourceType = {
  defaults: { description: "", tags: [] },

  check({ description }) {
    if (typeof description === "string" && Buffer.byteLength(description) > LONGEST_DESCRIPTION) {
      throw new Error(`attribute description must have at most ${LONGEST_DESCRIPTION} bytes`);
    }
  },

  async create(clients, attributes) {
    const client = await clients.tailscale();
    const key = await client.call<KeyData>("POST", "keys", {
      keyType: "client",
      scopes: texts(attributes, "scopes"),
      tags: texts(attributes, "tags"),
      description: text(attributes, "description"),
    });
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

  async destroy(clients, { id }) {
    try {
      await (await clients.tailscale()).call("DELETE", `keys/${encodeURIComponent(id)}`);
    } catch (error) {
      // Gone already is what destroying wants.
      if (!(error instanceof TailscaleApiError && error.status === 404)) throw error;
    }
  },
};
