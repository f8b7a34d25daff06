// SPDX-License-Identifier: Apache-2.0

import type { Attributes } from "../provider-schema.js";
import type { Value } from "../template.js";
import { type ResourceType, text, textOrNull, texts } from "./resource-type.js";
import {
  checkDescription,
  createKey,
  destroyKey,
  identification,
  keyAttributes,
  readKey,
  updateKey,
} from "./tailscale-key.js";

/** Claims that have an attribute of their own. */
const RESERVED_CLAIMS = ["sub", "iss", "aud"];

/**
 * `tailscale_federated_identity`: POST keys; GET, PUT and DELETE keys/{id}. Its id is what a token's bearer names when
 * it is exchanged.
 */
export const federatedIdentityResource: ResourceType = {
  defaults: { description: "", tags: [], custom_claim_rules: {} },
  setByUpdate: ["updated_at"],

  check(attributes) {
    checkDescription(attributes);
    const { issuer } = attributes;
    if (typeof issuer === "string" && !isHttpsUrl(issuer)) {
      throw new Error(`attribute issuer must be a valid https:// URL, but ${JSON.stringify(issuer)} was given`);
    }
    const reserved = Object.keys(rulesOf(attributes)).find((name) => RESERVED_CLAIMS.includes(name));
    if (reserved !== undefined) throw new Error(`attribute custom_claim_rules must not have the reserved ${reserved}`);
  },

  async create(clients, attributes) {
    const key = await createKey(clients, bodyOf(attributes));
    return { ...attributes, ...identification(key), audience: key.audience ?? "" };
  },

  async read(clients, state) {
    const key = await readKey(clients, state);
    if (key === null) return null;
    const { audience = "", issuer = "", subject = "", customClaimRules = {} } = key;
    return { ...state, ...keyAttributes(key), audience, issuer, subject, custom_claim_rules: customClaimRules };
  },

  async update(clients, attributes, state) {
    const key = await updateKey(clients, state, bodyOf(attributes));
    return { ...attributes, id: state.id, audience: key.audience ?? "", updated_at: key.updated };
  },

  destroy: destroyKey,
};

function bodyOf(attributes: Attributes): object {
  return {
    keyType: "federated",
    scopes: texts(attributes, "scopes"),
    tags: texts(attributes, "tags"),
    audience: textOrNull(attributes, "audience") ?? "",
    issuer: text(attributes, "issuer"),
    subject: text(attributes, "subject"),
    customClaimRules: rulesOf(attributes),
    description: text(attributes, "description"),
  };
}

/** The claim rules, none while they are not known. */
function rulesOf({ custom_claim_rules: rules = {} }: Attributes): Readonly<Record<string, Value>> {
  return typeof rules === "object" && rules !== null ? (rules as Readonly<Record<string, Value>>) : {};
}

function isHttpsUrl(text: string): boolean {
  try {
    const { protocol, host } = new URL(text);
    return protocol === "https:" && host !== "";
  } catch {
    return false;
  }
}
