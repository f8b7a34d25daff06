// SPDX-License-Identifier: Apache-2.0
import { printable } from "../errors/printable.js";
import { parseHttpDate } from "./http-date.js";
import type { ApiReply, TransportProblem } from "./https.js";
import { membersOf, textOf } from "./json.js";

/** The requests there are: client secret for access token, identity token for access token, access token for key. */
export type Step = "token" | "exchange" | "key";

/** What the messages about a request name. */
export interface ApiContext {
  readonly server: string;
  /** The tags that the key is asked for. */
  readonly tags: readonly string[];
  /** The variables that hold the OAuth client's credential. */
  readonly variables: string;
  /** What is wrong with the file of SSL_CERT_FILE, as a sentence; empty if nothing is. */
  readonly certificateFile: string;
}

/** What to do with a reply of the API. */
export interface Verdict {
  /**
   * - "ok": it is what was asked for.
   * - "retry": the server is busy, broken or out of reach.
   * - "untrusted": its certificate is signed by an unknown authority.
   * - "refused": it does not accept the identity token, whose claims explain why.
   * - "failed": anything else.
   */
  readonly kind: "ok" | "retry" | "untrusted" | "refused" | "failed";
  /** For "retry": milliseconds that the server asked for, or -1. */
  readonly waitMs: number;
  /** What happened, without a full stop; empty for "ok" and "refused". */
  readonly why: string;
  /** What the user should do; empty if nothing helps but trying again. */
  readonly advice: string;
}

/** Of longer lists the rest is counted. */
const MOST_LISTED = 10;

/** Judges a reply to one of the requests. */
export function judgeReply(reply: ApiReply, step: Step, context: ApiContext): Verdict {
  const { server, tags, variables } = context;
  if (reply.status === 0) return judgeTransport(reply.problem, reply.detail, context);
  if (reply.status === 200) return { kind: "ok", waitMs: -1, why: "", advice: "" };
  const message = serverMessage(reply.body);
  const status = statusText(reply);
  if (reply.status === 429) return retry(reply, `The API at ${server} asks for fewer requests (${status})`);
  if (reply.status >= 500) return retry(reply, `The API at ${server} failed (${status})`);
  const misplaced = misplacedReply(reply, server);
  if (misplaced !== null) return misplaced;
  const refused = reply.status === 401 || reply.status === 403 || reply.status === 400;
  if (step === "exchange") {
    if (refused) return { kind: "refused", waitMs: -1, why: "", advice: "" };
    const advice = "Check that TS_API_URL is a Tailscale API: others may not know federated identities.";
    return failed(`The API at ${server} answered ${status}`, advice);
  }
  if (step === "token") {
    const advice = `Check ${variables}, and that the client has the auth_keys scope.`;
    return failed(
      refused ? `Tailscale refused the OAuth client (${status})` : `The API at ${server} answered ${status}`,
      advice,
    );
  }
  // Tailscale's 400 "requested tags [...] are invalid or not permitted" and headscale's 403 "token may not assign tag
  // ..."; only the text distinguishes them from other refusals.
  if (refused && message.includes("tag")) {
    const advice = "TS_OAUTH_TAGS must name all tags of the client or identity, or tags that one of them owns.";
    return failed(`Tailscale refused the tags ${someOf(tags)} (${status})`, advice);
  }
  if (reply.status === 401 || reply.status === 403) {
    return failed(
      `Tailscale refused to create an auth key (${status})`,
      "Give the client or identity the auth_keys scope.",
    );
  }
  return failed(`Tailscale refused to create an auth key (${status})`, "Check TS_OAUTH_TAGS and TS_API_URL.");
}

/** A list in words, of which a long one shows only its beginning. */
function someOf(list: readonly string[]): string {
  const more = list.length - MOST_LISTED;
  return more <= 0 ? list.join(", ") : `${list.slice(0, MOST_LISTED).join(", ")} and ${more} more`;
}

/** The status of a reply and what the server says about it: `401: API token invalid`. */
export function statusText(reply: ApiReply): string {
  const message = serverMessage(reply.body);
  return message === "" ? `${reply.status}` : `${reply.status}: ${message}`;
}

