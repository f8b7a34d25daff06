// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from "node:fs";
import type { Settings } from "../../../contract/settings.js";
import { errorCode, Failure } from "../failure.js";
import type { Host } from "../host/host.js";
import type { Deadline } from "../process/clock.js";
import { mintAuthKey } from "../tailnet/auth-key.js";

/** The secret of `settings` that joins the node, with `file:` resolved. */
export function readSecret(settings: Settings): string {
  if (settings.credential === "oauth") return fromFile("TS_OAUTH_CLIENT_SECRET", settings.oauthClientSecret);
  if (settings.credential === "authkey") return fromFile("TS_AUTHKEY", settings.authKey);
  throw new Failure(
    "No credential. Set TS_OAUTH_CLIENT_SECRET (an OAuth client with the auth_keys scope), or TS_AUTHKEY.",
  );
}

/** The auth key to join with: the one that was given, or a new one from the OAuth client. */
export async function obtainAuthKey(
  host: Host,
  settings: Settings,
  secret: string,
  deadline: Deadline,
): Promise<string> {
  if (settings.credential !== "oauth") return secret;
  return await mintAuthKey(host, settings, secret, deadline);
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
