// SPDX-License-Identifier: Apache-2.0
import { createServer, type Server } from "node:net";
import { parseGreeting, parseRequest } from "../../../image/spacetail/front/socks/messages.js";
import { type LocalFront, listen, localFront, RawClient } from "./local-front.js";

const NAME = "\x05\x01\x00\x03\x02db\x15\x38";

describe("messages", () => {
  test.each([
    ["a name", NAME, { host: "db", port: 5432 }],
    ["an IPv4 address", "\x05\x01\x00\x01\x64\x40\x00\x02\x00\x50", { host: "100.64.0.2", port: 80 }],
    [
      "an IPv6 address",
      `\x05\x01\x00\x04\xfd\x7a\x11\x5c${"\0".repeat(11)}\x01\x00\x50`,
      { host: "fd7a:115c:0:0:0:0:0:1", port: 80 },
    ],
  ])("with %s are read, however they arrive", (_, text, target) => {
    const bytes = Buffer.from(text, "latin1");
    for (let length = 0; length < bytes.length; length += 1) {
      expect(parseRequest(bytes.subarray(0, length))).toEqual({ message: null, length: 0, problem: 0 });
    }
    const parsed = parseRequest(Buffer.concat([bytes, Buffer.from("more")]));
    expect(parsed).toEqual({ message: { command: "connect", target }, length: bytes.length, problem: 0 });
  });

  test.each([
    ["BIND", "\x05\x02\x00\x03\x02db\x15\x38", 7],
    ["an unknown type of address", "\x05\x01\x00\x05\x02db\x15\x38", 8],
    ["another version", "\x04\x01\x00\x03\x02db\x15\x38", 1],
    ["an empty name", "\x05\x01\x00\x03\x00\x15\x38", 1],
    ["a name with a line end", "\x05\x01\x00\x03\x03d\nb\x15\x38", 1],
    ["port 0", "\x05\x01\x00\x03\x02db\x00\x00", 1],
  ])("with %s are refused", (_, text, problem) => {
    expect(parseRequest(Buffer.from(text, "latin1"))).toEqual({ message: null, length: 0, problem });
  });

  test("offer to do without authentication, or not", () => {
    expect(parseGreeting(Buffer.from([5, 2, 1, 0])).message).toEqual({ isOpen: true });
    expect(parseGreeting(Buffer.from([5, 1, 2])).message).toEqual({ isOpen: false });
    expect(parseGreeting(Buffer.from([5, 2, 0])).message).toBeNull();
  });
});

describe("a client", () => {
  let front: LocalFront;
  let echo: Server;

  beforeAll(async () => {
    echo = createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket));
    front = await localFront();
    front.serve("db", await listen(echo));
    front.serve("closed", { kind: "refused", text: "it refused" });
    front.serve("silent", { kind: "silent", text: "it did not answer" });
    front.serve("away", { kind: "unreachable", text: "no way" });
    front.serve("odd", { kind: "failed", text: "failed" });
  });

  afterAll(() => {
    front.front.close();
    echo.close();
  });

  function client(): Promise<RawClient> {
    return RawClient.open(front.port);
  }

  test("gets a connection, and may send everything at once", async () => {
    const one = await client();
    one.send(`\x05\x01\x00${NAME}hello`);
    expect(await one.exactly(12)).toBe("\x05\x00\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00");
    expect(await one.exactly(5)).toBe("hello");
    one.socket.end("bye");
    expect(await one.all()).toBe("bye");
  });

  test.each([
    ["closed", 5],
    ["silent", 4],
    ["nowhere", 4],
    ["away", 3],
    ["odd", 1],
  ])("that asks for %s gets reply %i, and there is a line in the log", async (host, reply) => {
    front.log.length = 0;
    const one = await client();
    one.send(`\x05\x01\x00\x05\x01\x00\x03${String.fromCharCode(host.length)}${host}\x15\x38`);
    expect(await one.all()).toBe(`\x05\x00\x05${String.fromCharCode(reply)}\x00\x01\x00\x00\x00\x00\x00\x00`);
    expect(front.log).toHaveLength(1);
  });

  test.each([
    ["nothing", ""],
    ["half an answer", "\x05"],
  ])("that asks for UDP is told so if tailscaled answers with %s, and nothing stays open", async (_, text) => {
    let closed = false;
    const daemon = createServer((socket) => {
      socket.on("close", () => {
        closed = true;
      });
      socket.once("data", () => socket.end(text, "latin1"));
    });
    const own = await localFront(10, await listen(daemon));
    const one = await RawClient.open(own.port);
    one.send(`\x05\x01\x00\x05\x03\x00\x01${"\0".repeat(6)}`);
    expect(await one.all()).toBe("\x05\x00\x05\x01\x00\x01\x00\x00\x00\x00\x00\x00");
    expect(own.log).toEqual(["UDP cannot be used: tailscaled's proxy does not answer (tailscaled closed it)."]);
    while (!closed) await new Promise((resolve) => setTimeout(resolve, 2));
    own.front.close();
    daemon.close();
  });

  test("that insists on a password is refused", async () => {
    const one = await client();
    one.send("\x05\x01\x02");
    expect(await one.all()).toBe("\x05\xff");
  });

  test("that speaks SOCKS4 is refused", async () => {
    const one = await client();
    one.send("\x04\x01\x00\x50\x64\x40\x00\x02\x00");
    expect(await one.all()).toBe("\x00\x5b\x00\x00\x00\x00\x00\x00");
  });

  test("that goes away without a word is forgotten", async () => {
    const one = await client();
    one.socket.end();
    expect(await one.all()).toBe("");
  });
});
