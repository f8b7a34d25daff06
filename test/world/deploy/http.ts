// SPDX-License-Identifier: Apache-2.0
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";

/** The providers give every call this long, in milliseconds. */
const TIMEOUT = 300_000;

/** An HTTP answer, read to its end. */
export interface HttpResponse {
  readonly status: number;
  readonly text: string;
}

/**
 * Sends one request with exactly the given headers, beside `host`, `connection` and `content-length`: `fetch` would add
 * some of its own, and what a loader sends is compared with what the providers send.
 *
 * @throws when the server cannot be reached or does not answer in a minute.
 */
export function send(
  method: string,
  url: string,
  headers: Readonly<Record<string, string>>,
  body?: string,
): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => reject(new Error(`${method} ${url}: ${reason}`));
    const open = url.startsWith("https:") ? httpsRequest : httpRequest;
    const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
    const request = open(url, { method, headers: { ...headers, ...length }, timeout: TIMEOUT }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", ({ message }) => fail(message));
      response.on("end", () => {
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") });
      });
    });
    request.on("timeout", () => request.destroy(new Error(`no answer within ${TIMEOUT / 1000} s`)));
    request.on("error", ({ message }) => fail(message));
    request.end(body);
  });
}
