// SPDX-License-Identifier: Apache-2.0
import { printable } from "../errors/printable.js";
import { statusText } from "./api-errors.js";
import type { ApiReply } from "./https.js";
import { type Members, membersOf, numberOf, textOf, textsOf } from "./json.js";

/** The claims of an identity token. They are not verified here, which is the server's part. */
export interface Claims {
  /** The issuer; empty if it is missing, as all texts here. */
  readonly iss: string;
  /** The audience; several audiences are separated by commas. */
  readonly aud: string;
  readonly sub: string;
  /** Spacelift's `read` or `write`. */
  readonly scope: string;
  /** From when it is valid, in milliseconds since 1970; 0 if it does not say. */
  readonly from: number;
  /** Until when, in milliseconds since 1970; 0 if it does not say. */
  readonly until: number;
}

/** Differences between clocks that are not worth mentioning. Milliseconds. */
const LEEWAY_MS = 30_000;

/** The claims of a JSON Web Token; null if the text is not one. */
export function readClaims(token: string): Claims | null {
  const parts = token.split(".");
  if (parts.length !== 3) return null;
  const payload = Buffer.from((parts[1] ?? "").split("-").join("+").split("_").join("/"), "base64").toString("utf8");
  if (!payload.startsWith("{") || !isJson(payload)) return null;
  const members = membersOf(payload);
  const notBefore = numberOf(members, "nbf");
  return {
    iss: textOf(members, "iss"),
    aud: audience(members),
    sub: textOf(members, "sub"),
    scope: textOf(members, "scope"),
    from: (notBefore > 0 ? notBefore : numberOf(members, "iat")) * 1000,
    until: numberOf(members, "exp") * 1000,
  };
}

/**
 * Why the server refused an identity token, as far as the token and the server's clock explain it, and what to do.
 * Names the claims that a federated identity is compared with, and never the token itself.
 */
export function refusedTokenMessage(reply: ApiReply, token: string, clientId: string): string {
  const refused = `Tailscale refused the run's identity token (${statusText(reply)})`;
  const claims = readClaims(token);
  if (claims === null) return `${refused}. It is not a valid JSON Web Token.`;
  const now = reply.serverTime > 0 ? reply.serverTime : Date.now();
  if (claims.until > 0 && claims.until <= now) {
    const age = span(now - claims.until);
    return `${refused}: it expired ${age} ago (${describe(claims)}). Start the run again: its token is valid for an hour.`;
  }
  if (claims.from > now + LEEWAY_MS) {
    const wait = span(claims.from - now);
    return `${refused}: it becomes valid in ${wait} (${describe(claims)}). The clock of its issuer is ahead of Tailscale's.`;
  }
  return (
    `${refused}: ${describe(claims)}. The federated identity ${clientId} must have that issuer and audience, and a ` +
    "subject and claim rules that match."
  );
}

function describe({ iss, aud, sub, scope }: Claims): string {
  return `iss ${shown(iss)}, aud ${shown(aud)}, sub ${shown(sub)}, scope ${shown(scope)}`;
}

function shown(text: string): string {
  return text === "" ? "(none)" : printable(text);
}

/** A span of time in a suitable unit: `40 s`, `12 min`, `3 h`. */
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

/** RFC 7519 allows one audience, or a list of them. */
function audience(members: Members): string {
  const one = textOf(members, "aud");
  return one !== "" ? one : textsOf(members, "aud").join(",");
}
