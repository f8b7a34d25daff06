// SPDX-License-Identifier: Apache-2.0
import { createServer as createHttp, type Server as HttpServer, type IncomingMessage } from "node:http";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { freePort, type LocalFront, listen, localFront, RawClient } from "./local-front.js";

let front: LocalFront;
const portOf = (server: Server): number => (server.address() as AddressInfo).port;
let web: HttpServer;
let raw: Server;
/** What the raw server got, and its connections. */
let received: string;
let connections: Socket[];
/** What the raw server does with a new connection. */
let play: (socket: Socket) => void;

beforeAll(async () => {
  web = createHttp({ keepAliveTimeout: 60_000 }, (request, response) => {
    const body: Buffer[] = [];
    request.on("data", (data) => body.push(data));
    request.on("end", () => {
      const { method, url, rawHeaders } = request as IncomingMessage;
      const { trailers } = request;
      const text = JSON.stringify({ method, url, rawHeaders, body: Buffer.concat(body).toString(), trailers });
      response.setHeader("Content-Length", Buffer.byteLength(text));
      response.end(text);
    });
  });
  raw = createServer({ allowHalfOpen: true }, (socket) => {
    connections.push(socket);
    socket.on("data", (data) => {
      received += data.toString("latin1");
    });
    socket.on("error", () => {});
    play(socket);
  });
  front = await localFront();
  front.serve("web", await listen(web));
  front.serve("raw", await listen(raw));
  front.serve("closed", { kind: "refused", text: "Cannot reach closed:80: it refused" });
  front.serve("silent", { kind: "silent", text: "Cannot reach silent:80: it did not answer" });
});

beforeEach(() => {
  received = "";
  connections = [];
  play = () => {};
});

afterEach(() => {
  for (const socket of connections) socket.destroy();
});

afterAll(() => {
  front.front.close();
  web.closeAllConnections();
  web.close();
  raw.close();
});

function client(): Promise<RawClient> {
  return RawClient.open(front.port);
}

/** Waits until the raw server got a text. */
async function arrived(text: string): Promise<void> {
  while (!received.includes(text)) await pause();
}

/** Reads an answer with a Content-Length. */
async function answer(from: RawClient): Promise<{ head: string; body: string }> {
  const head = await from.until("\r\n\r\n");
  const length = Number(/content-length: (\d+)/i.exec(head)?.[1]);
  return { head, body: await from.exactly(length) };
}

/** Waits until nothing is under way any more. */
async function idle(): Promise<void> {
  while (!front.isIdle()) await pause();
}

async function pause(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 2));
}

/** Plays answers, one after each empty line. */
function answering(...answers: string[]): (socket: Socket) => void {
  return (socket) => {
    let seen = 0;
    let text = "";
    socket.on("data", (data) => {
      text += data.toString("latin1");
      while (text.split("\r\n\r\n").length - 1 > seen) {
        socket.write(answers[seen] ?? "", "latin1");
        seen += 1;
      }
    });
  };
}

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

