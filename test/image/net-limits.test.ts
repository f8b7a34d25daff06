// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { BUILDS, type Line, Probe } from "./net-probe.js";
import { afterwards, dial, echo, listen, MB, portOf, prepareSockets, relayTo, start } from "./net-sockets.js";

prepareSockets();

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

/** A folder with the files of {@link SILENCE}, in which a look-up takes so many seconds. */
function silence(seconds: number): string {
  const folder = mkdtempSync(join(tmpdir(), "silence-"));
  writeFileSync(join(folder, "resolv.conf"), `nameserver 198.51.100.1\noptions timeout:${seconds} attempts:2\n`);
  writeFileSync(join(folder, "hosts"), "10.1.2.3 box box.example\nfd00::3 box\n");
  return folder;
}

const QUIET = silence(1);
const SLOW = silence(4);
afterAll(() => {
  for (const folder of [QUIET, SLOW]) rmSync(folder, { recursive: true });
});
const [unshare = "", ...words] = SILENCE;
const tried = spawnSync(unshare, [...words, "true"], { cwd: QUIET, encoding: "utf8" });
if (tried.status !== 0) process.stderr.write(`skipped: a silent network: ${tried.stderr}`);

/** Runs a probe in that network. */
function silently(command: readonly string[], words: readonly string[], folder = QUIET): Probe {
  const probe = new Probe([...SILENCE, ...command, ...words], folder);
  afterwards(() => probe.stop());
  return probe;
}

const inSilence = tried.status === 0 ? test : test.skip;

describe.each(BUILDS)("limits of the build for %s", (_, command) => {
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

  test("nothing is left of connections, however they end", async () => {
    const servers: readonly ((socket: Socket) => void)[] = [
      echo,
      (socket) => socket.once("data", () => socket.resetAndDestroy()),
      (socket) => socket.end(Buffer.alloc(MB)).resume(),
      (socket) => socket.once("data", () => socket.end("bye")),
      (socket) => setTimeout(() => socket.destroy(), 50),
    ];
    const clients: readonly ((socket: Socket) => void)[] = [
      (socket) => socket.end(),
      (socket) => socket.resetAndDestroy(),
      (socket) => socket.destroy(),
      (socket) => socket.pause(),
    ];
    let next = 0;
    const { probe, port } = await relayTo(command, (socket) => {
      servers[next % servers.length]?.(socket);
      next += 1;
    });
    const sockets: Socket[] = [];
    const attempt = async (i: number): Promise<void> => {
      const socket = await dial(port);
      socket.resume();
      socket.write(Buffer.alloc((i % 7) * 100_000 + 1));
      await sleep(i % 5);
      clients[i % clients.length]?.(socket);
      sockets.push(socket);
    };
    // What the first ones leave may be caches.
    for (let i = 0; i < 20; i++) await attempt(i);
    for (const socket of sockets) socket.destroy();
    for (let i = 0; i < 20; i++) await probe.line();
    const before = probe.descriptors();
    for (let i = 0; i < 200; i++) await attempt(i);
    for (const socket of sockets) socket.destroy();
    for (let i = 0; i < 200; i++) await probe.line();
    // The build for Node closes them a moment later. What it does not close then, it never does.
    for (let i = 0; i < 100 && probe.descriptors() > before; i++) await sleep(20);
    expect(probe.descriptors()).toBeLessThanOrEqual(before);
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

  inSilence("a connection that nobody takes is given up after its limit", async () => {
    const began = performance.now();
    const probe = silently(command, ["connect", "198.51.100.1", "80", "400"]);
    expect(await probe.line()).toEqual({ error: "ETIMEDOUT" });
    expect(performance.now() - began).toBeGreaterThan(399);
    expect(await silently(command, ["connect", "192.0.2.1", "80", "400"]).line()).toEqual({
      error: "ENETUNREACH",
    });
  });

  inSilence("a server for names that does not answer is an error, and holds nothing up", async () => {
    const probe = silently(command, ["lookup", "box", "box.example", "elsewhere.example"]);
    expect([...((await probe.line()).found as string[])].sort()).toEqual(["10.1.2.3", "fd00::3"]);
    expect(await probe.line()).toMatchObject({ found: ["10.1.2.3"] });
    const { error, ticks } = await probe.line();
    expect(error).toBe("EAI_AGAIN");
    // It takes a second at least, in which a timer of 10 ms goes on.
    expect(ticks).toBeGreaterThan(20);
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

// The build for Node has no queue: it asks for all names at once.
inSilence("a name that has waited too long for its look-up in the native build is not asked for any more", async () => {
  const native = BUILDS.find(([name]) => name === "native")?.[1] ?? [];
  const probe = silently(native, ["lookups", "1000"], SLOW);
  const sent = setInterval(() => {
    packets = probe.sent("silent");
  }, 100);
  let packets = 0;
  expect(await probe.line()).toEqual({ text: "1000 EAI_AGAIN" });
  clearInterval(sent);
  // THEN it was asked for those whose turn came within 10 s: three times 32, with two questions for each, twice
  expect(packets).toBeGreaterThan(32);
  expect(packets).toBeLessThan(1000);
});
