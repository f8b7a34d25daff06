// SPDX-License-Identifier: Apache-2.0
// A provider for a real engine on a machine that cannot download the providers of Tailscale and Spacelift: it takes every
// input for an output. Arguments: a name, and what the engine gives.
"use strict";
const { main } = require("@pulumi/pulumi/provider");

const TEXT = { type: "string" };
const TEXTS = { type: "array", items: TEXT };

/** Of Tailscale's schema what the components' schema refers to. */
const RESOURCES = {
  "tailscale:index/oauthClient:OauthClient": {
    scopes: TEXTS,
    tags: TEXTS,
    description: TEXT,
    key: { ...TEXT, secret: true },
  },
  "tailscale:index/federatedIdentity:FederatedIdentity": {
    scopes: TEXTS,
    tags: TEXTS,
    description: TEXT,
    issuer: TEXT,
    audience: TEXT,
    subject: TEXT,
    customClaimRules: { type: "object", additionalProperties: TEXT },
  },
};

const [name, version, ...words] = process.argv.slice(2);
const resources = Object.entries(RESOURCES).map(([type, properties]) => {
  return [type, { properties, inputProperties: properties }];
});
const schema = {
  name,
  version,
  meta: { moduleFormat: "(.*)(?:/[^/]*)" },
  language: { python: { respectSchemaVersion: true } },
  resources: Object.fromEntries(resources),
};

main(
  {
    version,
    schema: JSON.stringify(schema),
    check: async (_urn, _olds, inputs) => ({ inputs }),
    parameterizeValue: async (parameter, itsVersion) => ({ name: parameter, version: itsVersion }),
  },
  words,
);
