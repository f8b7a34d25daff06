// SPDX-License-Identifier: Apache-2.0
import type { CredentialKind } from "../../../../contract/wire/settings.js";
import { accessToken, createKey, openApi } from "../../login/auth-key.js";
import { readCredential } from "../../login/credential.js";
import type { Login } from "../../login/login.js";
import { deadlineIn } from "../../process/clock.js";
import { type Finding, known, ok, skip, type Visit } from "./row.js";

/** How long the API may take for one answer, with further attempts while it is busy. Milliseconds. */
const ANSWER_MS = 20_000;

const KINDS: Readonly<Record<CredentialKind, string>> = {
  federated: "an identity token",
  oauth: "an OAuth client",
  authkey: "an auth key",
  none: "none",
};

/** Whether there is a secret to log in with. */
export async function credential({ env, facts }: Visit): Promise<Finding> {
  const settings = known(facts.settings);
  const { secret, key } = readCredential(settings, env);
  facts.secret = secret;
  facts.key = key;
  return ok(KINDS[settings.credential]);
}

/** Whether the API accepts the secret. */
export async function token({ platform, env, facts }: Visit): Promise<Finding> {
  const settings = known(facts.settings);
  if (settings.credential === "authkey") return skip("an auth key needs no token");
  const egress = known(facts.egress);
  const { secret } = facts;
  const key = known(facts.key);
  const login: Login = { platform, egress, env, settings, secret, key, deadline: deadlineIn(ANSWER_MS) };
  const api = openApi(login);
  facts.token = await accessToken(api);
  facts.api = api;
  return ok(`${key.apiUrl} accepts the credential`);
}

/** Whether the credential may create a key for the tags. The key is never used and expires within minutes. */
export async function tags({ facts }: Visit): Promise<Finding> {
  const settings = known(facts.settings);
  if (settings.credential === "authkey") return skip("the auth key has its own tags");
  await createKey(known(facts.api), facts.token);
  return ok(settings.tags.join(", "));
}
