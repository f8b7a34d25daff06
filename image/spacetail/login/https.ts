// SPDX-License-Identifier: Apache-2.0
import { type IncomingMessage, request as plainRequest } from "node:http";
import { request as tlsRequest } from "node:https";
import { parseBaseUrl } from "../../../contract/wire/parse.js";

/** A request to the Tailscale API. */
export interface ApiRequest {
  readonly baseUrl: string;
  readonly path: string;
  readonly contentType: string;
  /** The value of the Authorization header; empty for none. */
  readonly authorization: string;
  readonly body: string;
  readonly timeoutMs: number;
}

/** Either a reply, or the reason why there is none. */
export interface ApiReply {
  /** 0 if there is no reply. */
  readonly status: number;
  readonly body: string;
  /** The Retry-After header; empty if there is none. */
  readonly retryAfter: string;
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
  | "certificate-expired"
  | "certificate-name"
  | "certificate-untrusted";

const MAX_BODY = 1 << 20;

/** Posts to the API. Never rejects, and follows no redirection, which could carry the secret elsewhere. */
export function post(request: ApiRequest): Promise<ApiReply> {
  return new Promise<ApiReply>((resolve) => {
    const url = parseBaseUrl(request.baseUrl);
    if (url === null) {
      resolve(noReply("the URL is malformed"));
      return;
    }
    const headers: Record<string, string> = {
      "content-type": request.contentType,
      "content-length": `${Buffer.from(request.body).length}`,
      "user-agent": "spacetail",
      accept: "application/json",
    };
    if (request.authorization !== "") headers.authorization = request.authorization;
    const host = withoutBrackets(url.host);
    const { port } = url;
    const { path } = request;
    const timer = setTimeout(() => {
      resolve(noReply("no answer in time"));
      call.destroy();
    }, request.timeoutMs);
    const receive = (reply: IncomingMessage): void => {
      let body = "";
      reply.on("data", (data: Buffer) => {
        if (body.length < MAX_BODY) body += data.toString("utf8");
      });
      // A reply that breaks off counts as none.
      reply.on("error", (error: Error) => {
        clearTimeout(timer);
        resolve(noReply(error.message));
      });
      reply.on("end", () => {
        clearTimeout(timer);
        const after = reply.headers["retry-after"];
        const retryAfter = typeof after === "string" ? after : "";
        const date = Date.parse(reply.headers.date ?? "");
        const serverTime = Number.isFinite(date) ? date : 0;
        resolve({ status: reply.statusCode ?? 0, body, retryAfter, serverTime, problem: "none", detail: "" });
      });
    };
    const call = url.tls
      ? // Certificates are verified whatever NODE_TLS_REJECT_UNAUTHORIZED says.
        tlsRequest({ host, port, path, method: "POST", headers: headers, rejectUnauthorized: true }, receive)
      : plainRequest({ host, port, path, method: "POST", headers: headers }, receive);
    call.on("error", (error: Error) => {
      clearTimeout(timer);
      resolve(noReply(error.message));
    });
    call.end(request.body);
  });
}

/**
 * What a message of a failed request means. Only the message is there to go by in both builds: the native build's
 * errors of TLS have no code, but Node's words (scr_tls_verify_msg in scr_tls.c of @scriptc/runtime 0.1.7).
 */
export function transportProblem(message: string): TransportProblem {
  const lower = message.toLowerCase();
  if (lower.includes("expired")) return "certificate-expired";
  if (lower.includes("altnames") || lower.includes("does not match")) return "certificate-name";
  const untrusted = ["certificate", "self-signed", "issuer"];
  return untrusted.some((word) => lower.includes(word)) ? "certificate-untrusted" : "unreachable";
}

function noReply(detail: string): ApiReply {
  return { status: 0, body: "", retryAfter: "", serverTime: 0, problem: transportProblem(detail), detail };
}

function withoutBrackets(host: string): string {
  return host.startsWith("[") ? host.slice(1, -1) : host;
}
