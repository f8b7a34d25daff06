// SPDX-License-Identifier: Apache-2.0
import type { Value } from "../template.js";
import { type ResourceType, text, textOrNull, texts } from "./resource-type.js";
import { checkDescription, createKey, destroyKey, keyAttributes } from "./tailscale-key.js";

/** Claims that have an attribute of their own. */
const RESERVED_CLAIMS = ["sub", "iss", "aud"];

/** `tailscale_federated_identity`: POST keys; DELETE keys/{id}. Its id is the client id of the exchange. */
export const federatedIdentityResource: ResourceType = {
  defaults: { description: "", tags: [], custom_claim_rules: {} },

  check(attributes) {
    checkDescription(attributes);
    const { issuer } = attributes;
    if (typeof issuer === "string" && !isHttpsUrl(issuer)) {
      throw new Error(`attribute issuer must be a valid https:// URL, but ${JSON.stringify(issuer)} was given`);
    }
    const reserved = Object.keys(rules(attributes.custom_claim_rules)).find((name) => RESERVED_CLAIMS.includes(name));
    if (reserved !== undefined) throw new Error(`attribute custom_claim_rules must not have the reserved ${reserved}`);
  },

  async create(clients, attributes) {
    const key = await createKey(clients, {
      keyType: "federated",
      scopes: texts(attributes, "scopes"),
      tags: texts(attributes, "tags"),
      audience: textOrNull(attributes, "audience") ?? "",
      issuer: text(attributes, "issuer"),
      subject: text(attributes, "subject"),
      customClaimRules: rules(attributes.custom_claim_rules),
      description: text(attributes, "description"),
    });
    return { ...attributes, ...keyAttributes(key), audience: key.audience ?? "" };
  },

  destroy: (clients, { id }) => destroyKey(clients, id),
};

function rules(value: Value | undefined): Readonly<Record<string, Value>> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, Value>>)
    : {};
}

function isHttpsUrl(text: string): boolean {
  try {
    const { protocol, host } = new URL(text);
    return protocol === "https:" && host !== "";
  } catch {
    return false;
  }
}
