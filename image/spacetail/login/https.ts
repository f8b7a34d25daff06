// SPDX-License-Identifier: Apache-2.0
import { withoutBrackets } from "../../../contract/wire/addresses.js";
import { parseBaseUrl } from "../../../contract/wire/parse.js";
import { type Egress, secured } from "../egress/egress.js";
import { errorCode, errorMessage } from "../errors/failure.js";
import type { Connection } from "../platform/net.js";
import type { Platform } from "../platform/platform.js";
import { deadlineIn, limited, remaining } from "../process/clock.js";
import { parseHttpDate } from "./http-date.js";
import { type Response, responseReader } from "./http-response.js";

/** A request to the Tailscale API, or to a control server. */
export interface ApiRequest {
  readonly method: "GET" | "POST" | "DELETE";
  readonly baseUrl: string;
  readonly path: string;
  readonly contentType: string;
  /** The value of the Authorization header; empty for none. */
  readonly authorization: string;
  readonly body: string;
  readonly timeoutMs: number;
  /** The longest reply. Bytes. */
  readonly longest: number;
}

/** Either a reply, or the reason why there is none. */
export interface ApiReply {
  /** 0 if there is no reply. */
  readonly status: number;
  readonly body: string;
  /** The Retry-After header; empty if there is none. */
  readonly retryAfter: string;
  /** The Location header of a redirection; empty if there is none. */
  readonly location: string;
  /** The server's clock according to its Date header, in milliseconds since 1970; 0 if there is none. */
  readonly serverTime: number;
  readonly problem: TransportProblem;
  /** The problem in the system's words; empty if there is a reply. */
  readonly detail: string;
}

/** Why there is no reply. */
export type TransportProblem =
  | "none"
  | "unreachable"
  | "proxy-login"
  | "proxy-refusal"
  | "certificate-expired"
  | "certificate-early"
  | "certificate-name"
  | "certificate-untrusted"
  | "certificate-key";

/** The longest reply to anything that has no limit of its own. Bytes. */
export const MAX_REPLY = 1 << 20;

/** Posts to the API, as {@link send} does. */
export function post(
  platform: Platform,
  egress: Egress,
  request: Omit<ApiRequest, "method" | "longest">,
): Promise<ApiReply> {
  return send(platform, egress, { ...request, method: "POST", longest: MAX_REPLY });
}

/**
 * Makes a request. Never rejects, and follows no redirection, which could carry the secret elsewhere.
 *
 * The messages are written and read here, and not by Node's client, because the connection may come from a proxy, must
 * try all addresses of the server, and must be the same in both builds.
 */
export async function send(platform: Platform, egress: Egress, request: ApiRequest): Promise<ApiReply> {
  const deadline = deadlineIn(request.timeoutMs);
  const url = parseBaseUrl(request.baseUrl);
  if (url === null) return noReply("", "the URL is malformed");
  const host = withoutBrackets(url.host);
  let connection: Connection | null = null;
  try {
    const outlet = await egress.connect(host, url.port, !url.tls, deadline);
    connection = outlet.connection;
    if (url.tls) connection = await secured(platform, connection, host, deadline);
    const text = requestText(request, url.host, url.port, url.tls);
    return replyOf(
      await limited(exchange(connection, text, request.longest), remaining(deadline), "no answer in time"),
    );
  } catch (error) {
    return noReply(errorCode(error), errorMessage(error));
  } finally {
    connection?.close();
  }
}

/** The text of the request. The connection is for one request only, so that the end of the reply is plain. */
export function requestText(request: ApiRequest, host: string, port: number, tls: boolean): string {
  const isDefault = port === (tls ? 443 : 80);
  const lines = [
    `${request.method} ${request.path} HTTP/1.1`,
    `Host: ${isDefault ? host : `${host}:${port}`}`,
    "User-Agent: spacetail",
    "Accept: application/json",
    "Connection: close",
  ];
  if (request.method === "POST") {
    lines.push(`Content-Type: ${request.contentType}`, `Content-Length: ${Buffer.from(request.body).length}`);
  }
  if (request.authorization !== "") lines.push(`Authorization: ${request.authorization}`);
  return `${lines.join("\r\n")}\r\n\r\n${request.body}`;
}

/** Sends the request and reads the whole reply; one that breaks off counts as none. */
async function exchange(connection: Connection, text: string, longest: number): Promise<Response> {
  await connection.write(Buffer.from(text));
  const response = responseReader(longest);
  for (;;) {
    const chunk = await connection.read();
    if (chunk === null && !response.end()) throw new Error("the connection was closed before the end of the answer");
    if (chunk === null || response.feed(chunk)) return response;
  }
}

function replyOf(response: Response): ApiReply {
  const head = response.head();
  const headers = head === null ? {} : head.headers;
  return {
    status: head === null ? 0 : head.status,
    body: response.body(),
    retryAfter: headers["retry-after"] ?? "",
    location: headers.location ?? "",
    serverTime: Math.max(0, parseHttpDate(headers.date ?? "")),
    problem: "none",
    detail: "",
  };
}

/**
 * What the error of a failed request means.
 *
 * @param code the error's code; those of TLS are Node's in both builds
 */
export function transportProblem(code: string): TransportProblem {
  switch (code) {
    case "CERT_HAS_EXPIRED":
      return "certificate-expired";
    case "CERT_NOT_YET_VALID":
      return "certificate-early";
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return "certificate-name";
    case "ERR_TLS_KEY_TYPE":
      return "certificate-key";
    case "EPROXYAUTH":
      return "proxy-login";
    case "EPROXYREFUSED":
      return "proxy-refusal";
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
    case "SELF_SIGNED_CERT_IN_CHAIN":
    case "UNABLE_TO_GET_ISSUER_CERT":
    case "UNABLE_TO_GET_ISSUER_CERT_LOCALLY":
    case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
    case "INVALID_CA":
    case "INVALID_PURPOSE":
    case "CERT_SIGNATURE_FAILURE":
    case "CERT_UNTRUSTED":
    case "CERT_REJECTED":
      return "certificate-untrusted";
    default:
      return "unreachable";
  }
}

function noReply(code: string, detail: string): ApiReply {
  const none = { status: 0, body: "", retryAfter: "", location: "", serverTime: 0 };
  return { ...none, problem: transportProblem(code), detail };
}
