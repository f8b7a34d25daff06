// SPDX-License-Identifier: Apache-2.0
// Whatever a client or a server sends, the parsers either understand all of it or say that it is malformed.
import fc from "fast-check";
import { type BodyScanner, bodyScanner } from "../../../image/spacetail/front/http/body.js";
import { requestFraming, responseFraming } from "../../../image/spacetail/front/http/framing.js";
import { headEnd, parseRequestHead, parseResponseHead } from "../../../image/spacetail/front/http/head.js";
import { forwardRequest, forwardResponse } from "../../../image/spacetail/front/http/rewrite.js";
import { connectTarget, plainTarget } from "../../../image/spacetail/front/http/target.js";
import { parseGreeting, parseRequest } from "../../../image/spacetail/front/socks/messages.js";
import { holds } from "../../property.js";

/** Pieces of which messages are made, good and bad. */
const piece = fc.oneof(
  fc.constantFrom(
    ..."\r\n :;,/\t",
    "\r\n",
    "\r\n\r\n",
    "GET ",
    "POST http://db/x HTTP/1.1\r\n",
    "CONNECT db:5432 HTTP/1.1\r\n",
    " HTTP/1.0\r\n",
    "HTTP/1.1 200 OK\r\n",
    "Host: db\r\n",
    "Content-Length: 5\r\n",
    "Transfer-Encoding: chunked\r\n",
    "Connection: close, Upgrade\r\n",
    "Upgrade: echo\r\n",
    "5\r\nhello\r\n",
    "0\r\n",
    "a;x=y\r\n",
    "X-Sum: 1\r\n",
  ),
  fc.uint8Array({ maxLength: 6 }).map((bytes) => Buffer.from(bytes).toString("latin1")),
);
const message = fc.array(piece, { maxLength: 12 }).map((pieces) => Buffer.from(pieces.join(""), "latin1"));

/** The result of a parser; null if it says that its input is malformed. Any other error fails the test. */
function understood<T>(parse: () => T): T | null {
  try {
    return parse();
  } catch (error) {
    if ((error as Error).name !== "Malformed") throw error;
    return null;
  }
}

test("a request is understood to the last byte, or refused", () => {
  holds(
    message,
    (bytes) => {
      const { end } = headEnd(bytes, 0);
      if (end < 0) return;
      const head = understood(() => parseRequestHead(bytes.subarray(0, end)));
      if (head === null) return;
      const lines = [`${head.method} ${head.target} HTTP/1.${head.minor}`, ...head.fields.map(({ line }) => line)];
      expect(`${lines.join("\r\n")}\r\n\r\n`).toBe(bytes.subarray(0, end).toString("latin1"));
      const framing = understood(() => requestFraming(head));
      if (head.method === "CONNECT") {
        understood(() => connectTarget(head.target));
        return;
      }
      const target = understood(() => plainTarget(head.method, head.target));
      const forwarded = target === null ? null : understood(() => forwardRequest(head, target));
      if (target === null || forwarded === null || framing === null) return;
      // What a server reads is a request with the same body.
      const text = `${head.method} ${forwarded.path} HTTP/1.${head.minor}\r\n${forwarded.fields}`;
      expect(requestFraming(parseRequestHead(Buffer.from(text, "latin1")))).toEqual(framing);
    },
    2_000,
  );
});

test("a response is understood, or refused, and its body stays the same", () => {
  holds(
    fc.tuple(message, fc.constantFrom("GET", "HEAD"), fc.boolean()),
    ([bytes, method, isLast]) => {
      const { end } = headEnd(bytes, 0);
      if (end < 0) return;
      const head = understood(() => parseResponseHead(bytes.subarray(0, end)));
      const framing = head === null ? null : understood(() => responseFraming(head, method));
      if (head === null || framing === null) return;
      const passed = parseResponseHead(Buffer.from(forwardResponse(head, isLast), "latin1"));
      expect(responseFraming(passed, method)).toEqual(framing);
      expect(passed.status).toBe(head.status);
    },
    2_000,
  );
});

/** Feeds bytes until the body is complete; how many were taken, or null for a malformed body. */
function feed(scanner: BodyScanner, bytes: Buffer, sizes: readonly number[]): number | null {
  return understood(() => {
    let taken = 0;
    for (let at = 0, i = 0; at < bytes.length && !scanner.isComplete(); i += 1) {
      const next = bytes.subarray(at, at + (sizes[i % sizes.length] ?? 1));
      taken += scanner.take(next);
      at += next.length;
    }
    return taken;
  });
}

test("a chunked body ends at the same byte, however it arrives", () => {
  holds(
    fc.tuple(message, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 })),
    ([bytes, sizes]) => {
      const [whole, cut] = [1, 2].map(() => bodyScanner({ kind: "chunked", length: 0 })) as [BodyScanner, BodyScanner];
      const taken = feed(whole, bytes, [bytes.length]);
      expect(feed(cut, bytes, sizes)).toBe(taken);
      if (taken !== null) expect(cut.isComplete()).toBe(whole.isComplete());
    },
    2_000,
  );
});

test("well-formed chunks are taken to their last byte", () => {
  const chunk = fc.uint8Array({ minLength: 1, maxLength: 40 }).map((data) => {
    const bytes = Buffer.from(data);
    return `${bytes.length.toString(16)}\r\n${bytes.toString("latin1")}\r\n`;
  });
  holds(fc.array(chunk, { maxLength: 5 }), (chunks) => {
    const body = Buffer.from(`${chunks.join("")}0\r\n\r\n`, "latin1");
    const scanner = bodyScanner({ kind: "chunked", length: 0 });
    expect(scanner.take(Buffer.concat([body, Buffer.from("next")]))).toBe(body.length);
    expect(scanner.isComplete()).toBe(true);
  });
});

test("SOCKS5 messages are complete, incomplete or refused, and more bytes change nothing about that", () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 24 }),
    fc
      .tuple(fc.constantFrom(1, 2, 3, 9), fc.constantFrom(1, 3, 4, 5), fc.uint8Array({ maxLength: 24 }))
      .map(([command, type, rest]) => new Uint8Array([5, command, 0, type, ...rest])),
  );
  holds(
    fc.tuple(bytes, fc.uint8Array({ maxLength: 8 })),
    ([given, more]) => {
      for (const parse of [parseGreeting, parseRequest]) {
        const parsed = parse(Buffer.from(given));
        if (parsed.message === null && parsed.problem === 0) continue;
        expect(parsed.length).toBeLessThanOrEqual(given.length);
        expect(parse(Buffer.from([...given, ...more]))).toEqual(parsed);
      }
    },
    2_000,
  );
});
