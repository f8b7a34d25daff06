// SPDX-License-Identifier: Apache-2.0
import { parseProxyRequest } from "../../../image/spacetail/egress/proxy-request.js";
import {
  answerProblem,
  answerRest,
  chosenLogin,
  connectRequest,
  greeting,
  isLoggedIn,
  login,
} from "../../../image/spacetail/egress/socks-client.js";
import { chunkSize, responseReader } from "../../../image/spacetail/login/http-response.js";

describe("the messages of a SOCKS5 client", () => {
  test("are those of RFC 1928 and 1929", () => {
    expect([...greeting(false)]).toEqual([5, 1, 0]);
    expect([...greeting(true)]).toEqual([5, 2, 0, 2]);
    expect([...(login("me", "pw") ?? [])]).toEqual([1, 2, 109, 101, 2, 112, 119]);
    expect(login("x".repeat(256), "")).toBeNull();
    expect([...(connectRequest("ab", 443) ?? [])]).toEqual([5, 1, 0, 3, 2, 97, 98, 1, 187]);
    expect([...(connectRequest("1.2.3.4", 80) ?? [])]).toEqual([5, 1, 0, 1, 1, 2, 3, 4, 0, 80]);
    expect(connectRequest("::1", 80)?.length).toBe(4 + 16 + 2);
    expect(connectRequest("x".repeat(256), 80)).toBeNull();
  });

  test("understand answers, and what is none", () => {
    expect(chosenLogin(Buffer.from([5, 0]))).toBe("none");
    expect(chosenLogin(Buffer.from([5, 2]))).toBe("password");
    expect(chosenLogin(Buffer.from([5, 255]))).toBe("unacceptable");
    expect(chosenLogin(Buffer.from("HT"))).toBe("not-socks");
    expect(chosenLogin(Buffer.alloc(0))).toBe("not-socks");
    expect(isLoggedIn(Buffer.from([1, 0]))).toBe(true);
    expect(isLoggedIn(Buffer.from([1]))).toBe(false);
    expect(answerRest(Buffer.from([5, 0, 0, 1, 9]))).toBe(5);
    expect(answerRest(Buffer.from([5, 0, 0, 4, 9]))).toBe(17);
    expect(answerRest(Buffer.from([5, 0, 0, 3, 7]))).toBe(9);
    expect(answerRest(Buffer.from([5, 0, 0, 9, 7]))).toBe(-1);
    expect(answerRest(Buffer.from([5]))).toBe(-1);
    expect(answerProblem(Buffer.from([5, 0]))).toBe("");
    expect(answerProblem(Buffer.from([5, 5]))).toBe("connection refused");
    expect(answerProblem(Buffer.from([5, 99]))).toBe("error 99");
  });
});

describe("parseProxyRequest", () => {
  const head = (...lines: string[]): string => `${lines.join("\r\n")}\r\n\r\n`;
  test("reads CONNECT", () => {
    expect(parseProxyRequest(head("CONNECT [::1]:443 HTTP/1.1", "Proxy-Authorization: Basic x"))).toMatchObject({
      connect: true,
      host: "::1",
      port: 443,
      authorization: "Basic x",
    });
  });

  test("reads absolute URLs, and leaves out what is for the proxy", () => {
    const text = head("GET http://a.test:81/b?c HTTP/1.1", "Host: a.test:81", "Proxy-Authorization: Basic x", "X: y");
    expect(parseProxyRequest(text)).toEqual({
      connect: false,
      host: "a.test",
      port: 81,
      authorization: "Basic x",
      absolute: "GET http://a.test:81/b?c HTTP/1.1\r\nHost: a.test:81\r\nX: y\r\n",
      origin: "GET /b?c HTTP/1.1\r\nHost: a.test:81\r\nX: y\r\n",
    });
    expect(parseProxyRequest(head("GET http://a.test HTTP/1.1"))).toMatchObject({
      port: 80,
      origin: "GET / HTTP/1.1\r\n",
    });
  });

  test.each([
    "GET / HTTP/1.1",
    "CONNECT a HTTP/1.1",
    "CONNECT a:1",
    "GET ftp://a/ HTTP/1.1",
    "\u0000",
    "CONNECT a:1 SPDY/3",
  ])("refuses %j", (line) => {
    expect(parseProxyRequest(head(line))).toBeNull();
  });

  test("refuses a malformed header", () => {
    expect(parseProxyRequest(head("CONNECT a:1 HTTP/1.1", "no colon"))).toBeNull();
  });
});

describe("responseReader", () => {
  /** The body of a reply that comes in pieces of that size; null if it is not complete at the end. */
  function read(text: string, size = 1): string | null {
    const response = responseReader(1 << 20);
    for (let i = 0; i < text.length; i += size) {
      if (response.feed(Buffer.from(text.slice(i, i + size)))) return response.body();
    }
    return response.end() ? response.body() : null;
  }

  test.each([
    ["a length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "hello"],
    ["no body", "HTTP/1.1 204 No Content\r\n\r\n", ""],
    ["chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n", "hello"],
    ["the end of the connection", "HTTP/1.0 200 OK\r\n\r\nhello", "hello"],
    [
      "an interim reply before it",
      "HTTP/1.1 103 Early Hints\r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
      "ok",
    ],
  ])("reads a reply with %s", (_, text, body) => {
    for (const size of [1, 2, 7, 1000]) expect(read(text, size)).toBe(body);
  });

  test.each([
    "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n",
    "HTTP/1.1 200 OK\r\n",
    "",
  ])("takes %j for cut off", (text) => {
    expect(read(text)).toBeNull();
  });

  test("refuses what is not HTTP, and what is too long", () => {
    expect(() => read("SSH-2.0-OpenSSH\r\n")).toThrow("not HTTP");
    const small = responseReader(10);
    expect(() => small.feed(Buffer.from("HTTP/1.1 200 OK\r\n\r\n"))).toThrow("too long");
    expect(() => read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n")).toThrow("malformed chunk");
  });

  test("chunkSize", () => {
    expect(chunkSize("1f")).toBe(31);
    expect(chunkSize("0; a=b")).toBe(0);
    for (const line of ["", "-1", "g", "ffffffff", "0x1"]) expect(chunkSize(line)).toBe(-1);
  });
});
