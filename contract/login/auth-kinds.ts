// SPDX-License-Identifier: Apache-2.0
import { authKey, clientSecret } from "../wire/checks.js";

/** What is wrong with an auth key that was given as `auth.authKey`, or null. */
export function authKeyRule(text: string): string | null {
  return authKey(text) === null
    ? null
    : "must be an auth key: the secret of an OAuth client is for auth.oauthSecret.clientSecret";
}

/** What is wrong with a secret that was given as `auth.oauthSecret.clientSecret`, or null. */
export function clientSecretRule(text: string): string | null {
  return clientSecret(text) === null ? null : "must be the secret of an OAuth client: an auth key is for auth.authKey";
}
