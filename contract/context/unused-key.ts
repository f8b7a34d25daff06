// SPDX-License-Identifier: Apache-2.0
import { knownMembers } from "./known.js";

/** The logins for which the executable creates auth keys, and which therefore take precedence over one. */
const MINTING = ["federated", "oauthClient", "oauthSecret"] as const;

/** The first of these logins that is given; undefined if none is. */
export function mintingLogin(auth: object): string | undefined {
  const given: Readonly<Partial<Record<string, unknown>>> = { ...auth };
  return MINTING.find((name) => given[name] !== undefined);
}

/** A sentence about an auth key that is left out because another login is given; null if there is none. */
export function unusedKey(options: unknown): string | null {
  const auth = knownMembers(knownMembers(options).auth);
  const used = mintingLogin(auth);
  if (used === undefined || auth.authKey === undefined) return null;
  return `auth.authKey is not used, because auth.${used} is given. Remove it when you no longer need it.`;
}