/** The message in an error body: Tailscale's `message`, or `error_description` and `error` of RFC 6749. */
export function serverMessage(body: string): string {
  const members = membersOf(body);
  const texts = ["message", "error_description", "error"].map((name) => textOf(members, name));
  return printable(texts.find((text) => text !== "") ?? "");
}

/** Retry-After in milliseconds, given in seconds or as a date; -1 if it is missing or malformed. */
export function retryAfterMs(text: string): number {
  const seconds = Number(text);
  if (text.trim() !== "" && Number.isFinite(seconds)) return seconds >= 0 ? seconds * 1000 : -1;
  const date = parseHttpDate(text);
  return date >= 0 ? Math.max(0, date - Date.now()) : -1;
}

/** What answers that do not come from a Tailscale API mean; null for others. */
function misplacedReply(reply: ApiReply, server: string): Verdict | null {
  const { status } = reply;
  if (status === 404 || status === 405) {
    const advice = "Check TS_API_URL: it must be a Tailscale API, which headscale has since version 0.30.";
    return failed(`The server at ${server} is not a Tailscale API: it answered ${statusText(reply)}`, advice);
  }
  if (status === 407) {
    const advice = "Check HTTPS_PROXY, and NO_PROXY if the server is to be reached without a proxy.";
    return failed(`A proxy answered instead of ${server} and requires a login (${statusText(reply)})`, advice);
  }
  if (status < 300 || status > 399) return null;
  const where = originOf(reply.location);
  const target = where === "" ? "" : ` to ${where}`;
  const advice = "Set TS_API_URL to the API itself: secrets are not sent after a redirection.";
  return failed(`The server at ${server} redirects${target} (${status})`, advice);
}

/** Scheme and host of an absolute URL; empty for anything else. The rest may hold anything. */
function originOf(url: string): string {
  const mark = url.indexOf("://");
  if (mark <= 0) return "";
  const slash = url.indexOf("/", mark + 3);
  return printable(slash < 0 ? url : url.slice(0, slash));
}

function judgeTransport(problem: TransportProblem, detail: string, { server, certificateFile }: ApiContext): Verdict {
  const certificate = `The certificate of ${server}`;
  switch (problem) {
    case "certificate-expired":
      return failed(`${certificate} has expired`, "Renew it, or check the clock.");
    case "certificate-early":
      return failed(
        `${certificate} is not valid yet (it is ${new Date().toISOString().slice(0, 16)}Z here)`,
        "Check the clock of this machine.",
      );
    case "certificate-name":
      return failed(`${certificate} is for another name`, "Check TS_API_URL.");
    case "certificate-key":
      return failed(
        `The server at ${server} offers nothing that this program supports (${detail})`,
        "If its certificate has an Ed25519 key, use one with an ECDSA or RSA key: the native build knows no others.",
      );
    case "certificate-untrusted": {
      const why = `${certificate} is signed by an authority that is not trusted here`;
      const advice =
        certificateFile === "" ? "Add its certificate to the file that SSL_CERT_FILE names." : certificateFile;
      return { kind: "untrusted", waitMs: -1, why, advice };
    }
    case "proxy-login":
      return failed(
        `The API at ${server} cannot be reached: ${detail}`,
        "Put them into the variable: http://USER:PASSWORD@HOST:PORT.",
      );
    case "proxy-refusal":
      return failed(
        `The API at ${server} cannot be reached: ${detail}`,
        "Allow it in the proxy, or add it to NO_PROXY if it can be reached without.",
      );
    default: {
      const why = `The API at ${server} cannot be reached (${detail})`;
      return { kind: "retry", waitMs: -1, why, advice: "Check the network and TS_API_URL." };
    }
  }
}

function retry(reply: ApiReply, why: string): Verdict {
  return { kind: "retry", waitMs: retryAfterMs(reply.retryAfter), why, advice: "" };
}

function failed(why: string, advice: string): Verdict {
  return { kind: "failed", waitMs: -1, why, advice };
}
