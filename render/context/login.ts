// SPDX-License-Identifier: Apache-2.0
import { applyTrust } from "../../contract/context/apply-trust.js";
import type { AuthValues } from "../../contract/context/variables.js";
import { accountHost, accountIssuer, claimRules, subjectPattern } from "../../contract/login/federation.js";
import type { IdentityModel, LoginModel } from "./model.js";
import type { LoginOptions, TrustOptions } from "./options.js";
import { Reference, type Text } from "./texts.js";

/** How runs log in, and what is created for that. */
export interface Login {
  readonly auth: AuthValues<Text, Text[]>;
  readonly created: LoginModel | undefined;
}

const DESCRIPTION = "Spacelift runs";

/** The login that Terraform creates: an OAuth client, or with an account one federated identity, or two. */
export function createdLogin(options: LoginOptions): Login {
  const { account, trust = {}, tags = ["tag:spacelift"], applyTags, grants = [] } = options;
  const used = [...new Set([...tags, ...(applyTags ?? [])])];
  const policy = { tags: used, grants: grants.map(({ src = used, dst, ip = ["*"] }) => ({ src, dst, ip })) };
  if (account === undefined) {
    const clientId = new Reference("tailscale_oauth_client.tailnet.id");
    const clientSecret = new Reference("tailscale_oauth_client.tailnet.key");
    return {
      auth: { oauthClient: { clientId, clientSecret, tags } },
      created: { ...policy, oauthClient: { tags, description: DESCRIPTION }, identities: [] },
    };
  }
  const identity = identityModel("tailnet", account, tags, { ...trust, description: DESCRIPTION });
  const login = { clientId: reference(identity), tags };
  if (applyTags === undefined) {
    return {
      auth: { federated: { identity: login } },
      created: { ...policy, oauthClient: undefined, identities: [identity] },
    };
  }
  const apply = identityModel("apply", account, applyTags, applyTrust(trust));
  return {
    auth: { federated: { read: login, write: { clientId: reference(apply), tags: applyTags } } },
    created: { ...policy, oauthClient: undefined, identities: [identity, apply] },
  };
}

function reference({ name }: IdentityModel): Reference {
  return new Reference(`tailscale_federated_identity.${name}.id`);
}

function identityModel(
  name: string,
  account: string,
  tags: readonly string[],
  trust: TrustOptions & { readonly description: string },
): IdentityModel {
  return {
    name,
    tags,
    issuer: trust.issuer ?? accountIssuer(account),
    audience: trust.audience ?? accountHost(account),
    subject: trust.subject ?? subjectPattern(trust),
    description: trust.description,
    customClaimRules: claimRules(trust),
  };
}
