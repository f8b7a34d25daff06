// SPDX-License-Identifier: Apache-2.0
import { bodyScanner } from "../../../image/spacetail/front/http/body.js";
import { requestFraming, responseFraming } from "../../../image/spacetail/front/http/framing.js";
import {
  headEnd,
  parseRequestHead,
  parseResponseHead,
  type RequestHead,
} from "../../../image/spacetail/front/http/head.js";
import { forwardRequest, forwardResponse } from "../../../image/spacetail/front/http/rewrite.js";
import { connectTarget, plainTarget } from "../../../image/spacetail/front/http/target.js";

const bytes = (text: string): Buffer => Buffer.from(text, "latin1");

/** A request with these lines, which begin with the request line. */
function request(...lines: string[]): RequestHead {
  return parseRequestHead(bytes(`${lines.join("\r\n")}\r\n\r\n`));
}

/** The head that a server gets for a request with these lines. */
function forwarded(...lines: string[]): string {
  const head = request(...lines);
  const { path, fields } = forwardRequest(head, plainTarget(head.method, head.target));
  return `${head.method} ${path} HTTP/1.${head.minor}\r\n${fields}`;
}

describe("the head of a request", () => {
  test("is read into its parts", () => {
    expect(request("GET http://db/x HTTP/1.1", "Host: db", "X-Note:  caf\xe9\t ")).toEqual({
      method: "GET",
      target: "http://db/x",
      minor: 1,
      fields: [
        { name: "host", line: "Host: db" },
        { name: "x-note", line: "X-Note:  caf\xe9\t " },
      ],
    });
  });

  test.each([
    ["no version", "GET http://db/"],
    ["another protocol", "GET http://db/ SPDY/1.1"],
    ["a later version", "GET http://db/ HTTP/2.0"],
    ["two blanks", "GET  http://db/ HTTP/1.1"],
    ["a blank in the target", "GET http://db/a b HTTP/1.1"],
    ["a tab for a blank", "GET\thttp://db/ HTTP/1.1"],
    ["a control character in the target", "GET http://db/\x01 HTTP/1.1"],
    ["a method that is no token", "G(T http://db/ HTTP/1.1"],
    ["no method", " http://db/ HTTP/1.1"],
  ])("is refused with %s in its first line", (_, line) => {
    expect(() => request(line, "Host: db")).toThrow(expect.objectContaining({ name: "Malformed" }));
  });

  test.each([
    ["a continued line", "A: b\r\n c"],
    ["a continued line at the beginning", " A: b"],
    ["a blank in front of the colon", "Content-Length : 3"],
    ["a blank in a name", "Con tent: 3"],
    ["no colon", "nonsense"],
    ["an empty name", ": x"],
    ["NUL in a value", "A: b\0c"],
    ["a bare carriage return", "A: b\rc"],
    ["a bare line feed", "A: b\nC: d"],
    ["a bare line feed at the end", "A: b\n"],
  ])("is refused with %s among its headers", (_, line) => {
    expect(() => request("GET http://db/ HTTP/1.1", "Host: db", line)).toThrow(
      expect.objectContaining({ name: "Malformed" }),
    );
  });

  test("ends at its empty line, however it arrives", () => {
    const text = "GET / HTTP/1.1\r\nA: b\r\n\r\nrest";
    for (let cut = 0; cut < text.length; cut += 1) {
      const first = headEnd(bytes(text.slice(0, cut)), 0);
      const found = first.end >= 0 ? first : headEnd(bytes(text), first.line);
      expect(text.slice(found.end)).toBe("rest");
    }
  });
});

describe("the length of a body", () => {
  const framing = (...lines: string[]) => requestFraming(request("POST http://db/ HTTP/1.1", "Host: db", ...lines));

  test.each([
    [[], { kind: "none", length: 0 }],
    [["Content-Length: 0"], { kind: "length", length: 0 }],
    [["content-length:17 "], { kind: "length", length: 17 }],
    [["Transfer-Encoding: chunked"], { kind: "chunked", length: 0 }],
    [["TRANSFER-ENCODING: Chunked"], { kind: "chunked", length: 0 }],
  ])("of a request with %j", (lines, found) => {
    expect(framing(...lines)).toEqual(found);
  });

  test.each([
    [["Content-Length: 3", "Transfer-Encoding: chunked"]],
    [["Content-Length: 3", "Content-Length: 4"]],
    [["Content-Length: 3", "Content-Length: 3"]],
    [["Content-Length: 3, 3"]],
    [["Content-Length: +3"]],
    [["Content-Length: -3"]],
    [["Content-Length: 0x3"]],
    [["Content-Length: 3 4"]],
    [["Content-Length:"]],
    [["Content-Length: 9999999999999999"]],
    [["Transfer-Encoding: gzip, chunked"]],
    [["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"]],
    [["Transfer-Encoding: identity"]],
    [["Transfer-Encoding: xchunked"]],
    [["Transfer-Encoding:"]],
  ])("is refused with %j", (lines) => {
    expect(() => framing(...lines)).toThrow(expect.objectContaining({ name: "Malformed" }));
  });

  test("is refused in chunks from HTTP/1.0", () => {
    const head = request("POST http://db/ HTTP/1.0", "Transfer-Encoding: chunked");
    expect(() => requestFraming(head)).toThrow("HTTP/1.0");
  });

  const answer = (method: string, status: number, ...lines: string[]) => {
    const text = [`HTTP/1.1 ${status} Text`, ...lines, "", ""].join("\r\n");
    return responseFraming(parseResponseHead(bytes(text)), method).kind;
  };

  test("of a response depends on the method and the status", () => {
    expect(answer("GET", 200, "Content-Length: 3")).toBe("length");
    expect(answer("HEAD", 200, "Content-Length: 3")).toBe("none");
    expect(answer("GET", 204)).toBe("none");
    expect(answer("GET", 304, "Content-Length: 3")).toBe("none");
    expect(answer("GET", 200)).toBe("until-close");
    expect(answer("GET", 200, "Transfer-Encoding: chunked")).toBe("chunked");
    expect(() => answer("GET", 200, "Transfer-Encoding: chunked", "Content-Length: 3")).toThrow("both");
  });
});

