// SPDX-License-Identifier: Apache-2.0
import { applyTrust } from "../../contract/context/apply-trust.js";
import { federatedIdentityProblems, oauthClientProblems } from "../../contract/context/identity-problems.js";
import { tailnetProblems } from "../../contract/context/tailnet-problems.js";
import type { AuthTexts } from "../../contract/context/variables.js";
import { accountHost, accountIssuer, claimRules, subjectPattern } from "../../contract/login/federation.js";
import { refuse } from "./checks.js";
import type { IdentityModel, LoginModel } from "./model.js";
import type { AuthOptions, IdentityOptions, RenderOptions, TrustOptions } from "./options.js";
import { Input, Reference, type Text } from "./texts.js";

/** How runs log in, and what has to be made for that. */
export interface Login {
  readonly auth: AuthTexts<Text, readonly Text[]>;
  readonly made: LoginModel | undefined;
}

const CLIENT_SECRET = "Secret of the Tailscale OAuth client by which runs log in";

/** The login that the options say exists, in which secrets are inputs. */
export function existingLogin({ federated, oauthSecret, authKey }: AuthOptions): Login {
  const client = oauthSecret === true ? {} : oauthSecret;
  const secret = new Input("oauth_client_secret", "TS_OAUTH_CLIENT_SECRET", true, CLIENT_SECRET);
  const key = new Input(
    "auth_key",
    "TS_AUTHKEY",
    true,
    "Tailscale auth key by which runs log in: reusable, ephemeral and tagged",
  );
  return {
    auth: {
      ...(federated === undefined ? {} : { federated: federatedLogin(federated) }),
      ...(client === undefined ? {} : { oauthSecret: { ...client, clientSecret: secret } }),
      ...(authKey === undefined ? {} : { authKey: key }),
    },
    made: undefined,
  };
}

function federatedLogin({ identity, read, write, idToken }: NonNullable<AuthOptions["federated"]>) {
  const member = (name: string, prefix: string, use: string, options: true | IdentityOptions | undefined) => {
    if (options === undefined) return {};
    const known = options === true ? {} : options;
    const id = name === "identity" ? "client_id" : `${name}_client_id`;
    const doc = `Client id of the Tailscale federated identity by which ${use}`;
    const input = new Input(id, `${prefix}TS_CLIENT_ID`, false, doc);
    return { [name]: { ...known, clientId: known.clientId ?? input } };
  };
  return {
    ...member("identity", "", "runs log in", identity),
    ...member("read", "ro_", "runs log in but for applying", read),
    ...member("write", "wo_", "runs log in for applying", write),
    ...(idToken === undefined ? {} : { idToken }),
  };
}

/**
 * The login that Terraform is to make: an OAuth client, or with an account one federated identity, or two.
 *
 * @throws Failure if it cannot be made as the options say
 */
export function madeLogin(options: RenderOptions): Login {
  const { account, trust, tags = ["tag:spacelift"], applyTags, grants = [] } = options;
  refuse(tailnetProblems({ ...options, grants: grants.map((grant) => ({ ...grant, dst: grant.dst ?? [] })) }));
  const used = [...new Set([...tags, ...(applyTags ?? [])])];
  const policy = {
    tags: used,
    grants: grants.map(({ src = used, dst = [], ip = ["*"] }) => ({ src, dst, ip })),
  };
  if (account === undefined) {
    const oauthClient = { tags, description: "Spacelift runs" };
    refuse(oauthClientProblems(oauthClient));
    const clientId = new Reference("tailscale_oauth_client.tailnet.id");
    const clientSecret = new Reference("tailscale_oauth_client.tailnet.key");
    const auth = { oauthClient: { clientId, clientSecret, tags } };
    return { auth, made: { ...policy, oauthClient, identities: [] } };
  }
  const identity = identityModel("tailnet", account, tags, { ...trust, description: "Spacelift runs" });
  const known = { clientId: reference(identity), tags, ...knownOf(trust ?? {}) };
  if (applyTags === undefined) {
    return {
      auth: { federated: { identity: known } },
      made: { ...policy, oauthClient: undefined, identities: [identity] },
    };
  }
  const applying = applyTrust(trust ?? {});
  const apply = identityModel("apply", account, applyTags, applying);
  const write = { clientId: reference(apply), tags: applyTags, ...knownOf(applying) };
  return {
    auth: { federated: { read: known, write } },
    made: { ...policy, oauthClient: undefined, identities: [identity, apply] },
  };
}

function reference({ name }: IdentityModel): Reference {
  return new Reference(`tailscale_federated_identity.${name}.id`);
}

/** What a context can check of the identity that it logs in by. */
function knownOf({ spaceId, runTypes, scope }: TrustOptions) {
  return {
    ...(spaceId === undefined ? {} : { spaceId }),
    ...(runTypes === undefined ? {} : { runTypes }),
    ...(scope === undefined ? {} : { scope }),
  };
}

function identityModel(
  name: string,
  account: string,
  tags: readonly string[],
  trust: TrustOptions & { readonly description: string },
): IdentityModel {
  for (const problem of federatedIdentityProblems({ ...trust, account, tags })) {
    const [property = ""] = problem?.split(" ") ?? [];
    refuse([property in trust ? `trust.${problem}` : problem]);
  }
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