describe("plain requests", () => {
  test("arrive with their bytes and headers, and nothing is added", async () => {
    const one = await client();
    one.send(
      "PUT http://web/a%20b?c HTTP/1.1",
      "Host: web",
      "accept-ENCODING: br",
      "X-A: 1",
      "x-a: 2",
      "Content-Length: 3",
      "",
      "abc",
    );
    const { body } = await answer(one);
    expect(JSON.parse(body)).toMatchObject({
      method: "PUT",
      url: "/a%20b?c",
      rawHeaders: ["Host", "web", "accept-ENCODING", "br", "X-A", "1", "x-a", "2", "Content-Length", "3"],
      body: "abc",
    });
  });

  test("get compressed answers as they are", async () => {
    const packed = gzipSync("text").toString("latin1");
    play = answering(`HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${packed.length}\r\n\r\n${packed}`);
    const one = await client();
    one.send("GET http://raw/m.tar.gz HTTP/1.1", "Host: raw", "", "");
    const { head, body } = await answer(one);
    expect(head).toBe(`HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${packed.length}\r\n\r\n`);
    expect(body).toBe(packed);
  });

  test("of one client share a connection to their server", async () => {
    const one = await client();
    const before = front.dials();
    for (let i = 0; i < 5; i += 1) {
      one.send(`GET http://web/${i} HTTP/1.1`, "Host: web", "", "");
      expect(JSON.parse((await answer(one)).body).url).toBe(`/${i}`);
    }
    expect(front.dials()).toBe(before + 1);
  });

  test("for several servers follow each other on one connection, in order", async () => {
    play = answering(OK, OK);
    const one = await client();
    const text = ["web/1", "raw/2", "web/3", "raw/4"].map((to) => `GET http://${to} HTTP/1.1\r\nHost: x\r\n\r\n`);
    one.send(text.join(""));
    expect(JSON.parse((await answer(one)).body).url).toBe("/1");
    expect((await answer(one)).body).toBe("ok");
    expect(JSON.parse((await answer(one)).body).url).toBe("/3");
    expect((await answer(one)).body).toBe("ok");
  });

  test("in a pipeline reach the server before it answers, and are answered in order", async () => {
    const one = await client();
    one.send("GET http://raw/1 HTTP/1.1\r\nHost: raw\r\n\r\nGET http://raw/2 HTTP/1.1\r\nHost: raw\r\n\r\n");
    await arrived("GET /2 HTTP/1.1");
    connections[0]?.write("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n2");
    expect((await answer(one)).body).toBe("1");
    expect((await answer(one)).body).toBe("2");
  });

  test("in a pipeline are repeated if the server closes after the first", async () => {
    let connection = 0;
    play = (socket) => {
      connection += 1;
      const id = connection;
      socket.once("data", () => socket.end(`HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\n${id}`));
    };
    const one = await client();
    one.send([1, 2, 3].map((i) => `GET http://raw/${i} HTTP/1.1\r\nHost: raw\r\n\r\n`).join(""));
    for (const body of ["1", "2", "3"]) expect((await answer(one)).body).toBe(body);
  });

  test("that change something wait for the answers before them", async () => {
    const one = await client();
    one.send(
      "GET http://raw/1 HTTP/1.1\r\nHost: raw\r\n\r\nPOST http://raw/2 HTTP/1.1\r\nHost: raw\r\nContent-Length: 0\r\n\r\n",
    );
    await arrived("GET /1");
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(received).not.toContain("POST");
    connections[0]?.write(OK);
    await arrived("POST /2");
    connections[0]?.write(OK);
    await answer(one);
    expect((await answer(one)).body).toBe("ok");
  });

  test("have chunks and trailers passed on in both directions", async () => {
    const answered =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n3;x=y\r\nabc\r\n0\r\nX-Sum: 7\r\n\r\n";
    const one = await client();
    one.send("POST http://raw/ HTTP/1.1", "Host: raw", "Transfer-Encoding: chunked", "", "");
    one.send("5\r\nhel");
    await arrived("5\r\nhel");
    one.send("lo\r\n0\r\nX-Mine: 1\r\n\r\n");
    await arrived("\r\n0\r\nX-Mine: 1\r\n\r\n");
    expect(received).toBe(
      "POST / HTTP/1.1\r\nHost: raw\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Mine: 1\r\n\r\n",
    );
    connections[0]?.write(answered);
    expect(await one.until("X-Sum: 7\r\n\r\n")).toBe(answered);
  });

  test("may wait for 100 Continue, or do without their body", async () => {
    const one = await client();
    const lines = ["POST http://raw/ HTTP/1.1", "Host: raw", "Expect: 100-continue", "Content-Length: 2", "", ""];
    one.send(...lines);
    await arrived("Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    connections[0]?.write("HTTP/1.1 100 Continue\r\n\r\n");
    expect(await one.until("\r\n\r\n")).toBe("HTTP/1.1 100 Continue\r\n\r\n");
    one.send("ab");
    await arrived("\r\n\r\nab");
    connections[0]?.write(OK);
    expect((await answer(one)).body).toBe("ok");
    one.send(...lines);
    await arrived("abPOST");
    connections[0]?.write("HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n");
    expect(await one.all()).toContain("417 No");
  });

  test("get an early answer while their body is on its way", async () => {
    const one = await client();
    one.send("POST http://raw/ HTTP/1.1", "Host: raw", "Content-Length: 1000", "", "begin");
    await arrived("begin");
    connections[0]?.write("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n");
    expect(await one.all()).toContain("413 Too Large");
  });

  test.each([
    ["HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"],
    ["GET", "HTTP/1.1 204 No Content\r\n\r\n"],
    ["GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"],
  ])("%s with an answer without a body leave the connection open", async (method, head) => {
    play = answering(head, OK);
    const one = await client();
    one.send(`${method} http://raw/ HTTP/1.1`, "Host: raw", "", "");
    expect(await one.until("\r\n\r\n")).toBe(head);
    one.send("GET http://raw/ HTTP/1.1", "Host: raw", "", "");
    expect((await answer(one)).body).toBe("ok");
    expect(connections).toHaveLength(1);
  });

  test("get a body that ends with the connection", async () => {
    play = (socket) => socket.once("data", () => socket.end("HTTP/1.0 200 OK\r\n\r\nall of it"));
    const one = await client();
    one.send("GET http://raw/ HTTP/1.1", "Host: raw", "", "");
    expect(await one.all()).toBe("HTTP/1.0 200 OK\r\nConnection: close\r\n\r\nall of it");
  });

  test("of HTTP/1.0 are answered, and the connection ends", async () => {
    const one = await client();
    one.send("GET http://web/ HTTP/1.0", "", "");
    const text = await one.all();
    expect(text).toContain("Connection: close\r\n");
    expect(text).toContain('"rawHeaders":["Host","web"]');
  });

  test("can change the protocol", async () => {
    play = (socket) =>
      socket.once("data", () => {
        socket.write("HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nhi ");
        socket.pipe(socket);
      });
    const one = await client();
    one.send("GET http://raw/ HTTP/1.1", "Host: raw", "Connection: Upgrade", "Upgrade: echo", "", "");
    expect(await one.until("hi ")).toBe("HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nhi ");
    one.send("there");
    expect(await one.exactly(5)).toBe("there");
    one.socket.end();
    expect(await one.all()).toBe("");
  });

  test("go on if the server refuses to change the protocol", async () => {
    play = answering(OK, OK);
    const one = await client();
    one.send("GET http://raw/ HTTP/1.1", "Host: raw", "Connection: Upgrade", "Upgrade: h2c", "", "");
    expect((await answer(one)).body).toBe("ok");
    one.send("GET http://raw/ HTTP/1.1", "Host: raw", "", "");
    expect((await answer(one)).body).toBe("ok");
  });

  test("get a new connection when the server has closed the old one", async () => {
    play = (socket) => socket.once("data", () => socket.end(OK));
    const one = await client();
    for (let i = 0; i < 3; i += 1) {
      one.send("POST http://raw/ HTTP/1.1", "Host: raw", "Content-Length: 1", "", "x");
      expect((await answer(one)).body).toBe("ok");
      // The end of a connection takes a moment to arrive.
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(connections).toHaveLength(3);
  });

  test("of a client that sends no more are still answered, and the server sees the end", async () => {
    let ended = false;
    play = (socket) => {
      socket.on("end", () => {
        ended = true;
        socket.end(OK);
      });
    };
    const one = await client();
    one.send("GET http://raw/ HTTP/1.1", "Host: raw", "", "");
    one.socket.end();
    expect(await one.all()).toBe(OK);
    expect(ended).toBe(true);
  });

  test("get headers whose lines are continued, as old servers write them", async () => {
    play = answering("HTTP/1.1 200 OK\r\nA: b\r\n  c\r\n\td\r\nContent-Length: 2\r\n\r\nok");
    const one = await client();
    one.send("GET http://raw/ HTTP/1.1", "Host: raw", "", "");
    expect(await one.until("ok")).toBe("HTTP/1.1 200 OK\r\nA: b c d\r\nContent-Length: 2\r\n\r\nok");
  });

  test("may not change the protocol before they are complete", async () => {
    play = (socket) => socket.once("data", () => socket.write("HTTP/1.1 101 S\r\nUpgrade: echo\r\n\r\n"));
    const one = await client();
    const upgrade = ["Connection: Upgrade", "Upgrade: echo"];
    one.send("POST http://raw/ HTTP/1.1", "Host: raw", ...upgrade, "Content-Length: 9", "", "part");
    expect(await one.all()).toMatch(/^HTTP\/1\.1 502 /);
  });

  test("carry large bodies in both directions", async () => {
    const size = 3_000_000;
    play = (socket) => {
      let count = 0;
      socket.on("data", (data) => {
        count += data.length;
        if (count < size) return;
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`);
        socket.write(Buffer.alloc(size, "b"));
      });
    };
    const one = await client();
    one.send("PUT http://raw/ HTTP/1.1", "Host: raw", `Content-Length: ${size}`, "", "a".repeat(size));
    const { body } = await answer(one);
    expect(body).toBe("b".repeat(size));
    expect(received.endsWith("a".repeat(size))).toBe(true);
  });
});

describe("what goes wrong", () => {
  test.each([
    ["closed", 502, "it refused"],
    ["silent", 504, "it did not answer"],
    ["nowhere", 502, "no such host"],
  ])(
    "with %s is said in an answer of status %i, in a header, in a text and in the log",
    async (host, status, words) => {
      const one = await client();
      for (const line of [`GET http://${host}/ HTTP/1.1`, `CONNECT ${host}:80 HTTP/1.1`]) {
        front.log.length = 0;
        one.send(line, `Host: ${host}`, "", "");
        const { head, body } = await answer(one);
        expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
        expect(head).toMatch(new RegExp(`Tailscale-Connect-Error: Cannot reach ${host}.*${words}\r\n`));
        expect(body).toMatch(new RegExp(`^spacetail: Cannot reach ${host}.*${words}\n$`));
        expect(front.log).toHaveLength(1);
      }
      expect(await one.all()).toBe("");
    },
  );

  test("is answered to HEAD without a text", async () => {
    const one = await client();
    one.send("HEAD http://closed/ HTTP/1.1", "Host: closed", "", "");
    expect(await one.until("\r\n\r\n")).toContain("502");
    one.send("GET http://web/ HTTP/1.1", "Host: web", "", "");
    expect(await one.until("\r\n\r\n")).toContain("HTTP/1.1 200 OK");
  });

  test.each([
    [
      "both lengths",
      ["POST http://web/ HTTP/1.1", "Host: web", "Content-Length: 4", "Transfer-Encoding: chunked", "", "0", "", ""],
    ],
    ["two Hosts", ["GET http://web/ HTTP/1.1", "Host: web", "Host: raw", "", ""]],
    ["a continued line", ["GET http://web/ HTTP/1.1", "Host: web", " more", "", ""]],
    ["a wrong chunk", ["POST http://web/ HTTP/1.1", "Host: web", "Transfer-Encoding: chunked", "", "zz", "", ""]],
    ["a request for this proxy itself", ["GET / HTTP/1.1", "Host: web", "", ""]],
    ["something else than HTTP", ["\x16\x03\x01\x02\x00\x01", "", ""]],
  ])("with %s is answered with 400, and the connection ends", async (_, lines) => {
    const one = await client();
    one.send(
      "GET http://web/first HTTP/1.1\r\nHost: web\r\n\r\n",
      lines.join("\r\n"),
      "GET http://web/smuggled HTTP/1.1\r\nHost: web\r\n\r\n",
    );
    expect((await answer(one)).body).toContain("/first");
    const text = await one.all();
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(text).not.toContain("smuggled");
  });

  test("a wrong chunk behind a good one does not reach the server", async () => {
    const one = await client();
    one.send("POST http://raw/ HTTP/1.1", "Host: raw", "Transfer-Encoding: chunked", "", "2", "ab", "");
    await arrived("2\r\nab\r\n");
    one.send("GET / HTTP/1.1\r\n\r\n");
    expect(await one.all()).toMatch(/^HTTP\/1\.1 400 /);
    expect(received.endsWith("2\r\nab\r\n")).toBe(true);
  });

  test("endless headers are answered with 431", async () => {
    const one = await client();
    one.send("GET http://web/ HTTP/1.1", `A: ${"b".repeat(70_000)}`);
    expect(await one.all()).toMatch(/^HTTP\/1\.1 431 /);
  });

  test.each([
    ["no answer", "", "closed the connection without an answer"],
    ["half a head", "HTTP/1.1 200 OK\r\nA: b", "closed the connection without an answer"],
    ["no HTTP", "SSH-2.0-x\r\n\r\n", "the status line is malformed"],
    ["both lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", "both"],
    ["an upgrade that nobody asked for", "HTTP/1.1 101 S\r\nUpgrade: x\r\n\r\n", "nobody asked"],
  ])("a server with %s is named with 502", async (_, text, words) => {
    play = (socket) => socket.once("data", () => socket.end(text));
    const one = await client();
    one.send("GET http://raw/ HTTP/1.1", "Host: raw", "", "");
    const { head, body } = await answer(one);
    expect(head).toMatch(/^HTTP\/1\.1 502 /);
    expect(body).toContain("raw:80");
    expect(body).toContain(words);
  });

  test.each([
    ["a length", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"],
    ["chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"],
  ])("an answer with %s that breaks off is never complete for the client", async (_, text) => {
    play = (socket) => socket.once("data", () => socket.end(text));
    const one = await client();
    one.send("GET http://raw/ HTTP/1.1", "Host: raw", "", "");
    const got = await one.all();
    expect(got).toContain("half");
    expect(text.startsWith(got) || got === text).toBe(true);
  });

  test("something else than HTTP is answered at once, although nothing of it may look like an end", async () => {
    const one = await client();
    // What a client sends first that takes this for a proxy within TLS.
    one.send("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03");
    expect(await one.all()).toMatch(/^HTTP\/1\.1 400 .*spacetail: Bad request: this is not HTTP/s);
  });

  test("a client that goes away during an answer is not the server's fault", async () => {
    play = (socket) =>
      socket.once("data", () => {
        socket.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
        const more = (): void => {
          if (!socket.destroyed) socket.write(Buffer.alloc(100_000), more);
        };
        more();
      });
    front.log.length = 0;
    const one = await client();
    one.send("GET http://raw/ HTTP/1.1", "Host: raw", "", "");
    await one.until("\r\n\r\n");
    one.socket.resetAndDestroy();
    while (connections[0]?.destroyed === false) await pause();
    await idle();
    expect(front.log).toEqual([]);
  });

  test("a client that goes away while its connection is made takes it with it", async () => {
    let connect = (): void => {};
    front.serve(
      "slow",
      new Promise((resolve) => {
        connect = () => resolve(portOf(raw));
      }),
    );
    const before = front.dials();
    const made: RawClient[] = [];
    for (const first of ["CONNECT slow:80 HTTP/1.1\r\n\r\n", "\x05\x01\x00\x05\x01\x00\x03\x04slow\x00\x50"]) {
      const one = await client();
      one.send(first);
      made.push(one);
    }
    while (front.dials() < before + 2) await pause();
    for (const one of made) one.socket.resetAndDestroy();
    await pause();
    connect();
    while (connections.length < 2) await pause();
    while (connections.some((socket) => !socket.destroyed)) {
      await pause();
      // It hears of the end as from a client that ends its side.
      for (const socket of connections) if (socket.readableEnded) socket.end();
    }
  });

  test("a client that goes away closes its connection to the server", async () => {
    let closed = false;
    play = (socket) => {
      socket.on("close", () => {
        closed = true;
      });
      socket.on("end", () => socket.end());
    };
    const one = await client();
    one.send("GET http://raw/ HTTP/1.1", "Host: raw", "", "");
    await arrived("GET /");
    one.socket.destroy();
    while (!closed) await new Promise((resolve) => setTimeout(resolve, 5));
  });
});

test("whatever happens to requests, nothing is under way in the end", async () => {
  const ways: ((one: RawClient) => Promise<unknown> | unknown)[] = [
    (one) => one.send("GET http://web/ HTTP/1.1\r\nHost: web\r\n\r\n".repeat(3)),
    (one) => one.send("GET http://closed/ HTTP/1.1\r\nHost: x\r\n\r\n"),
    (one) => one.send("POST http://web/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
    async (one) => {
      play = (socket) => socket.once("data", () => socket.end());
      one.send("GET http://raw/ HTTP/1.1\r\nHost: x\r\n\r\n".repeat(3));
      await one.all();
    },
    async (one) => {
      play = (socket) => socket.once("data", () => socket.write("HTTP/1.1 101 S\r\nUpgrade: echo\r\n\r\n"));
      one.send("GET http://raw/ HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
      await one.until("\r\n\r\n");
      expect(front.isIdle()).toBe(false);
    },
    async (one) => {
      play = () => {};
      one.send("GET http://raw/ HTTP/1.1\r\nHost: x\r\n\r\n".repeat(3));
      await arrived("GET");
      expect(front.isIdle()).toBe(false);
    },
  ];
  for (const way of ways) {
    received = "";
    const one = await client();
    await way(one);
    one.socket.resetAndDestroy();
    for (const socket of connections) socket.destroy();
    await idle();
    // A count that has gone wrong is either never right again, or only while something is under way.
    const held = await client();
    play = (socket) => socket.on("data", () => {});
    held.send("CONNECT raw:1 HTTP/1.1\r\n\r\n");
    await held.until("\r\n\r\n");
    expect(front.isIdle()).toBe(false);
    held.socket.destroy();
    for (const socket of connections) socket.destroy();
    await idle();
  }
});

describe("CONNECT", () => {
  test("opens a connection for anything, bytes sent in advance included", async () => {
    play = (socket) => socket.on("data", (data) => socket.write(data));
    const one = await client();
    one.send("CONNECT raw:443 HTTP/1.1", "Host: raw:443", "", "early");
    expect(await one.until("\r\n\r\n")).toBe("HTTP/1.1 200 Connection established\r\n\r\n");
    expect(await one.exactly(5)).toBe("early");
    one.send("later");
    expect(await one.exactly(5)).toBe("later");
  });

  test.each(["client", "server"])("keeps the other direction open when the %s sends no more", async (who) => {
    const one = await client();
    one.send("CONNECT raw:443 HTTP/1.1", "", "");
    await one.until("\r\n\r\n");
    const [server] = connections;
    if (who === "client") {
      one.socket.end("last");
      await new Promise((resolve) => server?.once("end", resolve));
      expect(received).toBe("last");
      server?.end("answer");
      expect(await one.all()).toBe("answer");
    } else {
      server?.end("last");
      expect(await one.all()).toBe("last");
      one.socket.end("answer");
      await arrived("answer");
    }
  });
});

test("beyond the capacity clients are told so, in their protocol, and others are served when there is room", async () => {
  const small = await localFront(2);
  small.serve("raw", await freePort());
  const held = [await RawClient.open(small.port), await RawClient.open(small.port)];
  for (const one of held) one.send("GET ");
  const http = await RawClient.open(small.port);
  http.send("GET http://web/ HTTP/1.1\r\n");
  expect(await http.all()).toMatch(/^HTTP\/1\.1 503 .*Too many connections are open/s);
  const socks = await RawClient.open(small.port);
  socks.send("\x05\x01\x00");
  expect(await socks.all()).toBe("\x05\x00\x05\x01\x00\x01\x00\x00\x00\x00\x00\x00");
  for (const one of [...held, http, socks]) one.socket.destroy();
  for (;;) {
    const next = await RawClient.open(small.port);
    next.send("GET / HTTP/1.1\r\n\r\n");
    if ((await next.all()).startsWith("HTTP/1.1 400")) break;
  }
  small.front.close();
});

test("a download that only the end of the connection completes is reset if its server resets it", async () => {
  play = (socket) => {
    const reset = () => setTimeout(() => socket.resetAndDestroy(), 50);
    socket.once("data", () => socket.write("HTTP/1.0 200 OK\r\n\r\nhalf", reset));
  };
  const client = await RawClient.open(front.port);
  const code = new Promise((resolve) =>
    client.socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code)),
  );
  client.send("GET http://raw/ HTTP/1.1", "Host: raw", "", "");
  expect(await code).toBe("ECONNRESET");
});
