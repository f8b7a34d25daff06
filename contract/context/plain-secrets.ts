// SPDX-License-Identifier: Apache-2.0
import type { Engine } from "./engine.js";
import { knownMembers } from "./known.js";
import { mintingLogin } from "./unused-key.js";

/** Paths of secrets that are plain text in the program, in the options of a context that nothing is wrong with. */
export function plainSecrets(given: unknown, engine: Engine): string[] {
  const { auth, secretEnvironment } = knownMembers(given);
  const { authKey, oauthSecret, federated } = knownMembers(auth);
  const secrets: Record<string, unknown> = {
    "auth.authKey": mintingLogin(knownMembers(auth)) === undefined ? authKey : undefined,
    "auth.oauthSecret.clientSecret": knownMembers(oauthSecret).clientSecret,
    "auth.federated.idToken": knownMembers(federated).idToken,
  };
  for (const [name, value] of Object.entries(knownMembers(secretEnvironment)))
    secrets[`secretEnvironment.${name}`] = value;
  return Object.keys(secrets).filter((path) => isPlainText(secrets[path], engine));
}

/** The executable reads what `file:` names in the run, so that is not a secret. */
function isPlainText(value: unknown, engine: Engine): boolean {
  return typeof value === "string" && !engine.isUnknown(value) && !value.startsWith("file:");
}
