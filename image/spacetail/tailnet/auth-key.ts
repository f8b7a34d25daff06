// SPDX-License-Identifier: Apache-2.0
import type { Settings } from "../../../contract/wire/settings.js";
import { systemRoots } from "../environment/roots.js";
import { Failure } from "../failure.js";
import type { Host } from "../host/host.js";
import { type Deadline, remaining, sleep } from "../process/clock.js";
import { judgeReply, type Step } from "./api-errors.js";
import { type ApiReply, type ApiRequest, post } from "./https.js";
import { refusedToken } from "./identity-token.js";

/** The life of a minted key: long enough for a slow start, too short to be worth stealing. Seconds. */
const KEY_LIFETIME = 300;

/** One answer of the API may take this long; a lost one is worth asking again. Milliseconds. */
const ATTEMPT_MS = 15_000;

/** Nobody is asked again sooner than this, even if it says "at once". Milliseconds. */
const LEAST_WAIT_MS = 250;

const FORM = "application/x-www-form-urlencoded";

/**
 * Gets a one-shot, ephemeral, preauthorised auth key in two calls: `secret` for an access token, that for the key. The
 * secret is that of the OAuth client of `settings`, or the identity token of the run for its federated identity.
 *
 * Tries again when the server is busy, broken or out of reach, until the deadline.
 *
 * @throws Failure if the API refuses, or has not answered by the deadline
 */
export async function mintAuthKey(host: Host, settings: Settings, secret: string, deadline: Deadline): Promise<string> {
  const api = await trustedApi(host, settings);
  const token =
    settings.credential === "federated"
      ? await exchange(api, settings, secret, deadline)
      : await authenticate(api, settings, secret, deadline);
  const create = { reusable: false, ephemeral: true, preauthorized: true, tags: settings.tags };
  const order = { capabilities: { devices: { create } }, expirySeconds: KEY_LIFETIME, description: "spacetail" };
  const bearer = `Bearer ${field(token.body, "access_token")}`;
  const path = "/api/v2/tailnet/-/keys";
  const key = await ask(api, settings, deadline, "key", path, "application/json", bearer, JSON.stringify(order));
  return field(key.body, "key");
}

/** Secret of an OAuth client for access token. */
async function authenticate(
  api: TrustedApi,
  settings: Settings,
  secret: string,
  deadline: Deadline,
): Promise<ApiReply> {
  const client = settings.oauthClientId === "" ? "" : `&client_id=${encodeURIComponent(settings.oauthClientId)}`;
  const grant = `grant_type=client_credentials${client}&client_secret=${encodeURIComponent(secret)}`;
  return await ask(api, settings, deadline, "token", "/api/v2/oauth/token", FORM, "", grant);
}

/** Identity token of the run for access token. */
async function exchange(api: TrustedApi, settings: Settings, token: string, deadline: Deadline): Promise<ApiReply> {
  const offer = `client_id=${encodeURIComponent(settings.clientId)}&jwt=${encodeURIComponent(token)}`;
  const reply = await ask(api, settings, deadline, "exchange", "/api/v2/oauth/token-exchange", FORM, "", offer);
  if (reply.status === 200) return reply;
  throw new Failure(refusedToken(reply, token, settings.clientId));
}

/** The API with the authorities that HTTPS trusts; more of them can be added once. */
interface TrustedApi {
  readonly addDirectories: () => boolean;
}

async function trustedApi(host: Host, settings: Settings): Promise<TrustedApi> {
  if (!settings.apiUrl.startsWith("https:")) return { addDirectories: () => false };
  const roots = systemRoots(process.env);
  let complete = false;
  let known: string[] = roots.file.map((root) => root);
  const addDirectories = (): boolean => {
    if (complete) return false;
    complete = true;
    const more = roots.directories();
    known = known.concat(more);
    host.trust(known);
    return more.length > 0;
  };
  host.trust(known);
  if (known.length === 0 && !addDirectories()) {
    throw new Failure(
      `Found no CA certificates (looked in ${roots.looked}). Install ca-certificates, or set SSL_CERT_FILE.`,
    );
  }
  return { addDirectories };
}

/** Asks until the server gives a final answer: what was asked for, or that it refuses the identity token. */
async function ask(
  api: TrustedApi,
  settings: Settings,
  deadline: Deadline,
  step: Step,
  path: string,
  contentType: string,
  authorization: string,
  body: string,
): Promise<ApiReply> {
  const server = settings.apiUrl;
  let backoffMs = LEAST_WAIT_MS;
  for (;;) {
    const timeoutMs = Math.max(1, Math.min(ATTEMPT_MS, remaining(deadline)));
    const request: ApiRequest = { baseUrl: server, path, contentType, authorization, body, timeoutMs };
    const reply = await post(request);
    const verdict = judgeReply(reply, step, server, settings.tags);
    if (verdict.kind === "ok" || verdict.kind === "refused") return reply;
    if (verdict.kind === "untrusted" && api.addDirectories()) continue;
    const advice = verdict.advice === "" ? "Try again later." : verdict.advice;
    if (verdict.kind !== "retry") throw new Failure(`${verdict.why}. ${advice}`);
    const waitMs = verdict.waitMs >= 0 ? Math.max(verdict.waitMs, LEAST_WAIT_MS) : backoffMs;
    if (waitMs >= remaining(deadline)) {
      throw new Failure(`${verdict.why}, and TS_BOOT_TIMEOUT leaves no time to ask again. ${advice}`);
    }
    await sleep(waitMs);
    backoffMs = Math.min(backoffMs * 2, 4000);
  }
}

function field(body: string, name: "access_token" | "key"): string {
  let value = "";
  try {
    if (name === "key") value = (JSON.parse(body) as { key?: string }).key ?? "";
    else value = (JSON.parse(body) as { access_token?: string }).access_token ?? "";
  } catch {
    value = "";
  }
  if (value === "") throw new Failure(`The API's answer holds no ${name}. Check that TS_API_URL is a Tailscale API.`);
  return value;
}
