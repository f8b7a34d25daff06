// SPDX-License-Identifier: Apache-2.0
import { mutated, type Pieces, scrambled } from "./mutate.js";
import type { Random } from "./random.js";

/** Requests of clients that speak HTTP, in the order in which they come on a connection. */
const REQUESTS: readonly Pieces[] = [
  ["GET ", "http://db/x", " HTTP/1.1\r\n", "Host: db\r\n", "Accept-Encoding: gzip\r\n", "\r\n"],
  ["GET ", "http://db:8080/", " HTTP/1.0\r\n", "Connection: keep-alive\r\n", "\r\n"],
  ["POST ", "http://db/x?y=z", " HTTP/1.1\r\n", "Host: db\r\n", "Content-Length: 5\r\n", "\r\n", "hello"],
  ["PUT ", "http://db", " HTTP/1.1\r\n", "Host: db\r\n", "Transfer-Encoding: chunked\r\n", "\r\n"].concat([
    "5\r\n",
    "hello",
    "\r\n",
    "a;x=y\r\n",
    "0123456789",
    "\r\n",
    "0\r\n",
    "X-Sum: 1\r\n",
    "\r\n",
  ]),
  ["GET ", "http://db/ws", " HTTP/1.1\r\n", "Host: db\r\n", "Connection: Upgrade, X-A\r\n", "Upgrade: echo\r\n"].concat(
    ["X-A: 1\r\n", "\r\n", "bytes of the other protocol"],
  ),
  ["CONNECT ", "db:5432", " HTTP/1.1\r\n", "Host: db:5432\r\n", "\r\n", "anything"],
  ["CONNECT ", "[fd7a:115c:a1e0::5]:443", " HTTP/1.1\r\n", "Proxy-Authorization: Basic bWU6c2VjcmV0\r\n", "\r\n"],
  ["HEAD ", "http://[::1]:81/", " HTTP/1.1\r\n", "Host: [::1]:81\r\n", "TE: trailers\r\n", "\r\n"].concat([
    "GET ",
    "http://db/2",
    " HTTP/1.1\r\n",
    "Host: db\r\n",
    "Connection: close\r\n",
    "\r\n",
  ]),
  ["GET ", "http://a/1", " HTTP/1.1\r\n", "Host: a\r\n", "\r\n", "GET ", "http://a/2", " HTTP/1.1\r\n"].concat(
    ["Host: a\r\n", "\r\n", "DELETE ", "http://b/3", " HTTP/1.1\r\n", "Host: b\r\n", "Expect: 100-continue\r\n"],
    ["Content-Length: 3\r\n", "\r\n", "abc", "OPTIONS ", "http://no", " HTTP/1.1\r\n", "Host: no\r\n", "\r\n"],
  ),
];

/** Answers of servers. */
const RESPONSES: readonly Pieces[] = [
  ["HTTP/1.1 200 OK\r\n", "Content-Length: 2\r\n", "Content-Type: text/plain\r\n", "\r\n", "ok"],
  ["HTTP/1.1 100 Continue\r\n", "\r\n", "HTTP/1.1 204 No Content\r\n", "\r\n"],
  ["HTTP/1.1 200 OK\r\n", "Transfer-Encoding: chunked\r\n", "Trailer: X-Sum\r\n", "\r\n"].concat(
    ["5\r\n", "hello", "\r\n", "0\r\n", "X-Sum: 1\r\n", "\r\n"],
    ["HTTP/1.1 304 Not Modified\r\n", "Content-Length: 99\r\n", "\r\n"],
  ),
  ["HTTP/1.0 200 OK\r\n", "\r\n", "until the connection is closed"],
  ["HTTP/1.1 101 Switching Protocols\r\n", "Connection: Upgrade\r\n", "Upgrade: echo\r\n", "\r\n", "echo"],
  ["HTTP/1.1 426 Upgrade Required\r\n", "Upgrade: h2c\r\n", "Connection: Upgrade, close\r\n", "\r\n"],
  ["HTTP/1.1 103\n", "Link: </a>\n", "\n", "HTTP/1.1 200 \n", "Content-Length: 0\n", "\n"],
  ["HTTP/1.1 407 Who are you\r\n", "Proxy-Authenticate: Basic\r\n", "Content-Length: 0\r\n", "\r\n"],
  ["HTTP/1.1 200 OK\r\n", "Date: Thu, 26 Nov 2026 06:25:00 GMT\r\n", "Content-Length: 11\r\n", "\r\n", '{"key":"x"}'],
];

