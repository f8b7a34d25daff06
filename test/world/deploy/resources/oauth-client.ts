// SPDX-License-Identifier: Apache-2.0

import type { Attributes } from "../provider-schema.js";
import { type ResourceType, text, texts } from "./resource-type.js";
import {
  checkDescription,
  createKey,
  destroyKey,
  identification,
  keyAttributes,
  readKey,
  updateKey,
} from "./tailscale-key.js";

/** `tailscale_oauth_client`: POST keys; GET, PUT and DELETE keys/{id}. */
export const oauthClientResource: ResourceType = {
  defaults: { description: "", tags: [] },
  setByUpdate: ["updated_at"],

  check: checkDescription,

  async create(clients, attributes) {
    const key = await createKey(clients, bodyOf(attributes));
    return { ...attributes, ...identification(key), key: key.key ?? null };
  },

  async read(clients, state) {
    const key = await readKey(clients, state);
    return key === null ? null : { ...state, ...keyAttributes(key) };
  },

  async update(clients, attributes, state) {
    const key = await updateKey(clients, state, bodyOf(attributes));
    return { ...attributes, id: state.id, updated_at: key.updated };
  },

  destroy: destroyKey,
};

function bodyOf(attributes: Attributes): object {
  return {
    keyType: "client",
    scopes: texts(attributes, "scopes"),
    tags: texts(attributes, "tags"),
    description: text(attributes, "description"),
  };
}
