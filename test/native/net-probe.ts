// SPDX-License-Identifier: Apache-2.0
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { errorCode } from "../../image/spacetail/errors/failure.js";
import type { Connection, Net } from "../../image/spacetail/platform/net.js";
import type { Platform } from "../../image/spacetail/platform/platform.js";
import { feed } from "./parsers/feed.js";

/**
 * A program of its own for the tests of {@link Net}, and for those that feed parsers: both builds must behave alike. It
 * prints one JSON text a line.
 */
export function probe(platform: Platform): void {
  const [command = "", ...args] = process.argv.slice(2);
  perform(platform, command, args).then(
    () => {},
    (error: unknown) => say({ error: errorCode(error) }),
  );
}

/** What the probe says. */
interface Line {
  readonly port?: number;
  readonly fromA?: number;
  readonly fromB?: number;
  readonly error?: string;
  readonly host?: string;
  readonly found?: string[];
  readonly ticks?: number;
  readonly text?: string;
}

function say(line: Line): void {
  console.log(JSON.stringify(line));
}

async function perform(platform: Platform, command: string, args: readonly string[]): Promise<void> {
  const { net, raiseDescriptorLimit } = platform;
  const [first = "", second = "0", third = "0"] = args;
  switch (command) {
    case "echo":
      return await echo(net, first, Number(second));
    case "relay":
      return await relay(net, Number(first), false);
    case "late-relay":
      return await relay(net, Number(first), true);
    case "connect":
      return await connect(await net.connectTcp(first, Number(second), Number(third)));
    case "close":
      return await close(net, Number(first));
    case "unix":
      return await connect(await net.connectUnix(first));
    case "waiting":
      return await waiting(await net.connectTcp(first, Number(second), 10_000));
    case "busy":
      return await busy(net);
    case "datagrams":
      return datagrams(platform);
    case "parse":
      return await feed(platform, first);
    case "lookup":
      return await lookup(net, args);
    case "lookups":
      return await lookups(net, Number(first));
    case "remove":
      return remove(first, Number(second));
    case "remove-all":
      return removeAll(args);
    case "descriptors":
      raiseDescriptorLimit();
      return say({ text: readFileSync("/proc/self/limits", "utf8") });
    default:
      return say({ error: `no command ${command}` });
  }
}

/** Listens, and sends back what each connection says. */
async function echo(net: Net, ip: string, port: number): Promise<void> {
  const listener = await net.listen(ip, port, (connection) => {
    sendBack(connection).then(
      () => say({ text: "end" }),
      (error: unknown) => {
        connection.close();
        say({ error: errorCode(error) });
      },
    );
  });
  say({ port: listener.port });
}

async function sendBack(connection: Connection): Promise<void> {
  for (;;) {
    const bytes = await connection.read();
    if (bytes === null) break;
    await connection.write(bytes);
  }
  connection.end();
}

/** Passes each connection on to another port; if it is late, only after it has read the first bytes. */
async function relay(net: Net, target: number, late: boolean): Promise<void> {
  const refuse = (connection: Connection, error: unknown): void => {
    say({ error: errorCode(error) });
    connection.close();
  };
  const join = (a: Connection, b: Connection): void => {
    net.relay(a, b, ({ fromA, fromB, error }) => say({ fromA, fromB, error }));
  };
  const listener = await net.listen("127.0.0.1", 0, (connection) => {
    net.connectTcp("127.0.0.1", target, 10_000).then(
      (other) => {
        if (!late) return join(connection, other);
        connection.read().then(
          (bytes) => {
            // The relay must send this first.
            if (bytes !== null) other.write(bytes).catch(() => {});
            join(connection, other);
          },
          (error: unknown) => refuse(connection, error),
        );
      },
      (error: unknown) => refuse(connection, error),
    );
  });
  say({ port: listener.port });
}

