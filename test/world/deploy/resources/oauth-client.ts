// SPDX-License-Identifier: Apache-2.0
import { type ResourceType, text, texts } from "./resource-type.js";
import { checkDescription, createKey, destroyKey, keyAttributes } from "./tailscale-key.js";

/** `tailscale_oauth_client`: POST keys; DELETE keys/{id}. */
export const oauthClientResource: ResourceType = {
  defaults: { description: "", tags: [] },

  check: checkDescription,

  async create(clients, attributes) {
    const key = await createKey(clients, {
      keyType: "client",
      scopes: texts(attributes, "scopes"),
      tags: texts(attributes, "tags"),
      description: text(attributes, "description"),
    });
    return { ...attributes, ...keyAttributes(key), key: key.key ?? null };
  },

  destroy: (clients, { id }) => destroyKey(clients, id),
};
