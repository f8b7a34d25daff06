// SPDX-License-Identifier: Apache-2.0
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BUILDS } from "./net-probe.js";
import {
  afterwards,
  all,
  dial,
  echo,
  flood,
  listen,
  MB,
  pattern,
  portOf,
  prepareSockets,
  relayTo,
  start,
} from "./net-sockets.js";

prepareSockets();

describe.each(BUILDS)("sockets of the build for %s", (_, command) => {
  test("reading and writing carry 10 MB there and back, and the end", async () => {
    const probe = start(command, "echo", "127.0.0.1", 0);
    const socket = await dial(await probe.port());
    const sent = pattern(10 * MB);
    socket.end(sent);
    expect((await all(socket)).equals(sent)).toBe(true);
    expect(await probe.line()).toEqual({ text: "end" });
  });

  test("timers fire while sockets are ready all the time", async () => {
    const { ticks } = await start(command, "busy").line();
    expect(ticks).toBeGreaterThanOrEqual(5);
  });

  test("a relay carries 10 MB there and back, and counts them", async () => {
    const { probe, port } = await relayTo(command, echo);
    const socket = await dial(port);
    const sent = pattern(10 * MB);
    socket.end(sent);
    expect((await all(socket)).equals(sent)).toBe(true);
    expect(await probe.line()).toEqual({ fromA: sent.length, fromB: sent.length, error: "" });
  });

  test("either direction of a relay may end before the other", async () => {
    const { probe, port } = await relayTo(command, async (socket) => {
      socket.end("from the server");
      socket.end(await all(socket));
    });
    const socket = await dial(port);
    // The server has ended, and still reads.
    expect((await all(socket)).toString()).toBe("from the server");
    socket.end("late");
    expect(await probe.line()).toEqual({ fromA: 4, fromB: 15, error: "" });

    const other = await relayTo(command, async (served) => {
      served.end(`got ${await all(served)}`);
    });
    const client = await dial(other.port);
    client.end("all");
    expect((await all(client)).toString()).toBe("got all");
  });

  test("a relay that starts late has what was written before, and the end that has come before", async () => {
    const { probe, port } = await relayTo(command, echo, "late-relay");
    const socket = await dial(port);
    socket.end("only this");
    expect((await all(socket)).toString()).toBe("only this");
    // What was read before the relay is not counted by it.
    expect(await probe.line()).toEqual({ fromA: 0, fromB: 9, error: "" });
  });

  test("a relay whose server resets does not look complete", async () => {
    const { probe, port } = await relayTo(command, (socket) => {
      socket.write("the first half", () => socket.once("data", () => socket.resetAndDestroy()));
    });
    const socket = await dial(port);
    expect((await once(socket, "data"))[0].toString()).toBe("the first half");
    socket.write("go on");
    await expect(all(socket)).rejects.toMatchObject({ code: "ECONNRESET" });
    expect((await probe.line()).error).toBe("ECONNRESET");
  });

  test("a relay whose client is gone resets the server", async () => {
    let failed: (error: Error) => void = () => {};
    const failure = new Promise<Error>((resolve) => {
      failed = resolve;
    });
    const { probe, port } = await relayTo(command, (socket) => {
      socket.on("error", failed);
      socket.write("hello");
      socket.resume();
    });
    const socket = await dial(port);
    await once(socket, "data");
    socket.resetAndDestroy();
    expect(await failure).toMatchObject({ code: "ECONNRESET" });
    expect((await probe.line()).error).toBe("ECONNRESET");
  });

  test("a relay whose server resets during an upload does not look complete", async () => {
    let cut = (): void => {};
    const { probe, port } = await relayTo(command, (socket) => {
      socket.write("the first half");
      cut = () => socket.resetAndDestroy();
    });
    const socket = await dial(port);
    expect((await once(socket, "data"))[0].toString()).toBe("the first half");
    await flood(socket);
    cut();
    await expect(all(socket)).rejects.toMatchObject({ code: expect.stringMatching(/^(ECONNRESET|EPIPE)$/) });
    expect((await probe.line()).error).toMatch(/^(ECONNRESET|EPIPE)$/);
  });

  test("a relay whose client is gone ends although its server takes nothing more before it is read", async () => {
    const { probe, port } = await relayTo(command, echo);
    const socket = await dial(port);
    await flood(socket);
    socket.resetAndDestroy();
    expect((await probe.line()).error).toMatch(/^(ECONNRESET|EPIPE)$/);
  });

  test("whoever waits for something to read learns that the connection was closed here", async () => {
    const server = await listen(() => {});
    expect(await start(command, "waiting", "127.0.0.1", portOf(server)).line()).toEqual({ text: "told" });
  });

  test("a unix socket carries a question and its answer", async () => {
    const folder = mkdtempSync(join(tmpdir(), "net-"));
    afterwards(() => rmSync(folder, { recursive: true }));
    const path = join(folder, "s");
    await listen(async (socket) => {
      socket.end(`${await all(socket)}, too`);
    }, path);
    expect(await start(command, "unix", path).line()).toEqual({ text: "hello, too" });
    expect(await start(command, "unix", join(folder, "none")).line()).toEqual({ error: "ENOENT" });
    writeFileSync(join(folder, "file"), "");
    expect(await start(command, "unix", join(folder, "file")).line()).toEqual({ error: "ECONNREFUSED" });
  });

  test("whoever waits for a connection learns that it has been closed on this side", async () => {
    const server = await listen(() => {});
    const probe = start(command, "close", portOf(server));
    const lines = [await probe.line(), await probe.line()];
    expect(lines.map(({ text }) => text).sort()).toEqual(["read: end", "readable: end"]);
  });

  test("errors have the codes of Node", async () => {
    const server = await listen(echo);
    const port = portOf(server);
    expect(await start(command, "echo", "127.0.0.1", port).line()).toEqual({ error: "EADDRINUSE" });
    expect(await start(command, "echo", "192.0.2.1", 0).line()).toEqual({ error: "EADDRNOTAVAIL" });
    expect(await start(command, "echo", "localhost", 0).line()).toEqual({ error: "EINVAL" });
    expect(await start(command, "connect", "127.0.0.1", port, 10_000).line()).toEqual({ text: "hello" });
    server.close();
    expect(await start(command, "connect", "127.0.0.1", port, 10_000).line()).toEqual({ error: "ECONNREFUSED" });
    expect(await start(command, "connect", "localhost", port, 10_000).line()).toEqual({ error: "EINVAL" });
  });

  test("IPv6", async () => {
    const probe = start(command, "echo", "::1", 0);
    const port = await probe.port();
    expect(await start(command, "connect", "::1", port, 10_000).line()).toEqual({ text: "hello" });
  });

  // The build for Node has no use for them.
  (command.length === 1 ? test : test.skip)("a closed server for datagrams takes nothing of the next one", async () => {
    const probe = start(command, "datagrams");
    const lines = [await probe.line(), await probe.line(), await probe.line()];
    expect(lines.map(({ text }) => text)).toEqual(["the first server", "the second server", "hello"]);
  });

  test("addresses need no look-up", async () => {
    const probe = start(command, "lookup", "localhost", "192.0.2.7", "2001:db8::1", "");
    expect((await probe.line()).found).toContain("127.0.0.1");
    expect(await probe.line()).toMatchObject({ found: ["192.0.2.7"] });
    expect(await probe.line()).toMatchObject({ found: ["2001:db8::1"] });
    expect(await probe.line()).toMatchObject({ error: "ENOTFOUND" });
  });
});
