// SPDX-License-Identifier: Apache-2.0
import { throughProxy } from "../../../image/spacetail/egress/proxy-dial.js";
import { parseProxyRequest } from "../../../image/spacetail/egress/proxy-request.js";
import type { UpstreamProxy } from "../../../image/spacetail/egress/upstream.js";
import { bodyScanner } from "../../../image/spacetail/front/http/body.js";
import { requestFraming, responseFraming } from "../../../image/spacetail/front/http/framing.js";
import { headEnd, parseRequestHead, parseResponseHead } from "../../../image/spacetail/front/http/head.js";
import { forwardRequest, forwardResponse } from "../../../image/spacetail/front/http/rewrite.js";
import { plainTarget } from "../../../image/spacetail/front/http/target.js";
import { parseGreeting, parseRequest } from "../../../image/spacetail/front/socks/messages.js";
import { parseHttpDate } from "../../../image/spacetail/login/http-date.js";
import { responseReader } from "../../../image/spacetail/login/http-response.js";
import { parseReply, TYPE_A, TYPE_AAAA } from "../../../image/spacetail/names/dns-message.js";
import { chunksOf, memoryConnection } from "./memory.js";
import { byteAt, described, type Target } from "./target.js";

/** One request of plain HTTP with its body. */
export const httpRequest: Target = {
  name: "http-request",
  run: async (input) => {
    const { end } = headEnd(input, 0);
    if (end < 0) return "incomplete";
    const own = parseProxyRequest(input.subarray(0, end).toString("latin1"));
    const proxied =
      own === null ? "none" : `${own.host} ${own.port} ${own.absolute} ${own.origin} ${own.authorization}`;
    try {
      const head = parseRequestHead(input.subarray(0, end));
      const framing = requestFraming(head);
      const { path, fields, isUpgrade, isPersistent } = forwardRequest(head, plainTarget(head.method, head.target));
      const scanner = bodyScanner(framing);
      const taken = scanner.take(input.subarray(end));
      return `${path} ${fields} ${isUpgrade} ${isPersistent} ${framing.kind} ${taken} ${scanner.isComplete()} ${proxied}`;
    } catch (error) {
      return malformed(error) + proxied;
    }
  },
};

/** A response with its body; the first byte says what it answers. */
export const httpResponse: Target = {
  name: "http-response",
  run: async (input) => {
    const kind = byteAt(input, 0);
    const bytes = input.subarray(1);
    const { end } = headEnd(bytes, 0);
    if (end < 0) return "incomplete";
    try {
      const head = parseResponseHead(bytes.subarray(0, end));
      const framing = responseFraming(head, kind % 2 === 0 ? "GET" : "HEAD");
      const scanner = bodyScanner(framing);
      let taken = 0;
      for (const chunk of chunksOf(bytes.subarray(end), kind % 16)) {
        const some = scanner.take(chunk);
        taken += some;
        if (some < chunk.length) break;
      }
      return `${forwardResponse(head, kind % 3 === 0)} ${framing.kind} ${framing.length} ${taken} ${scanner.isComplete()}`;
    } catch (error) {
      return malformed(error);
    }
  },
};

/** An answer of the API. */
export const apiReply: Target = {
  name: "api-reply",
  run: async (input) => {
    const reader = responseReader(20_000);
    try {
      for (const chunk of chunksOf(input.subarray(1), byteAt(input, 0) % 16)) if (reader.feed(chunk)) break;
      const isComplete = reader.end();
      const head = reader.head();
      const date = head === null ? "" : (head.headers.date ?? "");
      return `${isComplete} ${head === null ? 0 : head.status} ${parseHttpDate(date)} ${reader.body()}`;
    } catch (error) {
      return described(error);
    }
  },
};

/** A client of SOCKS5. */
export const socks: Target = {
  name: "socks",
  run: async (input) => {
    const greeting = parseGreeting(input);
    const open = greeting.message === null ? "none" : `${greeting.message.isOpen}`;
    const request = parseRequest(input.subarray(greeting.length));
    const { message } = request;
    const asked = message === null ? "none" : `${message.command} ${message.target.host} ${message.target.port}`;
    return `${open} ${greeting.length} ${asked} ${request.length} ${request.problem}`;
  },
};

/** What a proxy of the run answers; the first byte says which kind of proxy it is. */
export const upstream: Target = {
  name: "upstream",
  run: async (input) => {
    const kind = byteAt(input, 0);
    const { connection, written } = memoryConnection(chunksOf(input.subarray(1), kind % 16));
    const proxy: UpstreamProxy = {
      variable: "HTTPS_PROXY",
      scheme: kind % 2 === 0 ? "http" : "socks5",
      host: "proxy",
      port: 3128,
      user: kind >= 128 ? "me" : "",
      password: kind >= 128 ? "secret" : "",
    };
    let result = "";
    try {
      result = (await throughProxy(connection, proxy, "db", 5432)).toString("latin1");
    } catch (error) {
      result = described(error);
    }
    return `${result} ${written().toString("latin1")}`;
  },
};

/** A reply of a name server. */
export const dns: Target = {
  name: "dns",
  run: async (input) => {
    const four = parseReply(input, "db.corp.test", TYPE_A);
    const six = parseReply(input, "db.corp.test.", TYPE_AAAA);
    return [four, six]
      .map(({ kind, addresses, alias, ttl }) => `${kind} ${addresses.join(",")} ${alias} ${ttl}`)
      .join(" ");
  },
};

function malformed(error: unknown): string {
  const text = described(error);
  if (!text.startsWith("Malformed: ")) throw error;
  return text;
}
