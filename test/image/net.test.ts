// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { BUILDS, buildProbes, type Line, Probe } from "./net-probe.js";

const MB = 1024 * 1024;

beforeAll(buildProbes);

/** What a test has opened; closed after it. */
const open: { stop: () => void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.stop();
});

function start(command: readonly string[], ...args: readonly (string | number)[]): Probe {
  const probe = new Probe([...command, ...args.map(String)], QUIET);
  open.push(probe);
  return probe;
}

/** A server that `serve` makes of each connection; a port of 127.0.0.1 or a path. */
async function listen(serve: (socket: Socket) => void, at: number | string = 0): Promise<Server> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    serve(socket);
  });
  if (typeof at === "string") server.listen(at);
  else server.listen(at, "127.0.0.1");
  await once(server, "listening");
  open.push({
    stop: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  });
  return server;
}

function portOf(server: Server): number {
  const address = server.address();
  return address !== null && typeof address === "object" ? address.port : 0;
}

async function dial(port: number): Promise<Socket> {
  const socket = connect({ host: "127.0.0.1", port, allowHalfOpen: true });
  open.push({ stop: () => socket.destroy() });
  await once(socket, "connect");
  socket.on("error", () => {});
  return socket;
}

/** All that comes until the end. */
async function all(socket: Socket): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of socket.iterator({ destroyOnReturn: false })) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

/** Starts a relay to a server. */
async function relayTo(command: readonly string[], serve: (socket: Socket) => void, how = "relay") {
  const server = await listen(serve);
  const probe = start(command, how, portOf(server));
  return { probe, port: await probe.port() };
}

function pattern(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let i = 0; i < length; i += 4) bytes.writeUInt32LE((i * 2654435761) % 2 ** 32, i);
  return bytes;
}

const echo = (socket: Socket): void => {
  socket.pipe(socket);
};

/**
 * Words before a command that put it in a network whose only neighbour, 198.51.100.1, never answers, and which is the
 * only server for names. /etc/hosts is the file "hosts".
 */
const SILENCE = [
  ..."unshare --user --map-root-user --net --mount sh -c".split(" "),
  [
    "ip link set lo up",
    "ip link add silent type veth peer name silence",
    "ip address add 198.51.100.2/24 dev silent",
    "ip link set silent up",
    "ip link set silence up",
    "ip neighbour add 198.51.100.1 lladdr 02:00:00:00:00:01 dev silent",
    "mount --bind resolv.conf /etc/resolv.conf",
    "mount --bind hosts /etc/hosts",
    'exec "$@"',
  ].join(" && "),
  "sh",
];

/** A folder with the files of {@link SILENCE}. */
function silence(): string {
  const folder = mkdtempSync(join(tmpdir(), "silence-"));
  writeFileSync(join(folder, "resolv.conf"), "nameserver 198.51.100.1\noptions timeout:1 attempts:2\n");
  writeFileSync(join(folder, "hosts"), "10.1.2.3 box box.example\nfd00::3 box\n");
  return folder;
}

const QUIET = silence();
afterAll(() => rmSync(QUIET, { recursive: true }));
const [unshare = "", ...words] = SILENCE;
const tried = spawnSync(unshare, [...words, "true"], { cwd: QUIET, encoding: "utf8" });
if (tried.status !== 0) process.stderr.write(`skipped: a silent network: ${tried.stderr}`);
const inSilence = tried.status === 0 ? test : test.skip;

