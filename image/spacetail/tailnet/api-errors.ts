// SPDX-License-Identifier: Apache-2.0
import type { ApiReply } from "./https.js";

/** The requests there are: client secret for access token, identity token for access token, access token for key. */
export type Step = "token" | "exchange" | "key";

/** What to do with a reply of the API. */
export interface Verdict {
  /** "refused" is the server's word on an identity token, which takes a look into the token to explain. */
  readonly kind: "ok" | "retry" | "untrusted" | "refused" | "failed";
  /** For "retry": milliseconds that the server asked for, or -1. */
  readonly waitMs: number;
  /** For all but "ok": what happened, without a full stop. */
  readonly why: string;
  /** What the user should do; empty if nothing helps but trying again. */
  readonly advice: string;
}

/** Judges a reply to one of the requests. */
export function judgeReply(reply: ApiReply, step: Step, server: string, tags: readonly string[]): Verdict {
  if (reply.status === 0) return judgeTransport(reply.error, server);
  if (reply.status === 200) return { kind: "ok", waitMs: -1, why: "", advice: "" };
  const said = serverMessage(reply.body);
  const status = said === "" ? `${reply.status}` : `${reply.status}: ${said}`;
  if (reply.status === 429) {
    return {
      kind: "retry",
      waitMs: retryAfterMs(reply.retryAfter),
      why: `The API at ${server} asks for fewer requests (${status})`,
      advice: "",
    };
  }
  if (reply.status >= 500) {
    return {
      kind: "retry",
      waitMs: retryAfterMs(reply.retryAfter),
      why: `The API at ${server} failed (${status})`,
      advice: "",
    };
  }
  const refused = reply.status === 401 || reply.status === 403 || reply.status === 400;
  if (step === "exchange") {
    if (refused) return { kind: "refused", waitMs: -1, why: "", advice: "" };
    const advice = "Check that TS_API_URL is a Tailscale API: others may not know federated identities.";
    return failed(`The API at ${server} answered ${status}`, advice);
  }
  if (step === "token") {
    const advice = "Check TS_OAUTH_CLIENT_SECRET, and that the client has the auth_keys scope.";
    return failed(
      refused ? `Tailscale refused the OAuth client (${status})` : `The API at ${server} answered ${status}`,
      advice,
    );
  }
  if (reply.status === 400 && said.includes("tag")) {
    const given = tags.join(", ");
    const advice = "TS_OAUTH_TAGS must name all tags of the client or identity, or tags that one of them owns.";
    return failed(`Tailscale refused the tags ${given} (${status})`, advice);
  }
  if (reply.status === 401 || reply.status === 403) {
    return failed(
      `Tailscale refused to make an auth key (${status})`,
      "Give the client or identity the auth_keys scope.",
    );
  }
  return failed(`Tailscale refused to make an auth key (${status})`, "Check TS_OAUTH_TAGS and TS_API_URL.");
}

/** The words of an error body: Tailscale's `message`, or `error_description` and `error` of RFC 6749. */
export function serverMessage(body: string): string {
  for (const name of ["message", "error_description", "error"]) {
    const value = stringField(body, name);
    if (value !== "") return value;
  }
  return "";
}

/** Retry-After in milliseconds, given in seconds or as a date; -1 if it is missing or makes no sense. */
export function retryAfterMs(text: string): number {
  const seconds = Number(text);
  if (text.trim() !== "" && Number.isFinite(seconds)) return seconds >= 0 ? seconds * 1000 : -1;
  const date = Date.parse(text);
  return Number.isFinite(date) ? Math.max(0, date - Date.now()) : -1;
}

function judgeTransport(error: string, server: string): Verdict {
  const lower = error.toLowerCase();
  if (lower.includes("expired"))
    return failed(`The certificate of ${server} has expired`, "Renew it, or check the clock.");
  if (lower.includes("altnames") || lower.includes("alt names") || lower.includes("does not match")) {
    return failed(`The certificate of ${server} is for another name`, "Check TS_API_URL.");
  }
  if (lower.includes("certificate") || lower.includes("self-signed") || lower.includes("issuer")) {
    const why = `The certificate of ${server} is signed by an authority that is not trusted here`;
    return { kind: "untrusted", waitMs: -1, why, advice: "Add its certificate to the file that SSL_CERT_FILE names." };
  }
  return {
    kind: "retry",
    waitMs: -1,
    why: `The API at ${server} cannot be reached (${error})`,
    advice: "Check the network and TS_API_URL.",
  };
}

function failed(why: string, advice: string): Verdict {
  return { kind: "failed", waitMs: -1, why, advice };
}

/** One string member of a JSON object, whatever else the object holds; empty if there is none. */
function stringField(body: string, name: string): string {
  try {
    if (name === "message") return (JSON.parse(body) as { message?: string | null }).message ?? "";
    if (name === "error") return (JSON.parse(body) as { error?: string | null }).error ?? "";
    return (JSON.parse(body) as { error_description?: string | null }).error_description ?? "";
  } catch {
    return "";
  }
}