describe("a chunked body", () => {
  /** How many bytes belong to the body, fed in pieces of a size. */
  function scan(text: string, size: number): { taken: number; isComplete: boolean } {
    const scanner = bodyScanner({ kind: "chunked", length: 0 });
    let taken = 0;
    for (let at = 0; at < text.length; at += size) taken += scanner.take(bytes(text.slice(at, at + size)));
    return { taken, isComplete: scanner.isComplete() };
  }

  test.each([1, 2, 3, 7, 1000])("ends behind its trailers, in pieces of %i bytes", (size) => {
    const body = '4;name="x;y"\r\nWiki\r\nA\r\n0123456789\r\n000\r\nX-Sum: 1\r\nY: 2\r\n\r\n';
    expect(scan(`${body}GET `, size)).toEqual({ taken: body.length, isComplete: true });
  });

  test("without data is complete", () => {
    expect(scan("0\r\n\r\n", 1)).toEqual({ taken: 5, isComplete: true });
    expect(scan("0\r\n", 1)).toEqual({ taken: 3, isComplete: false });
  });

  test.each([
    ["a size with a sign", "+4\r\nWiki\r\n"],
    ["a size with a prefix", "0x4\r\nWiki\r\n"],
    ["no size", "\r\nWiki\r\n"],
    ["a blank in front of the size", " 4\r\nWiki\r\n"],
    ["a blank behind the size", "4 \r\nWiki\r\n"],
    ["a size that no number holds", "fffffffffffffffff\r\n"],
    ["a bare line feed behind the size", "4\nWiki\r\n"],
    ["a control character in an extension", "4;a\x01\r\nWiki\r\n"],
    ["more data than its size", "3\r\nWiki\r\n"],
    ["a bare line feed behind the data", "4\r\nWiki\n0\r\n\r\n"],
    ["a continued trailer", "0\r\nA: b\r\n c\r\n\r\n"],
    ["a trailer without a colon", "0\r\nnonsense\r\n\r\n"],
    ["an endless line", `4;${"a".repeat(10_000)}`],
    ["endless trailers", `0\r\n${"A: bcdefghijklmnopqrstuvwxyz\r\n".repeat(4000)}`],
  ])("is refused with %s", (_, text) => {
    for (const size of [1, 1000])
      expect(() => scan(text, size)).toThrow(expect.objectContaining({ name: "Malformed" }));
  });
});

describe("the target", () => {
  test.each([
    ["http://db/x?y=z", { host: "db", port: 80 }, "/x?y=z"],
    ["HTTP://DB.tail.test:8080", { host: "DB.tail.test", port: 8080 }, "/"],
    ["http://db?y", { host: "db", port: 80 }, "/?y"],
    ["http://[fd7a::1]:81/", { host: "fd7a::1", port: 81 }, "/"],
    ["http://[fd7a::1]/", { host: "fd7a::1", port: 80 }, "/"],
    ["http://[::ffff:1.2.3.4]/", { host: "::ffff:1.2.3.4", port: 80 }, "/"],
    ["http://db:/", { host: "db", port: 80 }, "/"],
    ["http://me:secret@db:81/x@y", { host: "db", port: 81 }, "/x@y"],
  ])("%s of a plain request", (target, server, path) => {
    expect(plainTarget("GET", target)).toEqual({ server, path });
  });

  test("of OPTIONS without a path means the server", () => {
    expect(plainTarget("OPTIONS", "http://db").path).toBe("*");
  });

  test.each([
    "/",
    "*",
    "db:80",
    "https://db/",
    "http:///x",
    "http://db:0/",
    "http://db:99999/",
    "http://a b/",
    "http://u@v@db/",
    "http://u@/",
    "http://db/#x",
  ])("%s is refused", (target) => {
    expect(() => plainTarget("GET", target)).toThrow(expect.objectContaining({ name: "Malformed" }));
  });

  test("of CONNECT is a host and a port", () => {
    expect(connectTarget("db:5432")).toEqual({ host: "db", port: 5432 });
    expect(connectTarget("[::1]:443")).toEqual({ host: "::1", port: 443 });
    for (const target of ["db", "http://db/", "db:", "/"]) expect(() => connectTarget(target)).toThrow("host:port");
  });
});

