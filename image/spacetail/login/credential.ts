// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { trimmed } from "../../../contract/wire/characters.js";
import { isFile, secretAttributes } from "../../../contract/wire/credentials.js";
import { type Environment, nameInUse } from "../../../contract/wire/environment.js";
import { withoutTailscaleSecrets } from "../../../contract/wire/secrets.js";
import { type KeyOptions, keyOptions, requireApi, type Settings } from "../../../contract/wire/settings.js";
import { errorCode, Failure } from "../errors/failure.js";
import { printable } from "../errors/printable.js";
import { mintAuthKey } from "./auth-key.js";
import { readClaims } from "./identity-token.js";
import type { Login } from "./login.js";

/** Where Spacelift puts the identity token of a run, besides the variable SPACELIFT_OIDC_TOKEN. */
const TOKEN_FILE = "/mnt/workspace/spacelift.oidc";

/** A secret, and what a key is minted with, if it is minted. */
export interface Credential {
  readonly secret: string;
  readonly key: KeyOptions;
}

/** The secret that the node joins with, or that its key is minted with; `file:` is resolved. */
export function readCredential(settings: Settings, env: Environment): Credential {
  if (settings.credential === "federated") return { secret: identityToken(settings, env), key: settings };
  if (settings.credential === "oauth") return clientCredential(settings, env);
  if (settings.credential === "authkey") {
    return { secret: fromFile(nameInUse(env, "TS_AUTHKEY"), settings.authKey), key: settings };
  }
  throw new Failure(
    "No credential. Set TS_CLIENT_ID (a federated identity), TS_OAUTH_CLIENT_SECRET (an OAuth client with the " +
      "auth_keys scope), or TS_AUTHKEY.",
  );
}

/** The secret of an OAuth client without its attributes. Those of a secret in a file are checked only now. */
function clientCredential(settings: Settings, env: Environment): Credential {
  const name = nameInUse(env, "TS_OAUTH_CLIENT_SECRET");
  const text = fromFile(name, settings.oauthClientSecret);
  const { credential, problem } = secretAttributes(text);
  if (problem !== null) throw new Failure(`${name} ${problem}.`);
  const key = keyOptions(settings, text);
  requireApi(key, settings.controlUrl);
  return { secret: credential, key };
}

/** The auth key to join with: the given one, or a new one from the OAuth client or federated identity. */
export async function obtainAuthKey(login: Login): Promise<string> {
  return login.settings.credential === "authkey" ? login.secret : await mintAuthKey(login);
}

/**
 * The identity token of the run, read anew each time, because every phase has its own. Of Spacelift's two copies the
 * one that is valid longer counts: the variable may be left over from an earlier phase.
 */
function identityToken(settings: Settings, env: Environment): string {
  const name = settings.idToken === "" ? "The identity token" : "TS_ID_TOKEN";
  const token = settings.idToken === "" ? spaceliftToken(env) : fromFile("TS_ID_TOKEN", settings.idToken);
  if (token === "") {
    throw new Failure(
      `No identity token for TS_CLIENT_ID: SPACELIFT_OIDC_TOKEN and ${TOKEN_FILE} are missing. Free Spacelift accounts ` +
        "do not have them. Elsewhere, set TS_ID_TOKEN; for an OAuth client, set TS_CLIENT_SECRET.",
    );
  }
  if (readClaims(token) === null) throw new Failure(`${name} is not a valid JSON Web Token.`);
  return token;
}

function spaceliftToken(env: Environment): string {
  const variable = trimmed(env.SPACELIFT_OIDC_TOKEN ?? "");
  let file = "";
  try {
    file = trimmed(readFileSync(TOKEN_FILE, "utf8"));
  } catch {
    return variable;
  }
  const ofFile = readClaims(file);
  if (ofFile === null) return variable === "" ? file : variable;
  const ofVariable = readClaims(variable);
  return ofVariable === null || ofFile.until >= ofVariable.until ? file : variable;
}

function fromFile(name: string, value: string): string {
  if (!isFile(value)) return value;
  const path = value.slice("file:".length);
  const shown = printable(withoutTailscaleSecrets(path));
  let text = "";
  try {
    text = trimmed(readFileSync(path, "utf8"));
  } catch (error) {
    throw new Failure(`${name} names the file ${shown}, which cannot be read (${errorCode(error)}).`);
  }
  if (text === "") throw new Failure(`${name} names the file ${shown}, which is empty.`);
  return text;
}
