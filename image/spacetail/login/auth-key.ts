// SPDX-License-Identifier: Apache-2.0
import { nameInUse } from "../../../contract/wire/environment.js";
import { systemCertificates } from "../egress/ca-certificates.js";
import { Failure } from "../errors/failure.js";
import { remaining, sleep } from "../process/clock.js";
import { type ApiContext, judgeReply, type Step } from "./api-errors.js";
import { type ApiReply, post } from "./https.js";
import { refusedTokenMessage } from "./identity-token.js";
import { membersOf, textOf } from "./json.js";
import type { Login } from "./login.js";

/** The life of a minted key: long enough for a slow start, too short to be worth stealing. Seconds. */
const KEY_LIFETIME = 300;

/** How long the API may take to answer; a lost answer is worth asking for again. Milliseconds. */
const ATTEMPT_MS = 15_000;

/** The least pause before the next attempt, whatever the server says. Milliseconds. */
const LEAST_WAIT_MS = 250;

const FORM = "application/x-www-form-urlencoded";

/** A request, apart from where it goes. */
interface Call {
  readonly step: Step;
  readonly path: string;
  readonly contentType: string;
  /** The value of the Authorization header; empty for none. */
  readonly authorization: string;
  readonly body: string;
}

/** The API, as one login uses it. */
export interface Api {
  readonly login: Login;
  readonly context: ApiContext;
  /** Makes HTTPS trust the authorities in directories too; false if that adds none. */
  readonly trustDirectories: () => boolean;
}

/**
 * Gets a one-shot auth key, ephemeral and preauthorized unless the credential says otherwise, with two requests: the
 * first exchanges the secret of the OAuth client, or the identity token of the run, for an access token; the second
 * exchanges that for the key.
 *
 * Tries again until the deadline while the server is busy, broken or out of reach.
 *
 * @throws Failure if the API refuses, or has not answered by the deadline
 */
export async function mintAuthKey(login: Login): Promise<string> {
  const api = openApi(login);
  return await createKey(api, await accessToken(api));
}

/** The first of the two requests: a token that the second one is made with. */
export async function accessToken(api: Api): Promise<string> {
  const federated = api.login.settings.credential === "federated";
  const reply = federated ? await exchange(api) : await authenticate(api);
  return field(reply.body, "access_token");
}

/** The second of the two requests. */
export async function createKey(api: Api, token: string): Promise<string> {
  const { settings, key: options } = api.login;
  const { ephemeral, preauthorized } = options;
  const create = { reusable: false, ephemeral, preauthorized, tags: settings.tags };
  const order = { capabilities: { devices: { create } }, expirySeconds: KEY_LIFETIME, description: "spacetail" };
  const key = await ask(api, {
    step: "key",
    path: "/api/v2/tailnet/-/keys",
    contentType: "application/json",
    authorization: `Bearer ${token}`,
    body: JSON.stringify(order),
  });
  return field(key.body, "key");
}

/** Exchanges the secret of an OAuth client for an access token. */
async function authenticate(api: Api): Promise<ApiReply> {
  const { secret, settings } = api.login;
  const { oauthClientId } = settings;
  const client = oauthClientId === "" ? "" : `&client_id=${encodeURIComponent(oauthClientId)}`;
  const body = `grant_type=client_credentials${client}&client_secret=${encodeURIComponent(secret)}`;
  return await ask(api, { step: "token", path: "/api/v2/oauth/token", contentType: FORM, authorization: "", body });
}

/** Exchanges the identity token of the run for an access token. */
async function exchange(api: Api): Promise<ApiReply> {
  const { secret, settings } = api.login;
  const { clientId } = settings;
  const body = `client_id=${encodeURIComponent(clientId)}&jwt=${encodeURIComponent(secret)}`;
  const path = "/api/v2/oauth/token-exchange";
  const reply = await ask(api, { step: "exchange", path, contentType: FORM, authorization: "", body });
  if (reply.status === 200) return reply;
  throw new Failure(refusedTokenMessage(reply, secret, clientId));
}

/** @throws Failure if nothing is known that HTTPS could trust */
export function openApi(login: Login): Api {
  const { settings, key } = login;
  const certificates = systemCertificates(login.env);
  const context: ApiContext = {
    server: key.apiUrl,
    tags: settings.tags,
    variables: clientVariables(login),
    certificateFile: certificates.problem,
  };
  const throughTls = login.egress.upstream.tunnel?.scheme === "https";
  if (!throughTls && !key.apiUrl.startsWith("https:")) return { login, context, trustDirectories: () => false };
  let complete = false;
  let known: string[] = certificates.file.map((one) => one);
  const trustDirectories = (): boolean => {
    if (complete) return false;
    complete = true;
    const more = certificates.directories();
    known = known.concat(more);
    login.platform.trust(known);
    return more.length > 0;
  };
  login.platform.trust(known);
  // What is trusted for the proxy must be complete at once: only the server's certificate is tried again.
  if ((known.length === 0 || throughTls) && !trustDirectories() && known.length === 0) {
    throw new Failure(
      `No CA certificates found (looked in ${certificates.searched}). Install ca-certificates, or set SSL_CERT_FILE.`,
    );
  }
  return { login, context, trustDirectories };
}

/** The variables that the OAuth client comes from, under the names that are in use. */
function clientVariables({ env, settings }: Login): string {
  const secret = nameInUse(env, "TS_OAUTH_CLIENT_SECRET");
  const sharedId = settings.credential === "oauth" && nameInUse(env, "TS_OAUTH_CLIENT_ID") === "";
  return sharedId && nameInUse(env, "TS_CLIENT_ID") !== "" ? `TS_CLIENT_ID and ${secret}` : secret;
}

/** Asks until the server gives a final answer: what was asked for, or that it refuses the identity token. */
async function ask(api: Api, call: Call): Promise<ApiReply> {
  const { platform, egress, deadline } = api.login;
  const { step, path, contentType, authorization, body } = call;
  const baseUrl = api.context.server;
  let backoffMs = LEAST_WAIT_MS;
  let why = "";
  for (;;) {
    const timeoutMs = Math.max(1, Math.min(ATTEMPT_MS, remaining(deadline)));
    const request = { baseUrl, path, contentType, authorization, body, timeoutMs };
    const reply = await post(platform, egress, request);
    const verdict = judgeReply(reply, step, api.context);
    if (verdict.kind === "ok" || verdict.kind === "refused") return reply;
    if (verdict.kind === "untrusted" && api.trustDirectories()) continue;
    const advice = verdict.advice === "" ? "Try again later." : verdict.advice;
    if (verdict.kind !== "retry") throw new Failure(`${verdict.why}. ${advice}`);
    const waitMs = verdict.waitMs >= 0 ? Math.max(verdict.waitMs, LEAST_WAIT_MS) : backoffMs;
    // An attempt that the deadline cut short says less than the answer before it.
    const cutShort = reply.status === 0 && remaining(deadline) === 0;
    if (why === "" || !cutShort) why = verdict.why;
    if (waitMs >= remaining(deadline)) {
      throw new Failure(`${why}, and TS_BOOT_TIMEOUT leaves no time to ask again. ${advice}`);
    }
    await sleep(waitMs);
    backoffMs = Math.min(backoffMs * 2, 4000);
  }
}

function field(body: string, name: "access_token" | "key"): string {
  const value = textOf(membersOf(body), name);
  if (value === "") throw new Failure(`The API's answer has no ${name}. Check that TS_API_URL is a Tailscale API.`);
  return value;
}
