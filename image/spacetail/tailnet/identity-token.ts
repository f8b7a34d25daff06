// SPDX-License-Identifier: Apache-2.0
import { serverMessage } from "./api-errors.js";
import type { ApiReply } from "./https.js";

/** What an identity token says of itself. Nothing is verified here: that is the server's part. */
export interface Claims {
  /** Who issued it; empty if it does not say, as for all texts here. */
  readonly iss: string;
  /** For whom; several audiences have commas between them. */
  readonly aud: string;
  readonly sub: string;
  /** Spacelift's `read` or `write`. */
  readonly scope: string;
  /** From when it is valid, in milliseconds since 1970; 0 if it does not say. */
  readonly from: number;
  /** Until when, in milliseconds since 1970; 0 if it does not say. */
  readonly until: number;
}

/** Clocks that differ by less than this are not worth a word. Milliseconds. */
const LEEWAY_MS = 30_000;

/** Claims are quoted up to this length. */
const MAX_QUOTED = 300;

/** The claims of a JSON Web Token, or null if it is none. */
export function readClaims(token: string): Claims | null {
  const parts = token.split(".");
  if (parts.length !== 3) return null;
  const payload = Buffer.from((parts[1] ?? "").split("-").join("+").split("_").join("/"), "base64").toString("utf8");
  if (!payload.startsWith("{") || !isJson(payload)) return null;
  const notBefore = numericClaim(payload, "nbf");
  return {
    iss: textClaim(payload, "iss"),
    aud: audience(payload),
    sub: textClaim(payload, "sub"),
    scope: textClaim(payload, "scope"),
    from: (notBefore > 0 ? notBefore : numericClaim(payload, "iat")) * 1000,
    until: numericClaim(payload, "exp") * 1000,
  };
}

/**
 * Why the server refused an identity token, as far as the token and the server's clock tell, and what to do. Names the
 * claims that a federated identity is compared with, and never the token itself.
 */
export function refusedToken(reply: ApiReply, token: string, clientId: string): string {
  const said = serverMessage(reply.body);
  const status = said === "" ? `${reply.status}` : `${reply.status}: ${said}`;
  const refused = `Tailscale refused the run's identity token (${status})`;
  const claims = readClaims(token);
  if (claims === null) return `${refused}. It is no JSON Web Token.`;
  const now = reply.serverTime > 0 ? reply.serverTime : Date.now();
  if (claims.until > 0 && claims.until <= now) {
    const age = span(now - claims.until);
    return `${refused}: it expired ${age} ago (${describe(claims)}). Start the run again: its token is valid for an hour.`;
  }
  if (claims.from > now + LEEWAY_MS) {
    const wait = span(claims.from - now);
    return `${refused}: it is valid only in ${wait} (${describe(claims)}). The clock of its issuer is ahead of Tailscale's.`;
  }
  return (
    `${refused}: ${describe(claims)}. The federated identity ${clientId} must have that issuer and audience, and a ` +
    "subject and claim rules that match."
  );
}

function describe({ iss, aud, sub, scope }: Claims): string {
  return `iss ${quoted(iss)}, aud ${quoted(aud)}, sub ${quoted(sub)}, scope ${quoted(scope)}`;
}

/** A claim as one line of plain characters. */
function quoted(text: string): string {
  if (text === "") return "(none)";
  let out = "";
  for (const char of text.slice(0, MAX_QUOTED)) out += char.charCodeAt(0) > 32 && char.charCodeAt(0) < 127 ? char : "?";
  return out;
}

/** A span of time in the unit that fits: `40 s`, `12 min`, `3 h`. */
function span(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** One text of the payload, whatever else it holds. Other types than the expected one are as good as none. */
function textClaim(payload: string, name: "iss" | "sub" | "scope"): string {
  try {
    let value: string | null | undefined = "";
    if (name === "iss") value = (JSON.parse(payload) as { iss?: string | null }).iss;
    else if (name === "sub") value = (JSON.parse(payload) as { sub?: string | null }).sub;
    else value = (JSON.parse(payload) as { scope?: string | null }).scope;
    return typeof value === "string" ? value : "";
  } catch {
    return "";
  }
}

function numericClaim(payload: string, name: "iat" | "nbf" | "exp"): number {
  try {
    let value: number | null | undefined = 0;
    if (name === "iat") value = (JSON.parse(payload) as { iat?: number | null }).iat;
    else if (name === "nbf") value = (JSON.parse(payload) as { nbf?: number | null }).nbf;
    else value = (JSON.parse(payload) as { exp?: number | null }).exp;
    return typeof value === "number" ? value : 0;
  } catch {
    return 0;
  }
}

/** RFC 7519 lets the audience be one text or a list of them. */
function audience(payload: string): string {
  try {
    const value = (JSON.parse(payload) as { aud?: string | null }).aud;
    if (typeof value === "string") return value;
  } catch {
    // A list, perhaps.
  }
  try {
    const value = (JSON.parse(payload) as { aud?: string[] | null }).aud ?? [];
    return value.filter((one) => typeof one === "string").join(",");
  } catch {
    return "";
  }
}