/** Keeps sockets ready all the time, and says how often a timer fires meanwhile. */
async function busy(net: Net): Promise<void> {
  const listener = await net.listen("127.0.0.1", 0, (connection) => {
    sendBack(connection).catch(() => connection.close());
  });
  const byte = Buffer.from("x");
  let ticks = 0;
  let trips = 0;
  const ask = async (): Promise<void> => {
    const connection = await net.connectTcp("127.0.0.1", listener.port, 10_000);
    for (; ticks < 5 && trips < 1_000_000; trips += 1) {
      await connection.write(byte);
      await connection.read();
    }
    connection.close();
  };
  const timer = setInterval(() => {
    ticks += 1;
  }, 10);
  await Promise.all([ask(), ask(), ask(), ask(), ask(), ask(), ask(), ask()]);
  clearInterval(timer);
  listener.close();
  say({ ticks });
}

/** Waits for a server that says nothing, and closes the connection meanwhile. */
async function waiting(connection: Connection): Promise<void> {
  let isClosed = false;
  connection.readable(() => say({ text: isClosed ? "told" : "too early" }));
  connection.close();
  isClosed = true;
}

/** Sends a greeting and the end, and prints the answer. */
async function connect(connection: Connection): Promise<void> {
  await connection.write(Buffer.from("hello"));
  connection.end();
  let text = "";
  for (;;) {
    const bytes = await connection.read();
    if (bytes === null) break;
    text += bytes.toString();
  }
  connection.close();
  say({ text });
}

/** Closes connections while it waits for what comes from them, and says what it learns. */
async function close(net: Net, port: number): Promise<void> {
  const learn = (what: string, connection: Connection): void => {
    connection.read().then((bytes) => say({ text: `${what}: ${bytes === null ? "end" : "bytes"}` }));
  };
  const one = await net.connectTcp("127.0.0.1", port, 10_000);
  one.readable(() => learn("readable", one));
  one.close();
  const other = await net.connectTcp("127.0.0.1", port, 10_000);
  learn("read", other);
  other.close();
}

/** Closes a server when it is asked, whose descriptor the next one gets, and asks that one. */
function datagrams({ capture }: Platform): void {
  if (capture === null) return;
  const { serve, ask } = capture.datagrams;
  const question = Buffer.from("hello");
  const first = serve("127.0.0.1", 0, () => {
    say({ text: "the first server" });
    first.close();
    const second = serve("127.0.0.1", 0, (bytes, reply) => {
      say({ text: "the second server" });
      reply(bytes);
    });
    ask("127.0.0.1", second.port, question, 10_000, (answer) => {
      second.close();
      say({ text: answer === null ? "no answer" : answer.toString() });
    });
  });
  ask("127.0.0.1", first.port, question, 1000, () => {});
}

/** Looks hosts up one after another, and counts how often a timer fires meanwhile. */
async function lookup(net: Net, hosts: readonly string[]): Promise<void> {
  for (const host of hosts) {
    let ticks = 0;
    const timer = setInterval(() => {
      ticks += 1;
    }, 10);
    try {
      say({ host, found: await net.lookup(host), ticks });
    } catch (error) {
      say({ host, error: errorCode(error), ticks });
    }
    clearInterval(timer);
  }
}

/** Looks so many hosts up at once, and says how many look-ups end with EAI_AGAIN. */
async function lookups(net: Net, count: number): Promise<void> {
  const all: Promise<number>[] = [];
  for (let i = 0; i < count; i += 1) {
    all.push(
      net.lookup(`host-${i}.example`).then(
        () => 0,
        (error: unknown) => (errorCode(error) === "EAI_AGAIN" ? 1 : 0),
      ),
    );
  }
  let again = 0;
  for (const one of all) again += await one;
  say({ text: `${again} EAI_AGAIN` });
}

/** Removes folders with what is in them. */
function removeAll(folders: readonly string[]): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  say({ text: "done" });
}

/** Writes a file and removes it, over and over again. */
function remove(path: string, times: number): void {
  for (let i = 0; i < times; i += 1) {
    writeFileSync(path, "");
    rmSync(path, { force: true });
  }
  say({ text: "done" });
}