const WORDS = [
  "\r\n",
  "\n",
  "\r",
  "\r\n\r\n",
  " ",
  "\0",
  "Content-Length: 5\r\n",
  "Content-Length: 5, 5\r\n",
  "content-length:\t5 \r\n",
  "Content-Length: 99999999999999999999\r\n",
  "Transfer-Encoding: chunked\r\n",
  "Transfer-Encoding: gzip, chunked\r\n",
  "Transfer-Encoding: identity\r\n",
  "Connection: close\r\n",
  "Connection: keep-alive, host, content-length\r\n",
  "Proxy-Connection: keep-alive\r\n",
  "Host: other\r\n",
  "X: \xe9\xff\r\n",
  " folded\r\n",
  "no-colon\r\n",
  ": nameless\r\n",
  "0\r\n\r\n",
  "ffffffff\r\n",
  "1fffffffffffff\r\n",
  "0x5\r\n",
  '5;a="\r\n',
  "http://no.such/",
  "https://db/",
  "http://user@db/",
  "http://db:99999/",
  "//db/",
  "*",
  "GET http://db/x HTTP/1.1\r\nHost: db\r\n\r\n",
  "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
  "HTTP/2.0",
  "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  "x".repeat(9000),
  "X: 1\r\n".repeat(2000),
  "x".repeat(70_000),
];

/** Greetings and requests of clients that speak SOCKS5. */
const SOCKS: readonly Pieces[] = [
  ["\x05", "\x01", "\0", "\x05\x01\0", "\x03", "\x02db", "\x15\x38", "anything"],
  ["\x05", "\x02", "\0\x02", "\x05\x01\0", "\x01", "\x64\x40\0\x05", "\0\x50", "GET / HTTP/1.0\r\n\r\n"],
  ["\x05", "\x01", "\0", "\x05\x01\0", "\x04", "\xfd\x7a\x11\x5c\xa1\xe0\0\0\0\0\0\0\0\0\0\x05", "\x01\xbb"],
  ["\x05", "\x01", "\0", "\x05\x03\0", "\x01", "\0\0\0\0", "\0\0"],
  ["\x05", "\x03", "\0\x01\x02", "\x05\x01\0", "\x03", "\x0cno.such.test", "\0\x50"],
  ["\x04\x01", "\0\x50", "\x0a\0\0\x01", "me\0"],
  ["\x05", "\x01", "\x02", "\x01\x02me\x06secret", "\x05\x01\0"],
];

const SOCKS_WORDS = [
  "\0",
  "\x01",
  "\x03",
  "\x04",
  "\x05",
  "\xff",
  "\x05\x01\0",
  "\x05\0",
  "\x03\xff",
  "\x03\0",
  "db",
  "\0\0",
];

/** What proxies of SOCKS5 answer. */
const SOCKS_REPLIES: readonly Pieces[] = [
  ["\x05\0", "\x05\0\0", "\x01", "\0\0\0\0", "\0\0", "early"],
  ["\x05\x02", "\x01\0", "\x05\0\0", "\x03", "\x04host", "\0\x50"],
  ["\x05\0", "\x05\x05\0", "\x04", "\0".repeat(16), "\0\0"],
  ["\x05\xff"],
];

export function requests(random: Random): Buffer {
  return joined(mutated(random, REQUESTS, WORDS));
}

export function responses(random: Random): Buffer {
  return joined(mutated(random, RESPONSES, WORDS));
}

export function socksClient(random: Random): Buffer {
  const bytes = joined(mutated(random, SOCKS, SOCKS_WORDS));
  return random.once(3) ? scrambled(random, bytes) : bytes;
}

/** What a proxy answers; the first byte says whether it speaks SOCKS5, and how its answer is cut. */
export function upstreamAnswer(random: Random): Buffer {
  const kind = random.byte();
  const answer = kind % 2 === 0 ? responses(random) : joined(mutated(random, SOCKS_REPLIES, SOCKS_WORDS));
  return Buffer.concat([Buffer.from([kind]), random.once(4) ? scrambled(random, answer) : answer]);
}

/** A client and what every server says to it. */
export function session(random: Random, client: (random: Random) => Buffer): Buffer {
  const said = client(random).subarray(0, 65_535);
  const kind = random.once(2) ? 0 : random.byte();
  const head = Buffer.from([kind, said.length >> 8, said.length & 255]);
  return Buffer.concat([head, said, random.once(2) ? responses(random) : joined(random.pick(RESPONSES))]);
}

function joined(pieces: Pieces): Buffer {
  return Buffer.from(pieces.join(""), "latin1");
}
