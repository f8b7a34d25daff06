// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from "node:fs";
import type { Settings } from "../../../contract/wire/settings.js";
import { errorCode, Failure } from "../failure.js";
import type { Host } from "../host/host.js";
import type { Deadline } from "../process/clock.js";
import { mintAuthKey } from "../tailnet/auth-key.js";
import { readClaims } from "../tailnet/identity-token.js";

/** Where Spacelift puts the identity token of a run, besides the variable SPACELIFT_OIDC_TOKEN. */
const TOKEN_FILE = "/mnt/workspace/spacelift.oidc";

/** The secret of `settings` that joins the node, with `file:` resolved. */
export function readSecret(settings: Settings): string {
  if (settings.credential === "federated") return identityToken(settings);
  if (settings.credential === "oauth") return fromFile("TS_OAUTH_CLIENT_SECRET", settings.oauthClientSecret);
  if (settings.credential === "authkey") return fromFile("TS_AUTHKEY", settings.authKey);
  throw new Failure(
    "No credential. Set TS_CLIENT_ID (a federated identity), TS_OAUTH_CLIENT_SECRET (an OAuth client with the " +
      "auth_keys scope), or TS_AUTHKEY.",
  );
}

/** The auth key to join with: the one that was given, or a new one from the OAuth client or federated identity. */
export async function obtainAuthKey(
  host: Host,
  settings: Settings,
  secret: string,
  deadline: Deadline,
): Promise<string> {
  if (settings.credential === "authkey") return secret;
  return await mintAuthKey(host, settings, secret, deadline);
}

/**
 * The identity token of the run, read anew each time: phases have tokens of their own. Of Spacelift's two copies the
 * one that is valid longer counts, because a variable may come along from an earlier phase.
 */
function identityToken(settings: Settings): string {
  const name = settings.idToken === "" ? "The identity token" : "TS_ID_TOKEN";
  const token = settings.idToken === "" ? spaceliftToken() : fromFile("TS_ID_TOKEN", settings.idToken);
  if (token === "") {
    throw new Failure(
      `No identity token for TS_CLIENT_ID: SPACELIFT_OIDC_TOKEN and ${TOKEN_FILE} are missing, which free Spacelift ` +
        "accounts do not have. Elsewhere, set TS_ID_TOKEN.",
    );
  }
  if (readClaims(token) === null) throw new Failure(`${name} is no JSON Web Token.`);
  return token;
}

function spaceliftToken(): string {
  const variable = (process.env.SPACELIFT_OIDC_TOKEN ?? "").trim();
  let file = "";
  try {
    file = readFileSync(TOKEN_FILE, "utf8").trim();
  } catch {
    return variable;
  }
  const ofFile = readClaims(file);
  if (ofFile === null) return variable === "" ? file : variable;
  const ofVariable = readClaims(variable);
  return ofVariable === null || ofFile.until >= ofVariable.until ? file : variable;
}

function fromFile(name: string, value: string): string {
  if (!value.startsWith("file:")) return value;
  const path = value.slice("file:".length);
  let text = "";
  try {
    text = readFileSync(path, "utf8").trim();
  } catch (error) {
    throw new Failure(`${name} names the file ${path}, which cannot be read (${errorCode(error)}).`);
  }
  if (text === "") throw new Failure(`${name} names the file ${path}, which is empty.`);
  return text;
}
