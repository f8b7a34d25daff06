// SPDX-License-Identifier: Apache-2.0
import { nameInUse } from "../../../contract/wire/environment.js";
import { Failure } from "../errors/failure.js";
import { remaining, sleep } from "../process/clock.js";
import { type ApiContext, judgeReply, type Step } from "./api-errors.js";
import { systemCertificates } from "./ca-certificates.js";
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
interface Api {
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
  const { settings, key: options } = login;
  const api = openApi(login);
  const token = settings.credential === "federated" ? await exchange(api) : await authenticate(api);
  const { ephemeral, preauthorized } = options;
  const create = { reusable: false, ephemeral, preauthorized, tags: settings.tags };
  const order = { capabilities: { devices: { create } }, expirySeconds: KEY_LIFETIME, description: "spacetail" };
  const key = await ask(api, {
    step: "key",
    path: "/api/v2/tailnet/-/keys",
    contentType: "application/json",
    authorization: `Bearer ${field(token.body, "access_token")}`,
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

function openApi(login: Login): Api {
  const { settings, key } = login;
  const context: ApiContext = { server: key.apiUrl, tags: settings.tags, variables: clientVariables(login) };
  if (!key.apiUrl.startsWith("https:")) return { login, context, trustDirectories: () => false };
  const certificates = systemCertificates(login.env);
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
  if (known.length === 0 && !trustDirectories()) {
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
  const { deadline } = api.login;
  const { step, path, contentType, authorization, body } = call;
  const baseUrl = api.context.server;
  let backoffMs = LEAST_WAIT_MS;
  let why = "";
  for (;;) {
    const timeoutMs = Math.max(1, Math.min(ATTEMPT_MS, remaining(deadline)));
    const reply = await post({ baseUrl, path, contentType, authorization, body, timeoutMs });
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