describe.each(BUILDS)("sockets of the build for %s", (_, command) => {
  test("reading and writing carry 10 MB there and back, and the end", async () => {
    const probe = start(command, "echo", "127.0.0.1", 0);
    const socket = await dial(await probe.port());
    const sent = pattern(10 * MB);
    socket.end(sent);
    expect((await all(socket)).equals(sent)).toBe(true);
    expect(await probe.line()).toEqual({ text: "end" });
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

  test("a slow reader holds up its writer, and nothing piles up in between", async () => {
    const total = 300 * MB;
    let written = 0;
    const { probe, port } = await relayTo(command, async (socket) => {
      const chunk = Buffer.alloc(MB);
      for (; written < total; written += chunk.length) {
        if (!socket.write(chunk)) await once(socket, "drain");
      }
      socket.end();
    });
    const socket = await dial(port);
    socket.pause();
    let before = -1;
    while (written !== before || written === 0) {
      before = written;
      await sleep(300);
    }
    expect(written).toBeLessThan(total / 2);
    if (command.length === 1) expect(probe.resident()).toBeLessThan(4 * 1024);
    let got = 0;
    socket.on("data", (data) => {
      got += data.length;
    });
    socket.resume();
    await once(socket, "end");
    expect(got).toBe(total);
    socket.end();
    expect(await probe.line()).toEqual({ fromA: 0, fromB: total, error: "" });
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

  test("1,000 connections at once", async () => {
    const { probe, port } = await relayTo(command, echo);
    const sockets: Socket[] = [];
    for (let i = 0; i < 1000; i++) sockets.push(await dial(port));
    const answers = sockets.map(async (socket, i) => {
      socket.write(`number ${i}`);
      return `${(await once(socket, "data"))[0]}`;
    });
    expect(await Promise.all(answers)).toEqual(sockets.map((_socket, i) => `number ${i}`));
    if (command.length === 1) expect(probe.resident()).toBeLessThan(4 * 1024);
    for (const socket of sockets) socket.end();
    const lines: Line[] = [];
    while (lines.length < sockets.length) lines.push(await probe.line());
    expect(new Set(lines.map((line) => line.error))).toEqual(new Set([""]));
  });

  test("a unix socket carries a question and its answer", async () => {
    const folder = mkdtempSync(join(tmpdir(), "net-"));
    open.push({ stop: () => rmSync(folder, { recursive: true }) });
    const path = join(folder, "s");
    await listen(async (socket) => {
      socket.end(`${await all(socket)}, too`);
    }, path);
    expect(await start(command, "unix", path).line()).toEqual({ text: "hello, too" });
    expect(await start(command, "unix", join(folder, "none")).line()).toEqual({ error: "ENOENT" });
    writeFileSync(join(folder, "file"), "");
    expect(await start(command, "unix", join(folder, "file")).line()).toEqual({ error: "ECONNREFUSED" });
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

  inSilence("a connection that nobody takes is given up after its limit", async () => {
    const began = performance.now();
    const probe = start(SILENCE.concat(command, ["connect", "198.51.100.1", "80", "400"]));
    expect(await probe.line()).toEqual({ error: "ETIMEDOUT" });
    expect(performance.now() - began).toBeGreaterThan(399);
    expect(await start(SILENCE.concat(command, ["connect", "192.0.2.1", "80", "400"])).line()).toEqual({
      error: "ENETUNREACH",
    });
  });

  inSilence("a server for names that does not answer is an error, and holds nothing up", async () => {
    const probe = start(SILENCE.concat(command, ["lookup", "box", "box.example", "elsewhere.example"]));
    expect([...((await probe.line()).found as string[])].sort()).toEqual(["10.1.2.3", "fd00::3"]);
    expect(await probe.line()).toMatchObject({ found: ["10.1.2.3"] });
    const { error, ticks } = await probe.line();
    expect(error).toBe("EAI_AGAIN");
    // A timer of 10 ms has fired for at least 2 s.
    expect(ticks).toBeGreaterThan(20);
  });

  test("IPv6", async () => {
    const probe = start(command, "echo", "::1", 0);
    const port = await probe.port();
    expect(await start(command, "connect", "::1", port, 10_000).line()).toEqual({ text: "hello" });
  });

  test("addresses need no look-up", async () => {
    const probe = start(command, "lookup", "localhost", "192.0.2.7", "2001:db8::1", "");
    expect((await probe.line()).found).toContain("127.0.0.1");
    expect(await probe.line()).toMatchObject({ found: ["192.0.2.7"] });
    expect(await probe.line()).toMatchObject({ found: ["2001:db8::1"] });
    expect(await probe.line()).toMatchObject({ error: "ENOTFOUND" });
  });

  test("without descriptors connections are refused, not kept waiting, and nothing spins", async () => {
    const server = await listen(echo);
    const limited = ["sh", "-c", 'ulimit -n 48; exec "$@"', "sh", ...command];
    const probe = start(limited, "relay", portOf(server));
    const port = await probe.port();
    const attempt = async (): Promise<{ socket: Socket; outcome: Promise<string> }> => {
      const socket = await dial(port);
      const outcome = new Promise<string>((resolve) => {
        for (const event of ["data", "end", "close"]) socket.once(event, () => resolve(event));
      });
      socket.write("x");
      return { socket, outcome };
    };
    const attempts = [];
    for (let i = 0; i < 60; i++) attempts.push(await attempt());
    const outcomes = await Promise.all(attempts.map(({ outcome }) => outcome));
    expect(outcomes.filter((one) => one === "data").length).toBeGreaterThan(5);
    expect(outcomes.filter((one) => one !== "data").length).toBeGreaterThan(5);
    const busy = probe.busy();
    await sleep(1000);
    expect(probe.busy() - busy).toBeLessThan(100);
    for (const { socket } of attempts) socket.destroy();
    // As soon as there are descriptors again, connections are served.
    for (;;) {
      const { socket, outcome } = await attempt();
      const served = (await outcome) === "data";
      socket.destroy();
      if (served) break;
      await sleep(50);
    }
  });

  test("the limit of descriptors is raised as far as it goes", async () => {
    const probe = start(["sh", "-c", 'ulimit -Sn 64; exec "$@"', "sh", ...command], "descriptors");
    const [, soft, hard] = /Max open files\s+(\d+)\s+(\d+)/.exec(String((await probe.line()).text)) ?? [];
    expect(soft).toBe(hard);
  });
});