describe("what a server gets", () => {
  test("are the lines of the request, but for those about the connection to the proxy", () => {
    expect(
      forwarded(
        "GET http://db/x HTTP/1.1",
        "hOST: db",
        "Proxy-Connection: keep-alive",
        "Accept-Encoding:gzip",
        "Connection: X-Own, keep-alive",
        "X-Own: 1",
        "Keep-Alive: timeout=5",
        "Proxy-Authorization: Basic YQ==",
        "TE: gzip",
        "Cookie: a=b",
        "Cookie: c=d",
      ),
    ).toBe("GET /x HTTP/1.1\r\nhOST: db\r\nAccept-Encoding:gzip\r\nCookie: a=b\r\nCookie: c=d\r\n\r\n");
  });

  test("keeps what says where the body ends, whatever Connection names", () => {
    const text = forwarded(
      "POST http://db/ HTTP/1.1",
      "Host: db",
      "Content-Length: 2",
      "Connection: content-length, host",
    );
    expect(text).toBe("POST / HTTP/1.1\r\nHost: db\r\nContent-Length: 2\r\n\r\n");
  });

  test("keeps the Host of a client that tries a virtual host", () => {
    expect(forwarded("GET http://100.64.0.2/ HTTP/1.1", "Host: site.example")).toContain("Host: site.example\r\n");
  });

  test("has a Host, and only one", () => {
    expect(forwarded("GET http://db:81/ HTTP/1.0")).toBe("GET / HTTP/1.0\r\nHost: db:81\r\n\r\n");
    expect(() => forwarded("GET http://db/ HTTP/1.1", "Host: db", "Host: other")).toThrow("several");
  });

  test("has an upgrade with all that belongs to it", () => {
    const lines = ["Host: db", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AA"];
    expect(forwarded("GET http://db/ HTTP/1.1", ...lines)).toBe(
      "GET / HTTP/1.1\r\nHost: db\r\nHTTP2-Settings: AA\r\nConnection: Upgrade, http2-settings\r\nUpgrade: h2c\r\n\r\n",
    );
  });

  test("has the wish for trailers and for the end of the connection", () => {
    const text = forwarded("GET http://db/ HTTP/1.1", "Host: db", "Connection: close, TE", "TE: trailers");
    expect(text).toBe("GET / HTTP/1.1\r\nHost: db\r\nConnection: close\r\nTE: trailers\r\n\r\n");
  });
});

describe("what a client gets", () => {
  const passed = (isLast: boolean, ...lines: string[]): string =>
    forwardResponse(parseResponseHead(bytes([...lines, "", ""].join("\r\n"))), isLast);

  test("are the lines of the response, but for those about the connection to the server", () => {
    const lines = [
      "HTTP/1.1 200 OK  then",
      "Content-Encoding: gzip",
      "Connection: close",
      "Keep-Alive: max=1",
      "etag:x",
    ];
    expect(passed(false, ...lines)).toBe("HTTP/1.1 200 OK  then\r\nContent-Encoding: gzip\r\netag:x\r\n\r\n");
    expect(passed(true, "HTTP/1.1 200", "A: b")).toBe("HTTP/1.1 200\r\nA: b\r\nConnection: close\r\n\r\n");
  });

  test("says which protocol comes next", () => {
    const lines = ["Connection: upgrade", "Upgrade: websocket"];
    const upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
    expect(passed(false, "HTTP/1.1 101 Switching", ...lines)).toBe(`HTTP/1.1 101 Switching\r\n${upgrade}`);
    expect(passed(false, "HTTP/1.1 200 OK", ...lines)).toBe("HTTP/1.1 200 OK\r\n\r\n");
  });

  test("may come from a server that ends lines with a line feed alone", () => {
    expect(parseResponseHead(bytes("HTTP/1.0 404 No\nA: b\n\n"))).toEqual({
      status: 404,
      minor: 0,
      line: "HTTP/1.0 404 No",
      fields: [{ name: "a", line: "A: b" }],
    });
  });

  test.each(["HTTP/1.1", "HTTP/1.1 20 OK", "HTTP/1.1 2000 OK", "HTTP/1.1 099 No", "HTTP/2 200 OK", "ICY 200 OK", ""])(
    "is never %j",
    (line) => {
      expect(() => parseResponseHead(bytes(`${line}\r\nA: b\r\n\r\n`))).toThrow(
        expect.objectContaining({ name: "Malformed" }),
      );
    },
  );
});
