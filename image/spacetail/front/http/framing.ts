// SPDX-License-Identifier: Apache-2.0
import { type Field, numberIn, type RequestHead, type ResponseHead, tokensOf, valuesOf } from "./head.js";
import { Malformed } from "./malformed.js";

/** How the end of a body is found (RFC 9112, section 6). */
export interface Framing {
  readonly kind: "none" | "length" | "chunked" | "until-close";
  /** Bytes; 0 for all kinds but "length". */
  readonly length: number;
}

/** Lengths that JavaScript's numbers hold exactly have at most as many digits. */
const LONGEST_LENGTH = 15;

const NONE: Framing = { kind: "none", length: 0 };
const CHUNKED: Framing = { kind: "chunked", length: 0 };

/** @throws Malformed if another program could find another end */
export function requestFraming(head: RequestHead): Framing {
  const { fields, minor } = head;
  const length = contentLength(fields);
  if (!isEncoded(fields)) return length < 0 ? NONE : { kind: "length", length };
  if (length >= 0) throw new Malformed("the request has both Content-Length and Transfer-Encoding");
  if (minor === 0) throw new Malformed("the request is HTTP/1.0 and has a Transfer-Encoding");
  if (!isChunked(fields)) throw new Malformed("the request has a Transfer-Encoding other than chunked");
  return CHUNKED;
}

/**
 * @param method of the request, because answers to HEAD have the head of another one's
 * @throws Malformed if another program could find another end
 */
export function responseFraming(head: ResponseHead, method: string): Framing {
  const { fields, status } = head;
  const length = contentLength(fields);
  const encoded = isEncoded(fields);
  if (encoded && length >= 0) throw new Malformed("the response has both Content-Length and Transfer-Encoding");
  if (method === "HEAD" || status < 200 || status === 204 || status === 304) return NONE;
  if (encoded) {
    if (!isChunked(fields)) throw new Malformed("the response has a Transfer-Encoding other than chunked");
    return CHUNKED;
  }
  return length < 0 ? { kind: "until-close", length: 0 } : { kind: "length", length };
}

function isEncoded(fields: readonly Field[]): boolean {
  return fields.some((field) => field.name === "transfer-encoding");
}

function isChunked(fields: readonly Field[]): boolean {
  const codings = tokensOf(fields, "transfer-encoding");
  return codings.length === 1 && codings[0] === "chunked";
}

/** -1 if there is none. More than one is refused even if they agree, because a list of them is read in many ways. */
function contentLength(fields: readonly Field[]): number {
  const values = valuesOf(fields, "content-length");
  if (values.length === 0) return -1;
  const length = values.length === 1 ? numberIn(values[0] ?? "", LONGEST_LENGTH) : -1;
  if (length < 0) throw new Malformed("the Content-Length is not one number");
  return length;
}
